import type { Durations, ResourceCount, Statistics, Usage as UsageOfMonth } from '../admin/statistics';
import { builder, seconds } from './builder';

const Usage = builder.objectRef<UsageOfMonth>('Usage').implement({
  description: 'What was used in this calendar month (UTC); nobody is billed for it.',
  fields: (t) => ({
    billingPeriodStart: t.int({ resolve: ({ begins }) => seconds(begins) }),
    billingPeriodEnd: t.int({ resolve: ({ ends }) => seconds(ends) }),
    usedPrivateMinutes: t.int({
      description: 'For which workers have worked on runs.',
      resolve: ({ worked }) => Math.floor(worked / 60_000),
    }),
    usedPublicMinutes: t.int({ description: '0: there are no public workers.', resolve: () => 0 }),
    usedSeats: t.int({ description: '0: there are no accounts of people.', resolve: () => 0 }),
  }),
});

interface Point {
  readonly value: number;
  readonly labels: readonly string[];
}

const DataPoint = builder.objectRef<Point>('DataPoint').implement({
  fields: (t) => ({ value: t.exposeFloat('value'), labels: t.exposeStringList('labels', { nullable: true }) }),
});

/** What several fields tell of is asked once. */
class Measured {
  private known: Promise<Durations | undefined> | undefined;
  private counted: Promise<ResourceCount> | undefined;

  constructor(readonly statistics: Statistics) {}

  async duration(which: keyof Durations): Promise<Point[]> {
    const durations = await (this.known ??= this.statistics.durations());
    return durations ? [{ value: durations[which] / 1000, labels: [] }] : [];
  }

  /** @returns nothing where no stack has told of its resources */
  async resources(tell: (count: ResourceCount) => Point[]): Promise<Point[]> {
    const count = await (this.counted ??= this.statistics.resources());
    return count.stacks === 0 ? [] : tell(count);
  }
}

const Metrics = builder.objectRef<Measured>('Metrics').implement({
  fields: (t) => ({
    stacksCountByState: t.field({
      type: [DataPoint],
      description: 'By the state of the newest tracked run; NONE: there is none.',
      resolve: async ({ statistics }) =>
        (await statistics.stacksByState()).map(({ state, stacks }) => ({ value: stacks, labels: [state] })),
    }),
    resourcesCountByDrift: t.field({
      type: [DataPoint],
      description:
        'DRIFTED: those that a look for drift has found changed past their stack; IN_SYNC: the others. Of stacks that have ' +
        'planned since plans tell how many there are.',
      resolve: (measured) =>
        measured.resources(({ resources, drifted }) => [
          { value: resources - drifted, labels: ['IN_SYNC'] },
          { value: drifted, labels: ['DRIFTED'] },
        ]),
    }),
    avgStackSizeByResourceCount: t.field({
      type: [DataPoint],
      description: 'Of the same stacks.',
      resolve: (measured) => measured.resources(({ stacks, resources }) => [{ value: resources / stacks, labels: [] }]),
    }),
    averageRunDuration: t.field({
      type: [DataPoint],
      description: 'From being queued to the end, in seconds, of the 1,000 runs that ended last; empty: none has.',
      resolve: (measured) => measured.duration('average'),
    }),
    medianRunDuration: t.field({
      type: [DataPoint],
      description: 'Of the same runs.',
      resolve: (measured) => measured.duration('median'),
    }),
  }),
});

builder.queryFields((t) => ({
  usage: t.field({ type: Usage, access: 'stack:read', resolve: (_root, _args, { admin }) => admin.statistics.usage() }),
  metrics: t.field({
    type: Metrics,
    access: 'stack:read',
    resolve: (_root, _args, { admin }) => new Measured(admin.statistics),
  }),
}));
