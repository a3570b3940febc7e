import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';

describeOnEachDatabase('what people ask of runs', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
  });

  afterEach(() => queue.close());

  const order = async () => {
    const runs = await queue.admin.schedulableRuns(queue.pool.id, { offset: 0, limit: 10 });
    return runs.map(({ id }) => id);
  };

  /** A run of each stack, made when it is first named. */
  const queued = async (...stacks: readonly string[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const stack of stacks) {
      if (!(await queue.admin.stack(stack))) await queue.addStack(stack);
      ids.push(await queue.trigger(stack));
    }
    return ids;
  };

  describe('the queue of a pool', () => {
    test('has prioritized runs first, then tracked ones, then proposed ones, each by age', async () => {
      const proposed = [await queue.trigger('stack', 'PROPOSED'), await queue.trigger('stack', 'PROPOSED')];
      const tracked = await queued('a', 'b');
      expect(await order()).toEqual([...tracked, ...proposed]);
      await queue.admin.prioritize(proposed[1]!, true);
      expect(await order()).toEqual([proposed[1], ...tracked, proposed[0]]);
      await queue.admin.prioritize(proposed[1]!, false);
      expect(await order()).toEqual([...tracked, ...proposed]);
    });

    test('is worked off in this order', async () => {
      const proposed = await queue.trigger('stack', 'PROPOSED');
      const [first, second] = await queued('a', 'b');
      await queue.admin.prioritize(second!, true);
      const given: string[] = [];
      for (let n = 0; n < 3; n += 1) given.push((await queue.assignment(await queue.register(`w${n}`))).runId);
      expect(given).toEqual([second, first, proposed]);
    });

    test('has confirmed runs before those that wait for their plan', async () => {
      const { worker, run, assignment } = await queue.started();
      await queue.end(assignment, 'Succeeded', true);
      const [other, urgent] = await queued('other', 'urgent');
      await queue.admin.setDrained(queue.pool.id, worker, true);
      await queue.report(worker, assignment, { kind: 'released' });
      await queue.admin.confirm(run);
      expect(await order()).toEqual([run, other, urgent]);
      await queue.admin.prioritize(urgent!, true);
      expect(await order()).toEqual([urgent, run, other]);
    });

    test('lets no run overtake earlier ones of its stack', async () => {
      const [first, second] = await queued('stack', 'stack');
      await queue.admin.prioritize(second!, true);
      expect(await order()).toEqual([first]);
      await queue.admin.stop(first!);
      expect(await order()).toEqual([second]);
    });

    test('says in the log of a run that it was prioritized, once', async () => {
      const [run] = await queued('stack');
      for (const wanted of [true, true, false]) await queue.admin.prioritize(run!, wanted);
      expect((await queue.text(run!)).match(/The run (was|is) prioritized.*/g)).toEqual([
        'The run was prioritized',
        'The run is prioritized no longer',
      ]);
    });
  });

  describe('a run that was triggered by a key', () => {
    const byKey = (idempotencyKey: string, rest: object = {}) =>
      queue.admin.createRun({ stack: 'stack', idempotencyKey, ...rest });

    test('is the same for the same key, whatever has become of it', async () => {
      const { id } = await byKey('build-1');
      expect((await byKey('build-1')).id).toBe(id);
      await queue.admin.stop(id);
      expect(await byKey('build-1')).toMatchObject({ id, state: 'CANCELED' });
      expect((await byKey('build-2')).id).not.toBe(id);
      expect(await queue.admin.runs()).toHaveLength(2);
    });

    test('is another one for another stack', async () => {
      await queue.addStack('other');
      expect((await byKey('k', { stack: 'other' })).id).not.toBe((await byKey('k')).id);
    });

    test.each([
      ['another kind of run', { type: 'PROPOSED' }, /stands for run \w+, which is TRACKED: take another key/],
      ['another way to apply', { autoDeploy: true }, /stands for run \w+, which is TRACKED: take another key/],
    ])('is refused for %s', async (_, rest, sentence) => {
      await byKey('k');
      await expect(byKey('k', rest)).rejects.toThrow(sentence);
      expect(await queue.admin.runs()).toHaveLength(1);
    });

    test.each(['', 'a b', 'a\n', 'é', 'x'.repeat(101)])('is refused for the key %j', async (key) => {
      await expect(byKey(key)).rejects.toThrow('is not allowed: 1 to 100 letters');
      expect(await queue.admin.runs()).toEqual([]);
    });
  });

  describe('a retry', () => {
    test('queues a run of the same kind, and says of which', async () => {
      const { id } = await queue.admin.createRun({ stack: 'stack', type: 'PROPOSED' });
      await queue.admin.stop(id);
      const retry = await queue.admin.retryRun(id.toLowerCase());
      expect(retry).toMatchObject({ type: 'PROPOSED', autoDeploy: false, state: 'QUEUED' });
      expect(await queue.text(retry.id)).toBe(`Run of stack stack is queued as a retry of run ${id}\n`);
    });

    test('says that the source is another one by now', async () => {
      const [run] = await queued('stack');
      await queue.admin.stop(run!);
      const { id } = (await queue.admin.stack('stack'))!;
      await queue.context.store.transaction((tx) => tx.stacks.setSource(id, 'newer'));
      const retry = await queue.admin.retryRun(run!, 'once');
      expect(retry.source).toBe('newer');
      expect(await queue.text(retry.id)).toContain('with the source that its stack has by now');
      expect((await queue.admin.retryRun(run!, 'once')).id).toBe(retry.id);
    });

    test.each([
      ['is under way', 'is QUEUED: only a run that has ended can be retried', () => Promise.resolve()],
      ['had success', 'is FINISHED: there is nothing to retry', async () => queue.end(await begun(), 'Succeeded')],
    ])('of one that %s is refused', async (_, sentence, happens) => {
      const [run] = await queued('stack');
      await happens();
      await expect(queue.admin.retryRun(run!)).rejects.toThrow(sentence);
      expect(await queue.admin.runs()).toHaveLength(1);
    });
  });

  /** The run that waits has started. */
  const begun = async () => {
    const assignment = await queue.assignment(await queue.register());
    await queue.start(assignment);
    return assignment;
  };

  describe('a cancel', () => {
    test('ends a run that has not started, with a worker or without; again it is nothing', async () => {
      const { run } = await queue.assigned();
      const [waiting] = await queued('other');
      for (const id of [run, waiting!]) {
        expect((await queue.admin.cancel(id)).state).toBe('CANCELED');
        expect((await queue.admin.cancel(id)).state).toBe('CANCELED');
      }
    });

    test('of a run that has started is refused, and it goes on', async () => {
      const { run } = await queue.started();
      await expect(queue.admin.cancel(run)).rejects.toThrow(`run ${run} is PLANNING: it has started, so stop it`);
      expect(await queue.admin.run(run)).toMatchObject({ state: 'PLANNING', stopReason: null });
    });
  });

  test.each([
    ['prioritize', () => queue.admin.prioritize('../x', true)],
    ['retry', () => queue.admin.retryRun('a/b')],
    ['cancel', () => queue.admin.cancel('*')],
  ])('%s of what is no run says so', async (_, ask) => {
    await expect(ask()).rejects.toThrow(/^run .* not found$/);
  });

  test('what has ended waits for nothing any more', async () => {
    const [run] = await queued('stack');
    await queue.admin.stop(run!);
    await expect(queue.admin.prioritize(run!, true)).rejects.toThrow('is CANCELED: it waits for nothing any more');
    await expect(queue.admin.retryRun(run!)).resolves.toMatchObject({ state: 'QUEUED' });
  });
});
