import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Argument } from 'commander';
import { paint } from '../api/output';
import { CHECKS, type Check } from './checks';
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
      process.exitCode = results.some(({ state }) => state === 'failed') ? 1 : 0;
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
  const scratch = mkdtempSync(join(tmpdir(), 'worker-pools-test-'));
  const report = join(scratch, 'report.json');
  const extra = check.jest ? ['--json', `--outputFile=${report}`] : [];
  const limits = {
    longestMs: Math.min(CHECK_MS, endsAt - started),
    lingerMs: LINGER_MS,
    ...(check.jest && { report }),
  };
  const code = await runLimited([...check.command, ...extra], limits, (why) =>
    process.stderr.write(`${why}: it is ended, and counts as failed\n`),
  );
  // A check that is no Jest suite counts as one test.
  const counts = check.jest ? readCounts(report) : { passed: code === 0 ? 1 : 0, failed: 0 };
  rmSync(scratch, { recursive: true, force: true });
  // A suite that found no test to run has proven nothing.
  const empty = check.jest === true && counts.passed + counts.failed === 0;
  const isGood = code === 0 && !empty;
  return {
    check,
    state: isGood ? 'passed' : 'failed',
    seconds: (performance.now() - started) / 1000,
    note: empty ? 'no test ran' : undefined,
    passed: counts.passed,
    failed: isGood ? 0 : Math.max(counts.failed, 1),
  };
}

function readCounts(report: string): { passed: number; failed: number } {
  try {
    const json = JSON.parse(readFileSync(report, 'utf8')) as { numPassedTests: number; numFailedTests: number };
    return { passed: json.numPassedTests, failed: json.numFailedTests };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

function summarize(results: readonly Result[]): void {
  say('');
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
