import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { PlanChanges } from '../../../src/protocol/messages';
import { planChanges } from '../../support/plan-changes';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';
import { TestApi } from './support/api';

const MONTH = { billingPeriodStart: Date.UTC(2027, 0) / 1000, billingPeriodEnd: Date.UTC(2027, 1) / 1000 };

describeOnEachDatabase('what the API counts', (database) => {
  let queue: TestQueue;
  let api: TestApi;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
    api = new TestApi(queue);
  });

  afterEach(() => queue.close());

  const usage = async () =>
    (await api.ask('{ usage { billingPeriodStart billingPeriodEnd usedPrivateMinutes usedPublicMinutes usedSeats } }'))
      .usage;
  const minutes = async () => (await usage()) as { usedPrivateMinutes: number };

  test('minutes are those in which workers work, while they do and after it', async () => {
    expect(await usage()).toEqual({ ...MONTH, usedPrivateMinutes: 0, usedPublicMinutes: 0, usedSeats: 0 });
    const { worker, assignment } = await queue.started();
    queue.leap(120);
    expect(await minutes()).toMatchObject({ usedPrivateMinutes: 2 });
    await queue.end(assignment);
    await queue.report(worker, assignment, { kind: 'released' });
    queue.leap(600);
    expect(await minutes()).toMatchObject({ usedPrivateMinutes: 2 });
    const failed = await queue.started('stack', 'PROPOSED');
    queue.leap(60);
    await queue.end(failed.assignment, 'UserFailed');
    expect(await minutes()).toMatchObject({ usedPrivateMinutes: 3 });
  });

  test('a worker that has not begun uses none', async () => {
    const { run } = await queue.assigned();
    queue.leap(120);
    expect(await minutes()).toMatchObject({ usedPrivateMinutes: 0 });
    await queue.admin.stop(run);
    expect(await minutes()).toMatchObject({ usedPrivateMinutes: 0 });
  });

  test('each month counts what lies in it', async () => {
    const untilFebruary = MONTH.billingPeriodEnd - queue.now / 1000;
    const first = await queue.started('stack', 'PROPOSED');
    queue.leap(120);
    await queue.end(first.assignment);
    const over = await queue.started('stack', 'PROPOSED');
    queue.leap(untilFebruary - 120 + 180);
    expect(await usage()).toMatchObject({ billingPeriodStart: MONTH.billingPeriodEnd, usedPrivateMinutes: 3 });
    await queue.end(over.assignment);
    expect(await minutes()).toMatchObject({ usedPrivateMinutes: 3 });
  });

  const METRICS = `{ metrics { stacksCountByState { value labels } resourcesCountByDrift { value }
    avgStackSizeByResourceCount { value } averageRunDuration { value labels } medianRunDuration { value } } }`;

  test('stacks are counted by their newest tracked run, durations over the runs that ended', async () => {
    for (const stack of ['second', 'third']) await queue.addStack(stack);
    const nothing = { resourcesCountByDrift: [], avgStackSizeByResourceCount: [] };
    expect((await api.ask(METRICS)).metrics).toEqual({
      ...nothing,
      stacksCountByState: [{ value: 3, labels: ['NONE'] }],
      averageRunDuration: [],
      medianRunDuration: [],
    });
    for (const seconds of [10, 20, 60]) {
      const run = await queue.trigger();
      queue.leap(seconds);
      await queue.admin.stop(run);
    }
    await queue.trigger('second');
    await queue.trigger('stack', 'PROPOSED');
    const { metrics } = await api.ask(METRICS);
    expect(metrics).toMatchObject({
      averageRunDuration: [{ value: 30, labels: [] }],
      medianRunDuration: [{ value: 20 }],
    });
    const { stacksCountByState } = metrics as { stacksCountByState: { value: number; labels: string[] }[] };
    const counts = stacksCountByState.map(({ value, labels: [state] }) => `${state} ${value}`);
    expect(counts.toSorted()).toEqual(['CANCELED 1', 'NONE 1', 'QUEUED 1']);
  });

  const SIZES = '{ metrics { resourcesCountByDrift { value labels } avgStackSizeByResourceCount { value labels } } }';
  const sizes = async () => {
    const { metrics } = (await api.ask(SIZES)) as { metrics: Record<string, { value: number; labels: string[] }[]> };
    const { resourcesCountByDrift = [], avgStackSizeByResourceCount = [] } = metrics;
    const byDrift = resourcesCountByDrift.map(({ value, labels: [drift = ''] }) => [drift, value] as const);
    const [average] = avgStackSizeByResourceCount;
    return { ...Object.fromEntries<number>(byDrift), ...(average && { average: average.value }) };
  };
  const tell = (run: string, counts: Partial<PlanChanges['counts']>) =>
    queue.context.store.transaction((tx) =>
      tx.planChanges.put(run, planChanges({ counts: { ...planChanges().counts, ...counts } })),
    );
  /** The next run, whose plan says so, by a worker of its own. */
  const planned = async (counts: Partial<PlanChanges['counts']>, hasChanges = false) => {
    const worker = await queue.register();
    const assignment = await queue.assignment(worker);
    await queue.start(assignment);
    await tell(assignment.runId, counts);
    await queue.end(assignment, 'Succeeded', hasChanges);
    await queue.retire(worker);
    await queue.report(worker, assignment, { kind: 'released' });
  };
  const applied = async (counts: Partial<PlanChanges['counts']>, stack = 'stack') => {
    await queue.trigger(stack);
    await planned(counts);
  };

  test('resources are those of the newest plan of each stack that told of them', async () => {
    expect(await sizes()).toEqual({});
    await queue.addStack('second');
    await applied({ resources: 10 });
    expect(await sizes()).toEqual({ IN_SYNC: 10, DRIFTED: 0, average: 10 });
    await applied({ resources: 4 }, 'second');
    expect(await sizes()).toEqual({ IN_SYNC: 14, DRIFTED: 0, average: 7 });
    await applied({ resources: 6 });
    expect(await sizes()).toEqual({ IN_SYNC: 10, DRIFTED: 0, average: 5 });
  });

  test('those that a look for drift finds changed are drifted until a run has applied', async () => {
    await applied({ resources: 10 });
    await queue.admin.drift.trigger('stack');
    await planned({ create: 1, update: 2, delete: 0, replace: 0, resources: 10 }, true);
    expect(await sizes()).toEqual({ IN_SYNC: 7, DRIFTED: 3, average: 10 });
    await applied({ resources: 10 });
    expect(await sizes()).toEqual({ IN_SYNC: 10, DRIFTED: 0, average: 10 });
  });

  test('a proposed run says nothing of what is there', async () => {
    await queue.trigger('stack', 'PROPOSED');
    await planned({ resources: 10 }, true);
    expect(await sizes()).toEqual({});
  });
});
