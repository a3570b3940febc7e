import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DRIFT_JITTER_MS, whyNotNow, type DriftFacts } from '../../../src/control-plane/queue/drift';
import { checkTimes, nextTime } from '../../../src/control-plane/queue/cron';
import type { DriftSettings } from '../../../src/control-plane/admin/drift-admin';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';

const HOUR = 3600;
const DAILY = { schedule: ['0 6 * * *'] };
const at = (iso: string): number => new Date(iso).getTime();

describe('the times of a schedule', () => {
  test.each([
    ['the next moment', ['0 6 * * *'], 'UTC', '2027-01-15T08:00:00Z', '2027-01-16T06:00:00Z'],
    ['not the present one', ['0 6 * * *'], 'UTC', '2027-01-15T06:00:00Z', '2027-01-16T06:00:00Z'],
    ['the first of several', ['0 6 * * *', '30 8 * * *'], 'UTC', '2027-01-15T08:00:00Z', '2027-01-15T08:30:00Z'],
    ['that of the zone in winter', ['0 6 * * *'], 'Europe/Berlin', '2027-01-15T00:00:00Z', '2027-01-15T05:00:00Z'],
    ['and in summer', ['0 6 * * *'], 'Europe/Berlin', '2027-07-15T00:00:00Z', '2027-07-15T04:00:00Z'],
    ['an hour that is left out', ['30 2 * * *'], 'Europe/Berlin', '2027-03-27T12:00:00Z', '2027-03-28T01:00:00Z'],
    ['working days', ['0 6 * * 1-5'], 'UTC', '2027-01-15T08:00:00Z', '2027-01-18T06:00:00Z'],
  ])('are %s', (_, schedule, timezone, after, expected) => {
    const next = nextTime({ schedule, timezone }, at(after));
    expect(next && new Date(next).toISOString()).toBe(new Date(expected).toISOString());
  });

  test.each<[string, { schedule: string[]; timezone?: string }, string]>([
    ['no time', { schedule: [] }, 'a schedule has 1 to 20 cron expressions'],
    ['too many times', { schedule: Array<string>(21).fill('0 6 * * *') }, '1 to 20'],
    ['what is no expression', { schedule: ['tomorrow'] }, '"tomorrow" is no cron expression'],
    ['seconds', { schedule: ['* * * * * *'] }, 'is no cron expression'],
    ['a minute that is none', { schedule: ['61 * * * *'] }, 'is no cron expression'],
    ['a single moment', { schedule: ['2030-01-01T00:00:00'] }, 'is no cron expression'],
    ['a day that never comes', { schedule: ['0 0 30 2 *'] }, 'names no time that will come'],
    ['a zone that is none', { ...DAILY, timezone: 'Mars/Base' }, 'time zone "Mars/Base" is not known'],
  ])('%s is refused', (_, settings, sentence) => {
    const now = at('2027-01-15T08:00:00Z');
    expect(() => checkTimes({ timezone: 'UTC', ...settings }, now)).toThrow(sentence);
  });
});

describe('drift is looked for', () => {
  const facts: DriftFacts = {
    stack: { source: 'source' },
    pool: { name: 'production', driftDetectionRunLimit: -1 },
    newest: { id: 'R', type: 'TRACKED', state: 'FINISHED', source: 'source', commitSha: null },
    looking: undefined,
    ignoreState: false,
  };
  const newest = (change: Partial<NonNullable<DriftFacts['newest']>>) => ({ newest: { ...facts.newest!, ...change } });

  test.each<[string, Partial<DriftFacts>, string | undefined]>([
    ['where the newest run has applied the source', {}, undefined],
    ['not where nothing was applied', { newest: undefined }, 'nothing was applied yet'],
    ['not where a run looks for it', { looking: 'D' }, 'run D looks for drift already'],
    ['not while a run is under way', newest({ state: 'UNCONFIRMED' }), 'run R is UNCONFIRMED'],
    ['not after a failure', newest({ state: 'FAILED' }), 'its newest run R is FAILED'],
    ['after a failure, if that is ignored', { ...newest({ state: 'FAILED' }), ignoreState: true }, undefined],
    [
      'not while a run is under way, ignored or not',
      { ...newest({ state: 'APPLYING' }), ignoreState: true },
      'run R is',
    ],
    ['not for a source that was not applied', newest({ source: 'older' }), 'its source was changed after run R'],
    ['not for what was destroyed', newest({ type: 'DESTROY' }), 'run R has destroyed everything'],
    ['not without a source', { stack: { source: null } }, 'it has no source'],
    ['not in a pool that is gone', { pool: undefined }, 'its pool was deleted'],
    [
      'not in a pool that takes no such runs',
      { pool: { name: 'production', driftDetectionRunLimit: 0 } },
      'pool production takes no runs that look for drift',
    ],
  ])('%s', (_, change, expected) => {
    const why = whyNotNow({ ...facts, ...change });
    if (expected === undefined) expect(why).toBeUndefined();
    else expect(why).toContain(expected);
  });
});

