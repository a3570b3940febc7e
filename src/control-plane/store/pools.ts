import { sql, type Selectable } from 'kysely';
import type { PoolRecord } from './records';
import type { PoolRow } from './schema';
import { Statement } from './statement';
import { chunks, Table } from './table';

export interface FormerCredentials {
  readonly certificate: string;
  readonly replacedAt: number;
}

export interface RevokedCertificate {
  readonly certificate: string;
  readonly revokedAt: number;
}

/** How long workers have worked in a month, such as 2026-11. */
export interface Worked {
  readonly month: string;
  readonly ms: number;
}

export class PoolTable extends Table {
  async insert(pool: Omit<PoolRecord, 'revision'>): Promise<void> {
    await this.db
      .insertInto('pools')
      .values({ ...pool, labels: JSON.stringify(pool.labels) })
      .execute();
  }

  async update(
    id: string,
    { labels, ...settings }: Pick<PoolRecord, 'name' | 'description' | 'labels' | 'space' | 'driftDetectionRunLimit'>,
    now: number,
  ): Promise<void> {
    await this.db
      .updateTable('pools')
      .set({ ...settings, labels: JSON.stringify(labels), updatedAt: now })
      .where('id', '=', id)
      .execute();
  }

  /** Lets people change it again. */
  async unlock(id: string, now: number): Promise<void> {
    await this.db.updateTable('pools').set({ managedBy: null, updatedAt: now }).where('id', '=', id).execute();
  }

  /** Replaces the credentials; the former ones are remembered. */
  async setCredentials(
    id: string,
    credentials: Pick<PoolRecord, 'certificate' | 'fingerprint'>,
    now: number,
  ): Promise<void> {
    await this.db
      .insertInto('formerCredentials')
      .columns(['poolId', 'fingerprint', 'certificate', 'replacedAt'])
      .expression(
        this.db
          .selectFrom('pools')
          .select(['id', 'fingerprint', 'certificate', sql.lit(now).as('replacedAt')])
          .where('id', '=', id),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['poolId', 'fingerprint'])
          .doUpdateSet((eb) => ({ replacedAt: eb.ref('excluded.replacedAt') })),
      )
      .execute();
    await this.db
      .updateTable('pools')
      .set({ ...credentials, updatedAt: now })
      .where('id', '=', id)
      .execute();
  }

  /** The credentials of a pool by their fingerprint, if a reset has replaced them. */
  formerCredentials(id: string, fingerprint: string): Promise<FormerCredentials | undefined> {
    return this.db
      .selectFrom('formerCredentials')
      .select(['certificate', 'replacedAt'])
      .where('poolId', '=', id)
      .where('fingerprint', '=', fingerprint)
      .executeTakeFirst();
  }

  /** Certificates that were replaced by a reset, or whose pool was deleted. */
  async revokedCertificates(): Promise<RevokedCertificate[]> {
    const replaced = this.db.selectFrom('formerCredentials').select(['certificate', 'replacedAt as revokedAt']);
    const deleted = this.db
      .selectFrom('pools')
      .select((eb) => ['certificate' as const, eb.ref('deletedAt').$notNull().as('revokedAt')])
      .where('deletedAt', 'is not', null);
    return replaced.unionAll(deleted).orderBy('revokedAt').execute();
  }

  private static readonly found = new Statement((pools: PoolTable, { id }: { id: string }) =>
    pools.existing().where('id', '=', id),
  );

  /** Undefined for a pool that never was or is deleted. */
  async find(id: string): Promise<PoolRecord | undefined> {
    const row = await this.row(PoolTable.found, { id });
    return row && toPool(row);
  }

  private static readonly locked = new Statement((pools: PoolTable, { id }: { id: string }) =>
    pools.locked(pools.existing().where('id', '=', id)),
  );

  /** The same, held until the transaction ends. */
  async lock(id: string): Promise<PoolRecord | undefined> {
    const row = await this.row(PoolTable.locked, { id });
    return row && toPool(row);
  }

  async findAll(ids: readonly string[]): Promise<PoolRecord[]> {
    const found: PoolRecord[] = [];
    for (const chunk of chunks(ids)) {
      found.push(...(await this.existing().where('id', 'in', chunk).execute()).map(toPool));
    }
    return found;
  }

  async findByName(name: string): Promise<PoolRecord[]> {
    return (await this.existing().where('name', '=', name).execute()).map(toPool);
  }

  async list(): Promise<PoolRecord[]> {
    return (await this.existing().orderBy('name').orderBy('id').execute()).map(toPool);
  }

  async delete(id: string, now: number): Promise<void> {
    await this.db.updateTable('pools').set({ deletedAt: now, updatedAt: now }).where('id', '=', id).execute();
  }

  async revision(id: string): Promise<number> {
    const row = await this.db.selectFrom('pools').select('revision').where('id', '=', id).executeTakeFirst();
    return row?.revision ?? 0;
  }

  private static readonly revised = new Statement((pools: PoolTable, { id }: { id: string }) => pools.revise(id));

  private static readonly revisedAfterWork = new Statement(
    (pools: PoolTable, { id, month, ms }: Worked & { id: string }) =>
      pools.revise(id).set((eb) => ({
        workedMonth: month,
        workedMs: eb
          .case()
          .when('workedMonth', '=', month)
          .then(eb('workedMs', '+', ms))
          .else(ms)
          .end(),
      })),
  );

  private revise(id: string) {
    return this.db
      .updateTable('pools')
      .set((eb) => ({ revision: eb('revision', '+', 1) }))
      .where('id', '=', id)
      .returning(['revision', 'deletedAt']);
  }

  /**
   * The next revision, for the workers that changed in this transaction. The row is held from here on, so that revisions
   * become visible in their order; taken last, it holds up nobody for long. How long workers have worked goes along.
   */
  async nextRevision(id: string, worked?: Worked): Promise<{ readonly revision: number; readonly isDeleted: boolean }> {
    const row = await (worked
      ? this.row(PoolTable.revisedAfterWork, { id, ...worked })
      : this.row(PoolTable.revised, { id }));
    if (!row) throw new Error(`pool ${id} is not in the database`);
    return { revision: row.revision, isDeleted: row.deletedAt !== null };
  }

  private existing() {
    return this.db.selectFrom('pools').selectAll().where('deletedAt', 'is', null);
  }
}

function toPool({ deletedAt: _, workedMonth: _month, workedMs: _ms, ...row }: Selectable<PoolRow>): PoolRecord {
  return { ...row, labels: JSON.parse(row.labels) as string[] };
}
