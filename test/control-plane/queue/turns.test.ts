import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';

const CHANGING = ['TRACKED', 'DESTROY', 'TASK'] as const;

describeOnEachDatabase('a run that changes something', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
  });

  afterEach(() => queue.close());

  describe.each(CHANGING)('of type %s', (type) => {
    test('keeps others of its stack waiting until it is over, of whatever type', async () => {
      const { worker, run, assignment } = await queue.started('stack', type);
      await queue.register('idle');
      const next = await queue.trigger('stack', CHANGING[(CHANGING.indexOf(type) + 1) % CHANGING.length]);
      expect(await queue.waits(next)).toMatch(new RegExp(`^run ${run} of the same stack, which is P`));
      await queue.end(assignment, 'UserFailed');
      await queue.report(worker, assignment, { kind: 'released' });
      expect(await queue.state(next)).toBe('PREPARING');
    });

    test('that is lost holds its stack until its Pod is gone, or a person says so (invariant 9)', async () => {
      const { worker, run, assignment } = await queue.started('stack', type);
      const next = await queue.trigger('stack', type);
      await queue.pass(130);
      await queue.sync([{ id: worker, pod: null }]);
      await queue.sweep();
      expect(await queue.state(run)).toBe('FAILED NodeLost');
      await queue.admin.stop(run);
      await queue.report(worker, assignment, { kind: 'released' });
      expect(await queue.state(next)).toBe('PREPARING');
      expect(await queue.text(run)).toContain('nothing of this run is at work any more');
    });

    test('goes before one that only plans', async () => {
      await queue.addStack('other');
      const proposed = await queue.trigger('other', 'PROPOSED');
      const run = await queue.trigger('stack', type);
      expect((await queue.assignment(await queue.register())).runId).toBe(run);
      expect((await queue.assignment(await queue.register())).runId).toBe(proposed);
    });

    test('counts as the state of its stack', async () => {
      const run = await queue.trigger('stack', type);
      expect(await queue.admin.statistics.stacksByState()).toEqual([{ state: 'QUEUED', stacks: 1 }]);
      await queue.admin.stop(run);
      expect(await queue.admin.statistics.stacksByState()).toEqual([{ state: 'CANCELED', stacks: 1 }]);
    });
  });
});
