import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import type { Reconcile, WorkQueueOptions } from '../../../src/controller/runtime';
import { KubeError, silentLogger, WorkQueue } from '../../../src/controller/runtime';
import { sleep } from '../../../src/time';
import { FakeClock, settle } from '../../support/fake-clock';

function setup(reconcile: Reconcile, options: Partial<WorkQueueOptions> = {}) {
  const clock = new FakeClock();
  const passes: string[] = [];
  const queue = new WorkQueue({
    name: 'test',
    clock,
    random: () => 0.5,
    reconcile: (key, signal) => {
      passes.push(key);
      return reconcile(key, signal);
    },
    ...options,
  });
  return { clock, passes, queue };
}

/** Passes that end when the test says so. */
function gate() {
  const open = new Map<string, () => void>();
  const reconcile = (key: string) => new Promise<void>((resolve) => open.set(key, resolve));
  return {
    reconcile,
    at: () => [...open.keys()],
    finish: async (key: string) => {
      open.get(key)?.();
      open.delete(key);
      await settle();
    },
  };
}

const refused = (retryAfterSeconds?: number) =>
  new KubeError({
    status: 429,
    reason: 'TooManyRequests',
    message: 'refused',
    ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
  });

describe('a work queue', () => {
  test('works once on a key that was added many times before its turn', async () => {
    const { queue, passes } = setup(() => Promise.resolve());
    for (let i = 0; i < 5; i++) queue.add('a');
    queue.add('b');
    queue.start();
    await queue.whenIdle();
    expect(passes).toEqual(['a', 'b']);
  });

  test('never works on the same key twice at once, and goes again when it was added meanwhile', async () => {
    const { reconcile, at, finish } = gate();
    const { queue, passes } = setup(reconcile);
    queue.start();
    queue.add('a');
    queue.add('a');
    queue.add('a');
    expect(at()).toEqual(['a']);
    expect(passes).toEqual(['a']);
    await finish('a');
    expect(passes).toEqual(['a', 'a']);
    await finish('a');
    await queue.whenIdle();
    expect(passes).toEqual(['a', 'a']);
  });

  test('works on no more keys at once than it may, first come first served', async () => {
    const { reconcile, at, finish } = gate();
    const { queue } = setup(reconcile, { concurrency: 2 });
    queue.start();
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    expect(at()).toEqual(['a', 'b']);
    await finish('b');
    expect(at()).toEqual(['a', 'c']);
  });

  test.each<{ name: string; error: Error; options?: Partial<WorkQueueOptions>; delays: number[] }>([
    { name: 'doubles the delay, with jitter', error: new Error('no'), delays: [375, 750, 1_500, 3_000] },
    {
      name: 'stays below the greatest delay',
      error: new Error('no'),
      options: { maxDelayMs: 1_000 },
      delays: [375, 750, 750, 750],
    },
    { name: 'waits as long as Retry-After says', error: refused(3), delays: [3_000, 3_000] },
  ])('repeats a failed pass and $name', async ({ error, options, delays }) => {
    const { queue, clock, passes } = setup(() => Promise.reject(error), options);
    queue.start();
    queue.add('a');
    await settle();
    for (const [i, delay] of delays.entries()) {
      expect(clock.pending).toEqual([delay]);
      expect(passes).toHaveLength(i + 1);
      await clock.advance(delay);
    }
  });

  test('begins with the first delay again after a pass that succeeded', async () => {
    const outcomes = [true, true, false, true];
    const { queue, clock } = setup(() => (outcomes.shift() ? Promise.reject(new Error('no')) : Promise.resolve()));
    queue.start();
    queue.add('a');
    await clock.advance(375 + 750);
    expect(clock.pending).toEqual([]);
    queue.add('a');
    await settle();
    expect(clock.pending).toEqual([375]);
  });

  test('looks again when the pass asks for it, and the earliest delay of a key counts', async () => {
    const { queue, clock, passes } = setup(() => Promise.resolve({ requeueAfterMs: 60_000 }));
    queue.start();
    queue.add('a');
    await settle();
    queue.addAfter('a', 90_000);
    expect(clock.pending).toEqual([60_000]);
    queue.addAfter('a', 5_000);
    expect(clock.pending).toEqual([5_000]);
    await clock.advance(5_000);
    expect(passes).toEqual(['a', 'a']);
  });

  test('survives a pass that throws before its first await', async () => {
    const { queue, clock } = setup(() => {
      throw new Error('at once');
    });
    queue.start();
    queue.add('a');
    await settle();
    expect(clock.pending).toEqual([375]);
  });

  test.each([0, -5, 1, 100])(
    'repeats a pass that asks for %i ms no sooner than after 250 ms',
    async (requeueAfterMs) => {
      const { queue, clock, passes } = setup(() => Promise.resolve({ requeueAfterMs }));
      queue.start();
      queue.add('a');
      await clock.advance(10_000);
      expect(passes).toHaveLength(41);
    },
  );

  test('repeats a pass that took longer than 250 ms as soon as it asks for', async () => {
    const { queue, clock, passes } = setup(
      async () => {
        await sleep(clock, 900);
        return { requeueAfterMs: 1 };
      },
      { quietMs: 250 },
    );
    queue.start();
    queue.add('a');
    await clock.advance(901);
    expect(passes).toHaveLength(2);
  });

  test('takes news of a key at once, although its pass asked for a later look', async () => {
    const { queue, passes } = setup(() => Promise.resolve({ requeueAfterMs: 60_000 }));
    queue.start();
    queue.add('a');
    await settle();
    queue.add('a');
    await settle();
    expect(passes).toEqual(['a', 'a']);
  });

  test('forgets what an earlier pass asked for when a later one has looked', async () => {
    const asked = [{ requeueAfterMs: 900_000 }, { requeueAfterMs: 30 * 86_400_000 }];
    const { queue, clock, passes } = setup(() => Promise.resolve(asked.shift()));
    queue.start();
    queue.add('a');
    await settle();
    queue.add('a');
    await settle();
    expect(clock.pending).toEqual([30 * 86_400_000]);
    await clock.advance(30 * 86_400_000 - 1);
    expect(passes).toHaveLength(2);
    await clock.advance(1);
    expect(passes).toHaveLength(3);
  });

  test('answers a storm of news with few passes when it is given a quiet time, and the first at once', async () => {
    const { queue, clock, passes } = setup(() => Promise.resolve(), { quietMs: 250 });
    queue.start();
    for (let i = 0; i < 100; i++) {
      queue.add('a');
      if (i === 0) {
        await settle();
        expect(passes).toEqual(['a']);
      }
      await clock.advance(5);
    }
    await clock.advance(1_000);
    expect(passes).toHaveLength(3);
    expect(clock.pending).toEqual([]);
  });

  test('lets running passes finish when stopped, and takes nothing further', async () => {
    const { reconcile, finish } = gate();
    const { queue, passes, clock } = setup(reconcile, { concurrency: 1 });
    queue.start();
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 10);
    let stopped = false;
    const stopping = queue.stop().then(() => (stopped = true));
    await clock.advance(100);
    queue.add('d');
    expect(stopped).toBe(false);
    await finish('a');
    await stopping;
    expect(passes).toEqual(['a']);
  });

  test('aborts a pass that does not finish within the grace', async () => {
    const { queue, clock } = setup(
      (_key, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    );
    queue.start();
    queue.add('a');
    const stopping = queue.stop({ graceMs: 1_000 });
    await clock.advance(1_000);
    await stopping;
  });

  test('gives up a pass that does not heed its abortion', async () => {
    const errors: unknown[] = [];
    const logger = { ...silentLogger, error: (fields: unknown) => void errors.push(fields) };
    const { queue, clock } = setup(() => new Promise(() => undefined), { logger });
    queue.start();
    queue.add('a');
    const stopping = queue.stop({ graceMs: 1_000, abandonMs: 500 });
    await clock.advance(1_500);
    await stopping;
    expect(errors).toEqual([{ queue: 'test', keys: ['a'] }]);
  });

  test('says nothing of a pass that ended because it was aborted', async () => {
    const warnings: unknown[] = [];
    const logger = { ...silentLogger, warn: (fields: unknown) => void warnings.push(fields) };
    const { queue, clock } = setup(
      async (_key, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        signal.throwIfAborted();
      },
      { logger },
    );
    queue.start();
    queue.add('a');
    const stopping = queue.stop({ graceMs: 1_000 });
    await clock.advance(1_000);
    await stopping;
    expect(warnings).toEqual([]);
  });

  test('tells the age of the oldest key, so that a hanging pass shows', async () => {
    const { reconcile, finish } = gate();
    const { queue, clock } = setup(reconcile);
    queue.start();
    expect(queue.oldestMs).toBe(0);
    queue.add('a');
    await clock.advance(5_000);
    queue.add('b');
    expect(queue.oldestMs).toBe(5_000);
    await finish('a');
    await finish('b');
    expect(queue.oldestMs).toBe(0);
  });

  test('counts in the names that client-go uses', async () => {
    const metrics = new Registry();
    const { queue } = setup((key) => (key === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve()), {
      metrics,
    });
    queue.start();
    queue.add('good');
    queue.add('bad');
    await queue.whenIdle();
    const text = await metrics.metrics();
    expect(text).toContain('workqueue_adds_total{name="test"} 2');
    expect(text).toContain('workqueue_retries_total{name="test"} 1');
    expect(text).toContain('workqueue_depth{name="test"} 0');
    expect(text).toContain('workqueue_work_duration_seconds_count{name="test"} 2');
  });
});
