import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LONGEST_ADDRESS, MOST_CHANGES, type PlanChanges } from '../../../src/protocol/messages';
import { TestWorker } from '../../cli/support/worker';
import { planChanges } from '../../support/plan-changes';
import { makePool, makeStack, TestControlPlane, type TestPool } from '../support/control-plane';
import type { Answer, TestPod } from '../support/pod';

let controlPlane: TestControlPlane;
let pool: TestPool;
let worker: TestWorker;

beforeEach(async () => {
  controlPlane = await TestControlPlane.start();
  pool = await makePool(controlPlane);
  await makeStack(controlPlane, pool.id, 'stack', true);
  worker = await TestWorker.register(pool);
});

afterEach(async () => {
  await worker.close();
  await controlPlane.close();
});

async function planning(
  type: 'TRACKED' | 'PROPOSED' = 'TRACKED',
): Promise<{ run: string; pod: TestPod; fence: number }> {
  const run = await controlPlane.admin.createRun({ stack: 'stack', type });
  const { pod, assignment } = await worker.startAssigned();
  return { run: run.id, pod, fence: assignment.fence };
}

const kept = (run: string) => controlPlane.admin.plans.changes(run);

describe('what the relay tells of a plan', () => {
  test.each(['TRACKED', 'PROPOSED'] as const)('is kept for a run that is %s', async (type) => {
    const { run, pod, fence } = await planning(type);
    const changes = planChanges();
    expect(await pod.post('changes', { fence, changes })).toEqual({ status: 200, body: {} });
    expect(await kept(run)).toEqual(changes);
    expect(await controlPlane.admin.plans.counts([run, 'another'])).toEqual(new Map([[run, changes.counts]]));
  });

  test('may be told again: the last counts', async () => {
    const { run, pod, fence } = await planning();
    await pod.post('changes', { fence, changes: planChanges() });
    const changes = planChanges({ changes: [{ address: 'null_resource.other', action: 'delete' }] });
    expect(await pod.post('changes', { fence, changes })).toMatchObject({ status: 200 });
    expect(await kept(run)).toEqual(changes);
  });

  test('is kept as it is, whatever names there are', async () => {
    const { run, pod, fence } = await planning();
    const names = ['x["</script>"]', 'x["\u202etxt.exe"]', 'x["\u0000\u001b[31m"]', 'ж'.repeat(LONGEST_ADDRESS)];
    const changes = planChanges({ changes: names.map((address) => ({ address, action: 'create' as const })) });
    expect(await pod.post('changes', { fence, changes })).toMatchObject({ status: 200 });
    expect(await kept(run)).toEqual(changes);
  });

  test.each<[string, Partial<PlanChanges>]>([
    ['an address too long', { changes: [{ address: 'a'.repeat(LONGEST_ADDRESS + 1), action: 'create' }] }],
    ['an action that there is not', { changes: [{ address: 'a', action: 'explode' as 'create' }] }],
    ['a reason that is a text of somebody', { changes: [{ address: 'a', action: 'create', reason: 'Why not' }] }],
    [
      'more than a list may have',
      { outputs: Array.from({ length: MOST_CHANGES.outputs + 1 }, () => ({ name: 'a', action: 'create' })) },
    ],
  ])('is refused whole with %s', async (_, more) => {
    const { run, pod, fence } = await planning();
    const answer: Answer = await pod.post('changes', { fence, changes: planChanges(more) });
    expect(answer).toMatchObject({ status: 400, body: { code: 'malformed' } });
    expect(await kept(run)).toBeNull();
  });

  test('is refused once the attempt is over, and while it applies', async () => {
    const { run, pod, fence } = await planning();
    await pod.put('a workspace');
    await pod.outcome('Succeeded', true);
    const told = { fence, changes: planChanges() };
    expect(await pod.post('changes', told)).toMatchObject({ status: 409, body: { code: 'fenced' } });
    await worker.release();
    const applying = await worker.startAssigned();
    const again = { ...told, fence: applying.assignment.fence };
    expect(await applying.pod.post('changes', again)).toMatchObject({ status: 400, body: { code: 'malformed' } });
    expect(await kept(run)).toBeNull();
  });
});
