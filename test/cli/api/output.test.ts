import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makePool, makeStack } from '../../control-plane/support/control-plane';
import { line } from '../../control-plane/support/pod';
import { CommandLine } from '../support/command-line';
import type { Program } from '../support/program';
import { TestWorker } from '../support/worker';

// Each test starts programs, which is slow where several suites share few processors.
/** What a provisioner of somebody's pull request may print; the first two records cut a colour and a sequence in two. */
const RECORDS = ['\u001b[3', '2mgreen\u001b[0m\u001b', '[2J\u001b[Hall is well\u0001\u202e\b\n', '\u001b[31mleft on\n'];
const MESSAGE = 'failed\u001b]0;title\u0007\u202e';

let cli: CommandLine;
let worker: TestWorker;
let program: Program;
let run: string;

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ program } = cli);
  const pool = await makePool(cli.controlPlane);
  await makeStack(cli.controlPlane, 'pool');
  worker = await TestWorker.register(pool);
  run = (await cli.controlPlane.admin.createRun({ stack: 'stack' })).id;
  const pod = await worker.startPod();
  await pod.log(
    'relay',
    RECORDS.map((text, index) => line(index + 1, text)),
  );
  await pod.outcome('UserFailed', false, MESSAGE);
});

afterAll(async () => {
  await worker.close();
  await cli.close();
});

test('a log goes to a pipe as it is, but for its colours', async () => {
  const { stdout } = await program.run('run', 'log', run);
  expect(stdout).toContain('green\u001b[2J\u001b[Hall is well\u0001\u202e\b\nleft on\n');
  expect(stdout).toContain(MESSAGE);
});

test('a log goes to a terminal with its colours and nothing else that steers it', async () => {
  const { stdout } = await program.onTerminal().run('run', 'log', run);
  expect(stdout).toContain('\u001b[32mgreen\u001b[0m^[[2J^[[Hall is well^A[U+202E]^H\n\u001b[31mleft on\n');
  expect(stdout).toContain('failed^[]0;title^G[U+202E]');
  expect(stdout.endsWith('\u001b[0m')).toBe(true);
});

test('NO_COLOR takes the colours of a log, too', async () => {
  const { stdout } = await program.onTerminal().with({ NO_COLOR: '1' }).run('run', 'log', run);
  expect(stdout).toContain('green^[[2J^[[Hall is well^A[U+202E]^H\nleft on\n');
});

test('why a run failed is said harmlessly', async () => {
  const { exitCode, stderr } = await program.onTerminal().run('run', 'log', run, '--follow');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('worker-pools: the run is FAILED (UserFailed): failed^[]0;title^G[U+202E]\n');
});

test('what cannot be written is one sentence', async () => {
  const environment = program.command(cli.at('worker-pools'));
  const { exitCode, stderr } = await new Promise<{ exitCode: unknown; stderr: string }>((resolve) =>
    execFile('sh', ['-c', 'worker-pools run list > /dev/full'], { env: environment }, (error, _, text) =>
      resolve({ exitCode: error?.code, stderr: text }),
    ),
  );
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: 'worker-pools: standard output cannot be written: ENOSPC\n',
  });
});

test('JSON on a terminal is harmless, and the same to a program', async () => {
  const { stdout } = await program.onTerminal().run('run', 'list', '-o', 'json');
  expect(stdout).not.toMatch(/[\u007f-\u009f\p{Bidi_Control}]/u);
  expect(JSON.parse(stdout)).toMatchObject([{ id: run, message: MESSAGE }]);
});
