import { sql } from 'kysely';
import { isReady } from './run-rows';
import type { PoolSampleRow } from './schema';
import { Table } from './table';
import { isPresent, isWilling } from './worker-rows';

/** The figures of a pool from a time on, until the next sample. */
export type PoolSample = Omit<PoolSampleRow, 'poolId'>;

const FIGURES = ['queued', 'busy', 'idle', 'drained'] as const;

/** What pools had to do, over time: samples of a minute, and older ones that stand for longer. */
export class PoolSampleTable extends Table {
  /**
   * Adds a sample of every pool whose figures are others than in its newest one, or whose newest one is from before a time.
   * One statement, whatever number of pools there is.
   */
  async add(at: number, spanMs: number, before: number): Promise<void> {
    const workers = this.db
      .selectFrom('workers')
      .where(isPresent)
      .groupBy('poolId')
      .select((eb) => [
        'poolId',
        eb.fn.countAll<number>().as('registered'),
        eb.fn.count<number>('runId').as('busy'),
        eb.fn
          .countAll<number>()
          .filterWhere((of) => of.and([isWilling(of), of('runId', 'is', null)]))
          .as('idle'),
        eb.fn
          .countAll<number>()
          .filterWhere((of) => of.and([of.not(isWilling(of)), of('runId', 'is', null)]))
          .as('drained'),
      ]);
    const queues = this.db
      .selectFrom('runs')
      .where(isReady)
      .groupBy('poolId')
      .select((eb) => ['poolId', eb.fn.countAll<number>().as('queued')]);
    const number = (name: string) => sql<number>`coalesce(${sql.ref(name)}, 0)`;
    const figures = {
      queued: number('queues.queued'),
      busy: number('counts.busy'),
      idle: number('counts.idle'),
      drained: number('counts.drained'),
    };
    const now = this.db
      .selectFrom('pools')
      .leftJoin(workers.as('counts'), 'counts.poolId', 'pools.id')
      .leftJoin(queues.as('queues'), 'queues.poolId', 'pools.id')
      .where('pools.deletedAt', 'is', null)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('poolSamples as newest')
              .select('newest.at')
              .whereRef('newest.poolId', '=', 'pools.id')
              .where('newest.spanMs', '=', spanMs)
              .where('newest.at', '>=', before)
              .where((of) =>
                of(
                  'newest.at',
                  '=',
                  of
                    .selectFrom('poolSamples as last')
                    .whereRef('last.poolId', '=', 'pools.id')
                    .where('last.spanMs', '=', spanMs)
                    .select((last) => last.fn.max('last.at').as('at')),
                ),
              )
              .where((of) => of.and(FIGURES.map((name) => of(`newest.${name}`, '=', figures[name])))),
          ),
        ),
      )
      .select([
        'pools.id as poolId',
        sql.lit(spanMs).as('spanMs'),
        sql.lit(at).as('at'),
        ...FIGURES.map((name) => figures[name].as(name)),
      ]);
    await this.db
      .insertInto('poolSamples')
      .columns(['poolId', 'spanMs', 'at', ...FIGURES])
      .expression(now)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /**
   * Puts samples of a span that are from before a time together to samples of a longer one: most runs that waited, most
   * workers that were busy, and so on, none of them counted twice.
   */
  async thin(fromMs: number, toMs: number, before: number): Promise<void> {
    const beginning = sql<number>`"at" - "at" % ${sql.lit(toMs)}`;
    const [willing, all] = [sql`"busy" + "idle"`, sql`"busy" + "idle" + "drained"`];
    const most = (what: unknown) => sql<number>`max(${what})`;
    await this.db
      .insertInto('poolSamples')
      .columns(['poolId', 'spanMs', 'at', ...FIGURES])
      .expression((eb) =>
        eb
          .selectFrom('poolSamples')
          .where('spanMs', '=', fromMs)
          .where('at', '<', before)
          .groupBy(['poolId', beginning])
          .select([
            'poolId',
            sql.lit(toMs).as('spanMs'),
            beginning.as('at'),
            sql<number>`max("queued")`.as('queued'),
            sql<number>`max("busy")`.as('busy'),
            sql<number>`${most(willing)} - max("busy")`.as('idle'),
            sql<number>`${most(all)} - ${most(willing)}`.as('drained'),
          ]),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await this.delete(fromMs, before);
  }

  async delete(spanMs: number, before: number): Promise<void> {
    await this.db.deleteFrom('poolSamples').where('spanMs', '=', spanMs).where('at', '<', before).execute();
  }

  /** Of a pool, from a time on, oldest first. */
  async since(poolId: string, from: number): Promise<PoolSample[]> {
    const rows = await this.db
      .selectFrom('poolSamples')
      .select(['spanMs', 'at', ...FIGURES])
      .where('poolId', '=', poolId)
      .where('at', '>=', from)
      .orderBy('at')
      .execute();
    return rows;
  }
}
