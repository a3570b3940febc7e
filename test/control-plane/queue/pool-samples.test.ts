import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PoolSampler, REPEAT_MS, SAMPLE_MS, THINNED, thinSamples } from '../../../src/control-plane/queue/pool-samples';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';

const MINUTE = SAMPLE_MS / 1000;

describeOnEachDatabase('the figures of a pool over time', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
  });

  afterEach(() => queue.close());

  const samples = () => queue.admin.samples(queue.pool.id, 0);
  const figures = async () => (await samples()).map(({ queued, busy, idle, drained }) => [queued, busy, idle, drained]);
  const sample = () => new PoolSampler(queue.context).sample();

  test('are its runs that wait for a worker, and its workers, of which busy ones are not drained', async () => {
    await queue.admin.setDrained(queue.pool.id, await queue.register(), true);
    const { worker } = await queue.started();
    await queue.admin.setDrained(queue.pool.id, worker, true);
    await queue.addStack('second');
    await queue.trigger('second');
    await sample();
    expect(await figures()).toEqual([[1, 1, 0, 1]]);
  });

  test('are kept when they change, and every few minutes when they do not', async () => {
    const sampler = new PoolSampler(queue.context);
    const begins = queue.context.now();
    for (let minute = 0; minute < 25; minute += 1) {
      if (minute === 3) await queue.register();
      await sampler.sample();
      queue.leap(MINUTE);
    }
    const minutes = (await samples()).map(({ at }) => Math.round((at - begins) / SAMPLE_MS));
    const repeated = REPEAT_MS / SAMPLE_MS + 1;
    expect(minutes.map((minute) => minute - minutes[0]!)).toEqual([0, 3, 3 + repeated, 3 + 2 * repeated]);
    expect(await figures()).toEqual([[0, 0, 0, 0], ...Array.from({ length: 3 }, () => [0, 0, 1, 0])]);
  });

  test('are kept once a minute, whatever number of processes looks', async () => {
    await sample();
    await queue.register();
    await Promise.all([sample(), sample(), sample()]);
    expect(await samples()).toHaveLength(1);
  });

  test('are put together when they are old, with the most of each, and go in the end', async () => {
    // The first minute of ten.
    const { spanMs, after, keptFor } = THINNED;
    queue.leap((spanMs - (queue.context.now() % spanMs)) / 1000);
    const begins = queue.context.now();
    await sample();
    const worker = await queue.register();
    queue.leap(MINUTE);
    await sample();
    await queue.trigger();
    queue.leap(MINUTE);
    await sample();
    queue.leap(after / 1000);
    await queue.admin.setDrained(queue.pool.id, worker, true);
    await thinSamples(queue.context);
    expect(await samples()).toHaveLength(3);
    queue.leap(10 * MINUTE);
    await sample();
    await thinSamples(queue.context);
    expect(await samples()).toMatchObject([
      { at: begins, spanMs, queued: 0, busy: 1, idle: 0, drained: 0 },
      { spanMs: SAMPLE_MS, busy: 1 },
    ]);
    queue.leap(keptFor / 1000 - 60 * MINUTE);
    await thinSamples(queue.context);
    expect(await samples()).toMatchObject([{ spanMs, busy: 1 }]);
    queue.leap(keptFor / 1000);
    await thinSamples(queue.context);
    expect(await samples()).toEqual([]);
  });
});
