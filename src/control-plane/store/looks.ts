import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { LeaseReading } from './lease-clock';
import { isReady } from './run-rows';
import type { Schema, SessionRow } from './schema';
import { Statement } from './statement';
import { Table } from './table';
import { isWilling } from './worker-rows';

/** How many runs of a pool wait for a worker only, and how many workers would take one, if their sessions live. */
export interface Assignable {
  readonly runs: number;
  readonly workers: number;
  readonly clock: LeaseReading;
}

export interface SessionLook {
  readonly known: SessionRow;
  /** Of the lease clock. */
  readonly reading: number;
  /** Of its pool. */
  readonly revision: number;
  readonly mayAssign: boolean;
}

interface SessionName {
  readonly poolId: string;
  readonly sessionId: string;
}

/** What is asked all the time, in one statement each. */
export class LookTable extends Table {
  private static readonly assignableOf = new Statement(
    (table: LookTable, { poolId, limit }: { poolId: string; limit: number }) =>
      table.db.selectNoFrom((eb) => {
        const waiting = readyOf(eb, poolId).limit(limit).as('waiting');
        const idle = idleOf(eb, poolId).limit(limit).as('idle');
        return [
          eb
            .selectFrom(waiting)
            .select((of) => of.fn.countAll<number>().as('n'))
            .as('runs'),
          eb
            .selectFrom(idle)
            .select((of) => of.fn.countAll<number>().as('n'))
            .as('workers'),
          eb.selectFrom('leaseClock').select('leaseClock.reading').as('reading'),
          eb.selectFrom('leaseClock').select('leaseClock.restoredLease').as('restoredLease'),
        ];
      }),
  );

  /** Counts up to a limit; with the reading of the lease clock. */
  async assignable(poolId: string, limit: number): Promise<Assignable> {
    const counts = await this.row(LookTable.assignableOf, { poolId, limit });
    const { runs = 0, workers = 0, reading, restoredLease = null } = counts ?? {};
    return { runs: Number(runs), workers: Number(workers), clock: { reading: reading ?? 0, restoredLease } };
  }

  private static readonly ofSession = new Statement((table: LookTable, { poolId, sessionId }: SessionName) =>
    table.db
      .selectFrom('sessions')
      .selectAll()
      .select((eb) => [
        eb.selectFrom('leaseClock').select('leaseClock.reading').as('reading'),
        eb.selectFrom('pools').select('pools.revision').where('pools.id', '=', poolId).as('revision'),
        oneIf(eb, eb.and([eb.exists(readyOf(eb, poolId)), eb.exists(idleOf(eb, poolId))])).as('mayAssign'),
      ])
      .where('poolId', '=', poolId)
      .where('sessionId', '=', sessionId),
  );

  /** Undefined for a session that never said a word. */
  async session(poolId: string, sessionId: string): Promise<SessionLook | undefined> {
    const row = await this.row(LookTable.ofSession, { poolId, sessionId });
    if (!row) return undefined;
    const { reading, revision, mayAssign, ...known } = row;
    return { known, reading: reading ?? 0, revision: revision ?? 0, mayAssign: mayAssign === 1 };
  }
}

const oneIf = <D, T extends keyof D>(eb: ExpressionBuilder<D, T>, condition: Expression<SqlBool>) =>
  eb.case().when(condition).then(eb.lit(1)).else(eb.lit(0)).end();

type Anywhere = Pick<ExpressionBuilder<Schema, never>, 'selectFrom'>;

const readyOf = (eb: Anywhere, poolId: string) =>
  eb.selectFrom('runs').select('runs.id').where('runs.poolId', '=', poolId).where(isReady);

const idleOf = (eb: Anywhere, poolId: string) =>
  eb
    .selectFrom('workers')
    .select('workers.id')
    .where('workers.poolId', '=', poolId)
    .where('workers.runId', 'is', null)
    .where(isWilling);
