import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKS, type Check } from './checks';
import { whyNoRealNode } from './real-node';

interface Result {
  readonly check: Check;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  readonly note?: string;
  readonly passed: number;
  readonly failed: number;
}

/** `npm test [-- NAME ...]`: runs the named checks, or all; goes on after a failure and exits 1 when there was one. */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !CHECKS.some((check) => check.name === name));
  if (unknown.length > 0) {
    const known = CHECKS.map((check) => check.name).join(', ');
    process.stderr.write(`npm test: no check is called ${unknown.join(', ')}; there are: ${known}\n`);
    return 2;
  }
  const results: Result[] = [];
  for (const check of CHECKS) {
    if (names.length > 0 && !names.includes(check.name)) continue;
    results.push(await runCheck(check, names.includes(check.name)));
  }
  return summarize(results);
}

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
  const code = await execute([...check.command, ...extra], check.jest === true);
  const counts = check.jest ? readCounts(report) : { passed: 0, failed: 0 };
  rmSync(scratch, { recursive: true, force: true });
  // A suite that found no test to run has proven nothing.
  const empty = check.jest === true && counts.passed + counts.failed === 0;
  return {
    check,
    state: code === 0 && !empty ? 'passed' : 'failed',
    seconds: (performance.now() - started) / 1000,
    note: empty ? 'no test ran' : undefined,
    ...counts,
  };
}

function execute(command: readonly string[], jest: boolean): Promise<number> {
  const [program = '', ...args] = command;
  const options = jest ? '--experimental-vm-modules --disable-warning=ExperimentalWarning' : '';
  const env = { ...process.env, NODE_OPTIONS: [process.env.NODE_OPTIONS, options].filter(Boolean).join(' ') };
  return new Promise((resolve) => {
    // Jest prints its JSON report on standard output as well; its own words are on standard error.
    const child = spawn(program, args, { stdio: ['ignore', jest ? 'ignore' : 'inherit', 'inherit'], env });
    child.on('error', (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      resolve(127);
    });
    child.on('exit', (code) => resolve(code ?? 1));
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

function summarize(results: readonly Result[]): number {
  say('');
  const width = Math.max(...results.map((result) => result.check.title.length));
  for (const { check, state, seconds, passed, failed, note } of results) {
    const tests = check.jest && state !== 'skipped' ? `${passed} passed, ${failed} failed` : '';
    say(`${paint(state)}  ${check.title.padEnd(width)}  ${seconds.toFixed(0).padStart(4)} s  ${note ?? tests}`);
  }
  const sum = (key: 'passed' | 'failed'): number => results.reduce((total, result) => total + result[key], 0);
  // A check that is no Jest suite counts as one.
  const plain = results.filter((result) => !result.check.jest && result.state !== 'skipped');
  const passed = sum('passed') + plain.filter((result) => result.state === 'passed').length;
  const failed = sum('failed') + plain.filter((result) => result.state === 'failed').length;
  const broken = results.filter((result) => result.state === 'failed');
  say('');
  say(`${passed} passed, ${Math.max(failed, broken.length)} failed`);
  return broken.length > 0 ? 1 : 0;
}

function paint(state: Result['state']): string {
  if (!process.stdout.isTTY || process.env.NO_COLOR) return state.padEnd(7);
  const color = { passed: 32, failed: 31, skipped: 33 }[state];
  return `\u001b[${color}m${state.padEnd(7)}\u001b[0m`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
