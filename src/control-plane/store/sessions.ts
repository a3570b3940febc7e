import { SESSION_LEASE_MS } from '../../protocol/leases';
import type { SessionRow } from './schema';
import { leaseCount, type LeaseCount } from './lease-clock';
import { defined, Statement, StatementsByValues } from './statement';
import { Table } from './table';

interface Word {
  readonly poolId: string;
  readonly sessionId: string;
  readonly reading: number;
  readonly term?: number;
}

export class SessionTable extends Table {
  private static readonly locked = new Statement(
    (table: SessionTable, { poolId, sessionId }: { poolId: string; sessionId: string }) =>
      table.locked(
        table.db
          .selectFrom('sessions')
          .selectAll()
          .select((eb) => eb.selectFrom('leaseClock').select('leaseClock.reading').as('reading'))
          .where('poolId', '=', poolId)
          .where('sessionId', '=', sessionId),
      ),
  );

  /** What is known of a session, held until the transaction ends, and the reading of the lease clock. */
  async lock(poolId: string, sessionId: string): Promise<{ known: SessionRow; reading: number } | undefined> {
    const row = await this.row(SessionTable.locked, { poolId, sessionId });
    if (!row) return undefined;
    const { reading, ...known } = row;
    return { known, reading: reading ?? 0 };
  }

  /** Takes note of a word; `term` undefined leaves what is known of leaders. */
  async heard(poolId: string, sessionId: string, reading: number, term: number | undefined): Promise<void> {
    const led = term === undefined ? {} : { term, termHeardLease: reading };
    await this.db
      .insertInto('sessions')
      .values({ poolId, sessionId, heardLease: reading, syncs: 0, ...led })
      .onConflict((conflict) => conflict.columns(['poolId', 'sessionId']).doUpdateSet({ heardLease: reading, ...led }))
      .execute();
  }

  /**
   * The same of one that is known, with the same leader. @returns false when it is not, when something was heard of it
   * meanwhile, or when a transaction holds it, for which this does not wait
   */
  async heardAgain(poolId: string, sessionId: string, reading: number, term: number | undefined): Promise<boolean> {
    const values = defined({ poolId, sessionId, reading, term });
    return (await this.row(SessionTable.keptAlive.like(values), values)) !== undefined;
  }

  private static readonly keptAlive = new StatementsByValues(
    (table: SessionTable, { poolId, sessionId, reading, term }: Word) => {
      const known = table.db
        .selectFrom('sessions')
        .select(['poolId', 'sessionId'])
        .where('poolId', '=', poolId)
        .where('sessionId', '=', sessionId)
        .where('heardLease', '<', reading)
        .$if(term !== undefined, (query) => query.where('term', '=', term!));
      return table.db
        .with('free', () => table.locked(known, 'skip'))
        .updateTable('sessions')
        .from('free')
        .set({ heardLease: reading, ...(term !== undefined && { termHeardLease: reading }) })
        .whereRef('sessions.poolId', '=', 'free.poolId')
        .whereRef('sessions.sessionId', '=', 'free.sessionId')
        .returning('heardLease');
    },
  );

  /** Counts a sync, whose number what it observed is marked with. */
  async synced(poolId: string, sessionId: string, reading: number): Promise<number> {
    const { syncs } = await this.db
      .updateTable('sessions')
      .set((eb) => ({ syncs: eb('syncs', '+', 1), syncedLease: reading }))
      .where('poolId', '=', poolId)
      .where('sessionId', '=', sessionId)
      .returning('syncs')
      .executeTakeFirstOrThrow();
    return syncs;
  }

  /** Gives sessions that were alive at a reading their whole lease again. */
  async renew(at: number, reading: number): Promise<void> {
    await this.db
      .updateTable('sessions')
      .set({ heardLease: reading })
      .where('heardLease', '>=', at - SESSION_LEASE_MS)
      .execute();
  }

  /** How many have said something since a reading, and how many have not. */
  async countBy(reading: number): Promise<{ readonly alive: number; readonly silent: number }> {
    const { alive, all } = await this.db
      .selectFrom('sessions')
      .select((eb) => [
        eb.fn.countAll<number>().as('all'),
        eb.fn.count<number>(eb.case().when('heardLease', '>=', reading).then(1).end()).as('alive'),
      ])
      .executeTakeFirstOrThrow();
    return { alive: Number(alive), silent: Number(all) - Number(alive) };
  }

  async countOfPool(poolId: string): Promise<number> {
    const query = this.db.selectFrom('sessions').select((eb) => eb.fn.countAll<number>().as('count'));
    return Number((await query.where('poolId', '=', poolId).executeTakeFirstOrThrow()).count);
  }

  /** The leases of those that were heard of since a reading, a part of them before another. */
  async leases(heardSince: number, before: number): Promise<LeaseCount> {
    const row = await this.db
      .selectFrom('sessions')
      .select((eb) => [
        eb.fn.countAll().as('all'),
        eb.fn.count(eb.case().when('heardLease', '<', before).then(1).end()).as('heardBefore'),
        eb.fn.min('heardLease').as('oldest'),
      ])
      .where('heardLease', '>=', heardSince)
      .executeTakeFirstOrThrow();
    return leaseCount(row);
  }

  /** Those that have said nothing since a reading. */
  silentSince(reading: number): Promise<Pick<SessionRow, 'poolId' | 'sessionId'>[]> {
    return this.db.selectFrom('sessions').select(['poolId', 'sessionId']).where('heardLease', '<', reading).execute();
  }

  async delete(poolId: string, sessionId: string): Promise<void> {
    await this.db.deleteFrom('sessions').where('poolId', '=', poolId).where('sessionId', '=', sessionId).execute();
  }
}