describeOnEachDatabase('the drift of stacks', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
  });

  afterEach(() => queue.close());

  /** Until the clock of the test is behind the next moment of its schedule. */
  const until = async (stack = 'stack'): Promise<void> => {
    const { id } = (await queue.admin.stack(stack))!;
    const schedule = (await queue.admin.drift.ofStacks([id])).get(id)!;
    queue.leap((schedule.nextAt - queue.now) / 1000);
    await queue.sweep();
  };

  const looking = async () =>
    (await queue.admin.runs()).filter(({ driftDetection, type }) => driftDetection && type === 'PROPOSED');

  /** A stack whose source was applied. */
  const applied = async (stack = 'stack', settings: DriftSettings = DAILY): Promise<void> => {
    if (!(await queue.admin.stack(stack))) await queue.addStack(stack);
    const { worker, assignment } = await queue.started(stack);
    await queue.end(assignment);
    await queue.retire(worker);
    await queue.report(worker, assignment, { kind: 'released' });
    await queue.admin.drift.set(stack, settings, 'create');
  };

  /** What a worker finds that gets the run of a stack. */
  const find = async (hasChanges: boolean): Promise<void> => {
    const worker = await queue.register();
    const assignment = await queue.assignment(worker);
    await queue.start(assignment);
    await queue.end(assignment, 'Succeeded', hasChanges);
    await queue.retire(worker);
    await queue.report(worker, assignment, { kind: 'released' });
  };

  test('is looked for once at each of its times, a little later, and not before', async () => {
    await applied();
    const before = queue.now;
    queue.leap(HOUR);
    await queue.sweep();
    expect(await looking()).toEqual([]);
    await until();
    expect(queue.now - at('2027-01-16T06:00:00Z')).toBeLessThan(DRIFT_JITTER_MS);
    expect(queue.now).toBeGreaterThanOrEqual(before);
    await queue.sweep();
    expect(await looking()).toEqual([expect.objectContaining({ state: 'QUEUED', rank: 3 })]);
  });

  test('is looked for once after days in which nobody was there', async () => {
    await applied();
    queue.leap(72 * HOUR);
    await queue.restart();
    await queue.sweep();
    await queue.sweep();
    expect(await looking()).toHaveLength(1);
    await find(false);
    await until();
    expect(await looking()).toHaveLength(2);
  });

  test('is looked for once by several processes', async () => {
    await applied();
    const others = await Promise.all([queue.replica(), queue.replica()]);
    try {
      queue.leap(24 * HOUR);
      await Promise.all([queue, ...others].map((each) => each.sweep()));
      expect(await looking()).toHaveLength(1);
    } finally {
      await Promise.all(others.map((each) => each.close()));
    }
  });

  test('that was found is known until a run has applied', async () => {
    await applied();
    await until();
    const found = queue.now;
    await find(true);
    expect(await queue.admin.stack('stack')).toMatchObject({ driftCheckedAt: found, driftedSince: found });
    await until();
    await find(true);
    expect(await queue.admin.stack('stack')).toMatchObject({ driftCheckedAt: queue.now, driftedSince: found });
    await queue.trigger();
    await find(false);
    expect(await queue.admin.stack('stack')).toMatchObject({ driftedSince: null });
    expect(await queue.admin.runs({ limit: 1 })).toMatchObject([{ type: 'TRACKED', driftDetection: false }]);
  });

  test('is reconciled by a tracked run where that is wanted, and not twice', async () => {
    await applied('stack', { ...DAILY, reconcile: true });
    await until();
    await find(true);
    const [run, ...others] = await queue.admin.runs({ limit: 2 });
    expect(run).toMatchObject({ type: 'TRACKED', driftDetection: true, state: 'QUEUED', rank: 1 });
    expect(others).toMatchObject([{ type: 'PROPOSED' }]);
    await until();
    expect(await looking()).toHaveLength(1);
    const { id } = (await queue.admin.stack('stack'))!;
    expect((await queue.admin.drift.ofStacks([id])).get(id)?.skipped).toBe(`run ${run!.id} is QUEUED`);
  });

  test('is not reconciled where there is none', async () => {
    await applied('stack', { ...DAILY, reconcile: true });
    await until();
    await find(false);
    expect(await queue.admin.runs({ limit: 1 })).toMatchObject([{ type: 'PROPOSED', state: 'FINISHED' }]);
    expect(await queue.admin.stack('stack')).toMatchObject({ driftCheckedAt: queue.now, driftedSince: null });
  });

  describe('in a pool that limits the runs which look for it', () => {
    const limit = (driftDetectionRunLimit: number) =>
      queue.admin.updatePool(queue.pool.id, { name: 'pool', driftDetectionRunLimit });

    const three = async (): Promise<[string, string, string]> => {
      const ids: string[] = [];
      for (const stack of ['stack', 'b', 'c']) {
        if (!(await queue.admin.stack(stack))) await queue.addStack(stack);
        ids.push((await queue.admin.drift.trigger(stack)).id);
      }
      return ids as [string, string, string];
    };

    test('so many are in progress at once, and the others say so', async () => {
      await limit(1);
      const [first, second, third] = await three();
      for (const name of ['w1', 'w2', 'w3']) await queue.register(name);
      expect(await queue.states(first, second, third)).toEqual(['PREPARING', 'QUEUED', 'QUEUED']);
      expect(await queue.waits(second)).toBe(
        'another run that looks for drift: pool pool takes at most 1 of them at once',
      );
      expect(await queue.admin.pendingRuns([queue.pool.id])).toEqual(new Map());
      await queue.admin.stop(first);
      expect(await queue.states(second, third)).toEqual(['PREPARING', 'QUEUED']);
    });

    test('a higher limit lets more go, a lower one keeps those that have not begun', async () => {
      await limit(1);
      const ids = await three();
      await limit(-1);
      expect((await queue.admin.pendingRuns([queue.pool.id])).get(queue.pool.id)).toBe(3);
      await limit(0);
      await queue.register();
      expect(await queue.states(...ids)).toEqual(['QUEUED', 'QUEUED', 'QUEUED']);
      expect(await queue.waits(ids[0])).toContain('pool pool to take runs that look for drift');
      await limit(2);
      expect(await queue.states(...ids)).toEqual(['PREPARING', 'QUEUED', 'QUEUED']);
    });

    test('they come after all others, which no limit concerns', async () => {
      await limit(1);
      const [drift] = await three();
      const proposed = await queue.trigger('b', 'PROPOSED');
      const tracked = await queue.trigger('c');
      const given: string[] = [];
      for (const name of ['w1', 'w2', 'w3']) given.push((await queue.assignment(await queue.register(name))).runId);
      expect(given).toEqual([tracked, proposed, drift]);
    });

    test('none can be asked for where the limit is 0', async () => {
      await limit(0);
      await expect(queue.admin.drift.trigger('stack')).rejects.toThrow('pool pool takes no runs that look for drift');
      await expect(queue.admin.drift.set('stack', DAILY, 'create')).rejects.toThrow(
        'takes no runs that look for drift',
      );
    });
  });

  test('a schedule is made once, changed, and deleted, by itself or with its stack', async () => {
    await expect(queue.admin.drift.set('stack', DAILY, 'update')).rejects.toThrow('stack stack has no drift detection');
    await queue.admin.drift.set('stack', DAILY, 'create');
    await expect(queue.admin.drift.set('stack', DAILY, 'create')).rejects.toThrow('has drift detection already');
    await queue.admin.drift.set('stack', { schedule: ['@hourly'], reconcile: true }, 'update');
    expect(await queue.rows('driftSchedules')).toMatchObject([{ schedule: '["@hourly"]', reconcile: 1 }]);
    await queue.admin.drift.delete('stack');
    await expect(queue.admin.drift.delete('stack')).rejects.toThrow('has no drift detection');
    await queue.admin.drift.set('stack', DAILY, 'create');
    await queue.admin.deleteStack('stack');
    expect(await queue.rows('driftSchedules')).toEqual([]);
  });
});
