import { afterEach, describe, expect, test } from '@jest/globals';
import type { RunSpec } from '../../../src/protocol/messages';
import { RunPod, runSpec, step } from '../support/run-pod';

let pod: RunPod;
afterEach(() => pod.remove());

/** A Pod whose `init` has succeeded. */
async function readyPod(run: RunSpec): Promise<RunPod> {
  pod = await RunPod.create({ ...run, stage: 'preparing' });
  await pod.source({ 'main.tf': '# empty' });
  await pod.init();
  return pod;
}

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
  expect(lines).toEqual([
    { step: 'init', stream: 'system', text: 'Step init\n' },
    { step: 'init', stream: 'stdout', text: 'ready\n' },
    { step: 'plan', stream: 'system', text: 'Step plan\n' },
    { step: 'plan', stream: 'stdout', text: 'to add\n' },
    { step: 'plan', stream: 'stderr', text: 'careful\n' },
    { step: '', stream: 'system', text: 'The stage preparing succeeded.\n' },
  ]);
  expect(api.outcomes).toEqual([
    { fence: 7, reason: 'Succeeded', message: 'The stage preparing succeeded.', exitCode: 0, hasChanges: true },
  ]);
  expect(api.workspace?.length).toBeGreaterThan(100);
});

describe('an unreachable control plane', () => {
  test('in the middle of a log loses nothing and repeats nothing', async () => {
    const { api } = await readyPod(
      runSpec([step('count', 'i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; sleep 3; echo end')]),
    );
    const reached = new Promise<void>((resolve) => {
      api.onLogs = () => {
        resolve();
        return true;
      };
    });
    const relayed = pod.relay();
    pod.worker();
    await reached;
    await api.close();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await api.open();
    await relayed;
    const expected = Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join('') + 'end\n';
    expect(api.text('stdout')).toBe(expected);
    expect(api.outcomes).toHaveLength(1);
  });
});
