import { isReady } from './run-rows';
import { Table } from './table';

/** Runs that ended last, of which durations are told: as many whatever the history has. */
const RUNS = 1000;

/** What is counted over many rows, none of them held. */
export class StatisticsTable extends Table {
  /** How long the attempts that ended in a month have worked in it, in milliseconds. */
  async workedIn(month: string): Promise<number> {
    const row = await this.db
      .selectFrom('pools')
      .select((eb) => eb.fn.sum<number>('workedMs').as('ms'))
      .where('workedMonth', '=', month)
      .executeTakeFirstOrThrow();
    return Number(row.ms ?? 0);
  }

  /** Since when each attempt works that does. */
  async workSince(): Promise<number[]> {
    const rows = await this.db
      .selectFrom('assignments')
      .select('startedAt')
      .where('endedAt', 'is', null)
      .where('startedAt', 'is not', null)
      .execute();
    return rows.map(({ startedAt }) => startedAt!);
  }

  /** How many unfinished runs there are in each state. */
  async runsByState(): Promise<{ state: string; n: number }[]> {
    const rows = await this.db
      .selectFrom('runs')
      .select(['state', (eb) => eb.fn.countAll<number>().as('n')])
      .where('finishedAt', 'is', null)
      .groupBy('state')
      .execute();
    return rows.map(({ state, n }) => ({ state, n: Number(n) }));
  }

  /** Since when the run waits that waits longest for a worker. */
  async waitingSince(): Promise<number | undefined> {
    const row = await this.db
      .selectFrom('runs')
      .select((eb) => eb.fn.min('updatedAt').as('at'))
      .where(isReady)
      .executeTakeFirst();
    return row?.at === null || row?.at === undefined ? undefined : Number(row.at);
  }

  /** How many stacks there are by the state of their newest run that changes something; null: without any. */
  async stacksByState(): Promise<{ readonly state: string | null; readonly stacks: number }[]> {
    const newest = this.db
      .selectFrom('stacks')
      .where('stacks.deletedAt', 'is', null)
      .where('stacks.kind', '=', 'stack')
      .select((eb) =>
        eb
          .selectFrom('runs')
          .select('runs.state')
          .whereRef('runs.stackId', '=', 'stacks.id')
          .where('runs.type', '<>', 'PROPOSED')
          .orderBy('runs.position', 'desc')
          .limit(1)
          .as('state'),
      );
    const rows = await this.db
      .selectFrom(newest.as('newest'))
      .select((eb) => ['state', eb.fn.countAll<number>().as('stacks')])
      .groupBy('state')
      .orderBy('state')
      .execute();
    return rows.map(({ state, stacks }) => ({ state, stacks: Number(stacks) }));
  }

  /** Of the stacks whose resources are known. */
  async resources(): Promise<{ readonly stacks: number; readonly resources: number; readonly drifted: number }> {
    const row = await this.db
      .selectFrom('stacks')
      .where('deletedAt', 'is', null)
      .where('resourceCount', 'is not', null)
      .select((eb) => [
        eb.fn.countAll<number>().as('stacks'),
        eb.fn.sum<number | null>('resourceCount').as('resources'),
        eb.fn.sum<number | null>('driftedCount').as('drifted'),
      ])
      .executeTakeFirstOrThrow();
    return { stacks: Number(row.stacks), resources: Number(row.resources), drifted: Number(row.drifted) };
  }

  /** From being queued to the end, in milliseconds, shortest first. */
  async durations(): Promise<number[]> {
    const rows = await this.db
      .selectFrom('runs')
      .select(['createdAt', 'finishedAt'])
      .where('finishedAt', 'is not', null)
      .orderBy('finishedAt', 'desc')
      .limit(RUNS)
      .execute();
    return rows.map(({ createdAt, finishedAt }) => finishedAt! - createdAt).sort((a, b) => a - b);
  }
}
