import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { start } from '../../../src/control-plane/queue/pod-start';
import { TestQueue } from '../support/queue';

describe('the tool of a run', () => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready();
  });

  afterEach(() => queue.close());

  test('is what the runner image has, where its stack names no version', async () => {
    const worker = await queue.register();
    await queue.trigger();
    expect((await queue.start(await queue.assignment(worker))).tool).toBeNull();
  });

  test('is that of its plan in its apply, whatever becomes of the stack meanwhile', async () => {
    const planned = { tool: 'OPENTOFU', toolVersion: '1.10.6' } as const;
    const later = { tool: 'TERRAFORM', toolVersion: '1.11.4' } as const;
    await queue.admin.updateStack('stack', planned);
    const worker = await queue.register();
    const run = await queue.trigger();
    const planning = await queue.assignment(worker);
    const tool = { name: 'OPENTOFU', version: '1.10.6' };
    expect((await queue.start(planning)).tool).toEqual(tool);
    // Its Pod may ask again.
    expect((await queue.start(planning)).tool).toEqual(tool);
    await queue.end(planning, 'Succeeded', true);
    await queue.report(worker, planning, { kind: 'released' });
    await queue.admin.updateStack('stack', later);
    await queue.admin.confirm(run);
    const applying = await queue.assignment(worker);
    const spec = await queue.start(applying);
    expect(spec.tool).toEqual(tool);
    expect(spec.steps.map(({ command }) => command.split(' ')[0])).toEqual(['tofu', 'tofu']);
    await queue.end(applying);
    await queue.report(worker, applying, { kind: 'released' });

    await queue.trigger();
    expect((await queue.start(await queue.assignment(worker))).tool).toEqual({ name: 'TERRAFORM', version: '1.11.4' });
  });

  test('that a launcher of before cannot bring keeps its Pod from starting, and says so', async () => {
    await queue.admin.updateStack('stack', { toolVersion: '1.10.6' });
    const { assignment } = await queue.assigned();
    const { runId, attempt, fence } = assignment;
    const old = {
      fence,
      podUid: 'pod',
      servesState: true,
      asksPolicy: false,
      clonesGit: true,
      masksInputs: true,
      bringsTool: false,
    };
    await expect(start(queue.context, { poolId: queue.pool.id, runId, attempt }, old)).rejects.toThrow(
      'stack stack names version 1.10.6 of its tool, and the launcher of this Pod is too old to bring it: give the pool a newer launcher image',
    );
  });
});
