import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Assignment } from '../../../src/protocol/messages';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';

describeOnEachDatabase('a run that is to stop, and whose relay is silent though its Pod is seen,', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
  });

  afterEach(() => queue.close());

  const observe = async (worker: string, { runId, attempt }: Assignment, seconds: number) => {
    for (let left = seconds; left > 0; left -= 60) {
      await queue.pass(60);
      await queue.sync([{ id: worker, pod: { runId, attempt } }]);
      await queue.sweep();
    }
  };

  test('is stopped after ten minutes, and its stack waits until the Pod is gone (invariants 3 and 9)', async () => {
    const { worker, run, assignment } = await queue.started();
    const next = await queue.trigger();
    await queue.admin.stop(run, 'not wanted');
    expect(await queue.waits(run)).toMatch(/^its Pod to stop/);
    await observe(worker, assignment, 600);
    expect(await queue.state(run)).toBe('PLANNING');
    await observe(worker, assignment, 60);
    expect(await queue.state(run)).toBe('STOPPED Cancelled');
    expect(await queue.waits(run)).toBeNull();
    expect(await queue.text(run)).toContain('The run was stopped');
    expect(await queue.waits(next)).toMatch(/^the Pod of run .* may still be at work/);
    await queue.report(worker, assignment, { kind: 'released' });
    expect(await queue.state(next)).toBe('PREPARING');
  });

  test('is told so when it is back, and asked to stop in its view for as long as it is there', async () => {
    const { worker, run, assignment } = await queue.started();
    await queue.admin.stop(run, 'not wanted');
    await observe(worker, assignment, 660);
    await expect(queue.heartbeat(assignment)).rejects.toMatchObject({ code: 'fenced' });
    expect((await queue.assignment(worker)).stop).toMatchObject({ reason: 'not wanted' });
  });

  test('is not stopped while its relay is heard: it may take its time', async () => {
    const { worker, run, assignment } = await queue.started();
    await queue.admin.stop(run);
    for (let beats = 0; beats < 3; beats += 1) {
      await queue.heartbeat(assignment);
      await observe(worker, assignment, 300);
    }
    expect(await queue.state(run)).toBe('PLANNING');
  });
});
