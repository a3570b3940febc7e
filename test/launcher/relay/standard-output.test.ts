import { afterEach, expect, test } from '@jest/globals';
import { RunPod, runSpec, step } from '../support/run-pod';

const STACK_ID = '01K0SSSSSSSSSSSSSSSSSSSSSS';

let pod: RunPod;
afterEach(() => pod.remove());

test('what the control plane has is shown as JSON lines, masked, where the pool asks for it', async () => {
  pod = await RunPod.ready(
    runSpec([step('plan', 'printf "\\033[1mone\\033[0m\\n$SECRET\\nhalf"; echo two >&2')], { stackId: STACK_ID }),
  );
  const { api } = pod;
  const { onLogs } = api;
  // The first answer gets lost: nothing is shown twice for that.
  let answers = 0;
  api.onLogs = (entries) => onLogs(entries) && ++answers > 1;
  const relayed = pod.relay();
  pod.worker({
    SPACELIFT_RUN_LOGS_ON_STANDARD_OUTPUT_ENABLED: 'true',
    SPACELIFT_MASK_ENVS: 'SECRET',
    SECRET: 'h4ck me',
  });
  await relayed;
  const lines = pod.printed.join('').split('\n').slice(0, -1);
  const common = { ts: expect.stringMatching(/^\d{4}-.*Z$/), run_ulid: api.run.runId, stack_id: STACK_ID };
  const printed = lines.map((line) => JSON.parse(line) as { readonly stream: string });
  // The streams are read one after the other.
  const errors = printed.filter(({ stream }) => stream === 'stderr');
  expect(errors).toEqual([{ ...common, step: 'plan', stream: 'stderr', msg: 'two' }]);
  expect(printed.filter((line) => !errors.includes(line))).toEqual(
    [
      { step: 'plan', stream: 'system', msg: 'Step plan' },
      { step: 'plan', stream: 'stdout', msg: 'one' },
      { step: 'plan', stream: 'stdout', msg: '***' },
      { step: 'plan', stream: 'stdout', msg: 'half' },
      { step: '', stream: 'system', msg: 'The stage preparing succeeded.' },
    ].map((line) => ({ ...common, ...line })),
  );
});

test('nothing of the log is shown on standard output where the pool does not ask for it', async () => {
  pod = await RunPod.ready(runSpec([step('plan', 'echo one')]));
  const relayed = pod.relay();
  pod.worker();
  await relayed;
  expect(pod.printed).toEqual([]);
});
