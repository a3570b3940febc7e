import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Argument } from 'commander';
import { paint } from '../api/output';
import { FEATURES, type FeatureGroup } from '../../../test/docs/features';
import { FIELDS } from '../../../test/docs/fields/fields';
import { ATTACKERS } from '../../../test/docs/threats';
import { CHECKS, type Check } from './checks';
import { failuresOf } from './failures';
import { unprovenFeatures, type JestReport } from './features';
import { npmScript } from '../npm-script';
import { whyNoRealNode } from './real-node';
import { runLimited } from './run-limited';

interface Result {
  readonly check: Check;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  readonly note?: string;
  readonly passed: number;
  readonly failed: number;
  /** Of a Jest suite that wrote one. */
  readonly report?: JestReport;
}

const MINUTE_MS = 60_000;
/** No check takes a third of this, on two cores and with nothing built yet. */
const CHECK_MS = 45 * MINUTE_MS;
/** All of them together: CI ends after 90 minutes, and must be told which check took so long. */
const TOTAL_MS = 80 * MINUTE_MS;
/** How long Jest may take to end after its report. */
const LINGER_MS = MINUTE_MS / 2;

/** `npm test [-- NAME ...]`: runs the named checks, or all; goes on after a failure and exits 1 when there was one. */
npmScript('npm test', (program) =>
  program
    .description('Run the checks of CI, or those that are named.')
    .addArgument(new Argument('[name...]', 'of a check').choices(CHECKS.map(({ name }) => name)))
    .action(async (names: readonly string[]) => {
      const results: Result[] = [];
      const endsAt = performance.now() + TOTAL_MS;
      for (const check of CHECKS) {
        const asked = names.includes(check.name);
        if (asked || names.length === 0) results.push(await runCheck(check, asked, endsAt));
      }
      summarize(results);
      const unproven = names.length === 0 ? featuresUnproven(results) : [];
      process.exitCode = unproven.length > 0 || results.some(({ state }) => state === 'failed') ? 1 : 0;
    }),
);

async function runCheck(check: Check, asked: boolean, endsAt: number): Promise<Result> {
  const none = { check, seconds: 0, passed: 0, failed: 0 };
  if (performance.now() >= endsAt) return { ...none, state: 'failed', failed: 1, note: 'no time was left for it' };
  if (check.name === 'e2e') {
    const reason = await whyNoRealNode({ install: process.env.CI === 'true' || asked });
    if (reason) return { ...none, state: 'skipped', note: reason };
  }
  say(`\n=== ${check.title}${check.hint ? ` (${check.hint})` : ''}`);
  const started = performance.now();
  const { code, report } = await carryOut(check, endsAt);
  const { passed, failed } = countsOf(check, code, report);
  // A suite that found no test to run has proven nothing.
  const isEmpty = passed + failed === 0;
  const isGood = code === 0 && !isEmpty;
  return {
    check,
    state: isGood ? 'passed' : 'failed',
    seconds: (performance.now() - started) / 1000,
    note: isEmpty ? 'no test ran' : undefined,
    passed,
    failed: isGood ? 0 : Math.max(failed, 1),
    ...(report && { report }),
  };
}

/** @returns how the program of a check has ended, and what Jest has reported */
async function carryOut(check: Check, endsAt: number): Promise<{ code: number; report: JestReport | undefined }> {
  const scratch = mkdtempSync(join(tmpdir(), 'worker-pools-test-'));
  const path = join(scratch, 'report.json');
  const limits = {
    longestMs: Math.min(CHECK_MS, endsAt - performance.now()),
    lingerMs: LINGER_MS,
    ...(check.jest && { report: path }),
  };
  const extra = check.jest ? ['--json', `--outputFile=${path}`] : [];
  const code = await runLimited([...check.command, ...extra], limits, (why) =>
    process.stderr.write(`${why}; it counts as failed\n`),
  );
  const report = check.jest ? readReport(path) : undefined;
  rmSync(scratch, { recursive: true, force: true });
  return { code, report };
}

/** A check that is no Jest suite counts as one test. */
function countsOf(check: Check, code: number, report: JestReport | undefined): { passed: number; failed: number } {
  if (check.jest) return { passed: report?.numPassedTests ?? 0, failed: report?.numFailedTests ?? 0 };
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function readReport(path: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as JestReport;
  } catch {
    return undefined;
  }
}

const FIELDS_OF_POOLS: FeatureGroup = {
  title: 'Fields of a WorkerPool',
  features: Object.entries(FIELDS).map(([path, proofs]) => ({ id: `spec.${path}`, what: path, proofs })),
};

const THREATS: FeatureGroup = {
  title: 'Threats',
  features: ATTACKERS.flatMap(({ threats }) =>
    threats.map(({ id, threat, proofs }) => ({ id: `threat ${id}`, what: threat, proofs })),
  ),
};

/** Said, too; nothing where a suite was skipped, since what it would have shown is not known. */
function featuresUnproven(results: readonly Result[]): string[] {
  const suites = results.filter(({ check }) => check.jest);
  const reports = suites.flatMap(({ report }) => report ?? []);
  if (suites.some(({ state }) => state === 'skipped')) return [];
  const unproven = unprovenFeatures([...FEATURES, FIELDS_OF_POOLS, THREATS], reports, process.cwd());
  for (const sentence of unproven) say(sentence);
  if (unproven.length > 0)
    say('mend test/docs/features and test/docs/threats, of which pages are made, or test/docs/fields');
  return unproven;
}

function summarize(results: readonly Result[]): void {
  say('');
  for (const { report } of results) for (const failure of report ? failuresOf(report, process.cwd()) : []) say(failure);
  const width = Math.max(...results.map((result) => result.check.title.length));
  for (const { check, state, seconds, passed, failed, note } of results) {
    const tests = check.jest && state !== 'skipped' ? `${passed} passed, ${failed} failed` : '';
    const words = `${check.title.padEnd(width)}  ${seconds.toFixed(0).padStart(4)} s  ${note ?? tests}`;
    say(`${paint(MOOD[state], state.padEnd(7))}  ${words}`);
  }
  const sum = (key: 'passed' | 'failed'): number => results.reduce((total, result) => total + result[key], 0);
  say(`\n${sum('passed')} passed, ${sum('failed')} failed`);
}

const MOOD = { passed: 'good', failed: 'bad', skipped: 'muted' } as const;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
