import { readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../../src/protocol/exit-codes';
import type { RunSpec } from '../../../src/protocol/messages';
import { until } from '../../support/until';
import { BRISK, RunPod, runSpec, step, UNTIL_TOLD } from '../support/run-pod';

let pod: RunPod;
afterEach(() => pod.remove());

const readyPod = async (run: RunSpec): Promise<RunPod> => (pod = await RunPod.ready(run));

test('what the steps write arrives by step and stream, and the outcome says that there are changes', async () => {
  const steps = [step('init', 'echo ready'), step('plan', 'echo to add; echo careful >&2; exit 2', [2])];
  const { api } = await readyPod(runSpec(steps, { planStep: 'plan' }));
  const relayed = pod.relay();
  const worker = pod.worker();
  await relayed;
  expect(await worker.exitCode).toBe(0);
  expect(await worker.stdout).toBe('ready\nto add\n');
  expect(await worker.stderr).toBe('careful\n');
  const lines = api.logs.relay.map(({ step, stream, text }) => ({ step, stream, text }));
  // The streams are read one after the other.
  expect(lines.filter(({ stream }) => stream === 'stderr')).toEqual([
    { step: 'plan', stream: 'stderr', text: 'careful\n' },
  ]);
  expect(lines.filter(({ stream }) => stream !== 'stderr')).toEqual([
    { step: 'init', stream: 'system', text: 'Step init\n' },
    { step: 'init', stream: 'stdout', text: 'ready\n' },
    { step: 'plan', stream: 'system', text: 'Step plan\n' },
    { step: 'plan', stream: 'stdout', text: 'to add\n' },
    { step: '', stream: 'system', text: 'The stage preparing succeeded.\n' },
  ]);
  expect(api.outcomes).toEqual([
    { fence: 7, reason: 'Succeeded', message: 'The stage preparing succeeded.', exitCode: 0, hasChanges: true },
  ]);
  expect(api.workspace?.length).toBeGreaterThan(100);
});

test('a step that fails ends the stage, and the outcome names it; no run state is kept', async () => {
  const steps = [step('init', 'exit 3'), step('plan', 'echo never')];
  const { api } = await readyPod(runSpec(steps));
  const relayed = pod.relay();
  const worker = pod.worker();
  await relayed;
  expect(await worker.exitCode).toBe(3);
  expect(api.outcomes).toMatchObject([
    { reason: 'UserFailed', exitCode: 3, message: 'Step init ended with exit code 3.' },
  ]);
  expect(api.text()).not.toContain('never');
  expect(api.workspace).toBeUndefined();
});

test('a workspace that cannot be kept fails the stage with what is wrong with it', async () => {
  const { api } = await readyPod(runSpec([step('plan', 'rm -r "$PWD"; exit 2', [2])], { planStep: 'plan' }));
  const relayed = pod.relay();
  pod.worker();
  await relayed;
  const message = expect.stringMatching(/^The workspace cannot be kept for the next stage: ENOENT/);
  expect(api.outcomes).toMatchObject([{ reason: 'ConfigError', message, hasChanges: false }]);
});

describe('a run that is stopped', () => {
  test('by a person has the tool end in its own way and the outcome Cancelled', async () => {
    const { api } = await readyPod(
      runSpec([
        step('apply', "trap 'echo writing state; exit 1' TERM; echo working; while :; do sleep 0.1; done"),
        step('next', 'echo never'),
      ]),
    );
    const { relayed } = await pod.runUntil('working');
    api.stop('Stopped by ann.');
    await relayed;
    expect(api.text('stdout')).toBe('working\nwriting state\n');
    expect(api.outcomes).toMatchObject([{ reason: 'Cancelled', message: 'Stopped by ann.', exitCode: 1 }]);
    expect(api.text()).not.toContain('never');
  });

  test('by the end of its Pod says no outcome: the controller knows why', async () => {
    const { api } = await readyPod(runSpec([step('apply', 'echo working; exec sleep 60')]));
    const { relayed, worker } = await pod.runUntil('working');
    worker.child.kill('SIGTERM');
    pod.terminating.abort();
    await expect(relayed).rejects.toMatchObject({ exitCode: EXIT.terminated });
    expect(await worker.exitCode).toBe(143);
    expect(api.text('system')).toContain('The Pod is being ended from outside');
    expect(api.outcomes).toEqual([]);
  });

  test('and does not stop is killed when its grace is over', async () => {
    const { api } = await readyPod(runSpec([step('apply', "trap '' TERM; echo working; while :; do sleep 0.1; done")]));
    const { relayed, worker } = await pod.runUntil('working');
    api.stop('Stopped by ann.');
    await relayed;
    expect(await worker.exitCode).toBe(137);
    expect(await worker.stderr).toContain('did not stop within 20 seconds and is killed');
    expect(api.outcomes).toMatchObject([{ reason: 'Cancelled', exitCode: 137 }]);
  });
});

describe('a run that takes too long', () => {
  test.each([
    { variable: 'SPACELIFT_LAUNCHER_RUN_TIMEOUT', value: '90m', sentence: 'longer than 1h30m' },
    { variable: 'SPACELIFT_LAUNCHER_LOGS_TIMEOUT', value: '60m', sentence: 'no output for 1h' },
  ])('by $variable of the worker container is stopped with RunTimeout', async ({ variable, value, sentence }) => {
    const { api } = await readyPod(runSpec([step('apply', 'echo working; exec sleep 600')]));
    let ahead = 0;
    const clock = { ...BRISK, monotonic: () => performance.now() + ahead };
    // The other limit is out of the way.
    const others = { SPACELIFT_LAUNCHER_RUN_TIMEOUT: '100h', SPACELIFT_LAUNCHER_LOGS_TIMEOUT: '100h' };
    const { relayed } = await pod.runUntil('working', { relay: { clock }, worker: { ...others, [variable]: value } });
    ahead = 91 * 60_000;
    await relayed;
    expect(api.outcomes).toMatchObject([{ reason: 'RunTimeout', message: expect.stringContaining(sentence) }]);
  });
});

test('values of SPACELIFT_MASK_ENVS appear nowhere, whether they come from the pool or the stack', async () => {
  const environment = { STACK_SECRET: "it's\nsplit over lines" };
  const command = 'echo "$POOL_SECRET and $STACK_SECRET" ; printf "%040000d$POOL_SECRET\\n" 0';
  const { api } = await readyPod(runSpec([step('apply', command)], { environment }));
  const relayed = pod.relay();
  const worker = pod.worker({
    SPACELIFT_MASK_ENVS: 'POOL_SECRET, STACK_SECRET,MISSING',
    SPACELIFT_DEBUG: 'true',
    POOL_SECRET: 'h4ck me',
  });
  await relayed;
  expect(api.text('stdout')).toBe(`*** and ***\n***\n${'0'.repeat(40_000)}***\n`);
  expect(api.text('system')).toContain(`Step apply\n${command}\n`);
  expect(await worker.stdout).toContain('the output is shown masked in the run’s log only'.replace('’', "'"));
  for (const output of [await worker.stdout, api.text(), JSON.stringify(api.outcomes)]) {
    expect(output).not.toContain('h4ck me');
    expect(output).not.toContain('split over lines');
  }
});

test('the password of the state that the control plane keeps appears nowhere, whatever a step prints of it', async () => {
  const printing = [
    'env; env >&2; cat ../exchange/state-backend.sh',
    'printf "%040000d$TF_HTTP_PASSWORD\\n" 0',
    'printf "%s:%s" "$TF_HTTP_USERNAME" "$TF_HTTP_PASSWORD" | base64 -w0',
  ];
  const { api } = await readyPod(runSpec([step('plan', printing.join('; '))], { managedState: { version: 0 } }));
  const relayed = pod.relay();
  pod.worker();
  await relayed;
  const [, password = ''] = /^export TF_HTTP_PASSWORD='(.{43})'$/m.exec(pod.exchanged('state-backend.sh')) ?? [];
  expect(password).not.toBe('');
  for (const hidden of [password, Buffer.from(`worker-pools:${password}`).toString('base64')]) {
    expect(api.text()).not.toContain(hidden);
  }
  for (const stream of ['stdout', 'stderr'] as const) expect(api.text(stream)).toContain('TF_HTTP_PASSWORD=***\n');
  expect(api.text('stdout')).toMatch(/TF_HTTP_PASSWORD='\*{3}'\n[^]*0\*{3}\n\*{3}$/);
});

describe('a worker container that ends without a word', () => {
  test('leaves the outcome to the controller, after its last line is safe', async () => {
    const { api } = await readyPod(runSpec([step('apply', 'printf "half a line"; exec sleep 60')]));
    const relayed = pod.relay();
    const worker = pod.worker();
    const output = join(pod.paths.exchange, 'step-1.stdout');
    await until(() => readFile(output, 'utf8').catch(() => ''), 'output of the step');
    worker.child.kill('SIGKILL');
    await expect(relayed).rejects.toMatchObject({ exitCode: EXIT.workerLost });
    expect(api.text('stdout')).toBe('half a line');
    expect(api.text('system')).toContain('The worker container ended without finishing the stage.');
    expect(api.outcomes).toEqual([]);
  });
});

describe('steps that tamper with the exchange folder', () => {
  test('cannot have the relay read the private key through a link', async () => {
    const { paths } = await readyPod(runSpec([step('apply', `echo before; ${UNTIL_TOLD}; echo after`)]));
    const { relayed, worker } = await pod.runUntil('before');
    const output = join(paths.exchange, 'step-1.stdout');
    await rm(output);
    await symlink(join(paths.credentials, 'privateKey'), output);
    await pod.tell();
    await worker.exitCode;
    await relayed;
    expect(pod.api.text('stdout')).toBe('before\n');
    expect(pod.api.text('system')).toContain(
      '[some output is missing here: the step removed or shortened step-1.stdout]',
    );
  });

  test('have the gap marked when they shorten their output', async () => {
    const { paths, api } = await readyPod(runSpec([step('apply', `echo before; ${UNTIL_TOLD}; echo x`)]));
    const { relayed } = await pod.runUntil('before');
    await truncate(join(paths.exchange, 'step-1.stdout'), 0);
    await pod.tell();
    await relayed;
    expect(api.text('system')).toContain('some output is missing here');
  });
});

test('a relay without a run says that init did not succeed', async () => {
  pod = await RunPod.create(runSpec([step('apply', 'true')]));
  await expect(pod.relay()).rejects.toMatchObject({ exitCode: EXIT.usage, message: expect.stringContaining('init') });
});

test('a duration that is none is named in the log, and the default applies', async () => {
  const { api, paths } = await readyPod(runSpec([step('apply', 'echo done')]));
  await writeFile(join(paths.workspace, 'a file'), '');
  const relayed = pod.relay();
  pod.worker({ SPACELIFT_LAUNCHER_RUN_TIMEOUT: 'an hour' });
  await relayed;
  expect(api.text('system')).toContain("SPACELIFT_LAUNCHER_RUN_TIMEOUT: 'an hour' is no duration such as 70m");
  expect(api.outcomes).toMatchObject([{ reason: 'Succeeded' }]);
});
