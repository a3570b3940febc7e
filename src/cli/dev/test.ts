import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Argument } from 'commander';
import { paint } from '../api/output';
import { CHECKS, type Check } from './checks';
import { npmScript } from '../npm-script';
import { whyNoRealNode } from './real-node';

interface Result {
  readonly check: Check;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  readonly note?: string;
  readonly passed: number;
  readonly failed: number;
}

/** No check takes a third of this, on two cores and with nothing built yet. */
const CHECK_MINUTES = 45;
/** How long Jest may take to end after its report. */
const LINGER_MS = 30_000;

/** `npm test [-- NAME ...]`: runs the named checks, or all; goes on after a failure and exits 1 when there was one. */
npmScript('npm test', (program) =>
  program
    .description('Run the checks of CI, or those that are named.')
    .addArgument(new Argument('[name...]', 'of a check').choices(CHECKS.map(({ name }) => name)))
    .action(async (names: readonly string[]) => {
      const results: Result[] = [];
      for (const check of CHECKS) {
        const asked = names.includes(check.name);
        if (asked || names.length === 0) results.push(await runCheck(check, asked));
      }
      summarize(results);
      process.exitCode = results.some(({ state }) => state === 'failed') ? 1 : 0;
    }),
);

async function runCheck(check: Check, asked: boolean): Promise<Result> {
  const none = { check, seconds: 0, passed: 0, failed: 0 };
  if (check.name === 'e2e') {
    const reason = await whyNoRealNode({ install: process.env.CI === 'true' || asked });
    if (reason) return { ...none, state: 'skipped', note: reason };
  }
  say(`\n=== ${check.title}${check.hint ? ` (${check.hint})` : ''}`);
  const started = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), 'worker-pools-test-'));
  const report = join(scratch, 'report.json');
  const extra = check.jest ? ['--json', `--outputFile=${report}`] : [];
  const code = await execute([...check.command, ...extra], check.jest ? report : null);
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

function execute(command: readonly string[], report: string | null): Promise<number> {
  const [program = '', ...args] = command;
  const options = report ? '--experimental-vm-modules --disable-warning=ExperimentalWarning' : '';
  const env = { ...process.env, NODE_OPTIONS: [process.env.NODE_OPTIONS, options].filter(Boolean).join(' ') };
  return new Promise((resolve) => {
    // Jest prints its JSON report on standard output as well; its own words are on standard error.
    const child = spawn(program, args, { stdio: ['ignore', report ? 'ignore' : 'inherit', 'inherit'], env });
    const end = (why: string) => {
      process.stderr.write(`${why}: it is ended, and counts as failed\n`);
      child.kill('SIGKILL');
    };
    const limits = [
      setTimeout(() => end(`${program} has not ended within ${CHECK_MINUTES} minutes`), CHECK_MINUTES * 60_000),
    ];
    // A suite that left something open would wait for it for ever, and all the checks after it with it.
    const look = setInterval(() => {
      if (report === null || !existsSync(report)) return;
      clearInterval(look);
      limits.push(
        setTimeout(
          () => end('The tests are over, but something that they left open keeps Jest from ending'),
          LINGER_MS,
        ),
      );
    }, 1000);
    const settle = (code: number) => {
      clearInterval(look);
      for (const limit of limits) clearTimeout(limit);
      resolve(code);
    };
    child.on('error', (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      settle(127);
    });
    child.on('exit', (code) => settle(code ?? 1));
  });
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
