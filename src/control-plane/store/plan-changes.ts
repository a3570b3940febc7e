import type { Kysely } from 'kysely';
import { PlanAction, type PlanChanges, type PlannedChange } from '../../protocol/messages';
import type { Schema } from './schema';
import { listsOfChanges } from './secrets';
import type { Sealing } from './stacks';
import { chunks, Table, type Dialect } from './table';

export type { PlanAction, PlanChanges, PlannedChange };

export const PLAN_ACTIONS = PlanAction.options;

export type ChangeCounts = PlanChanges['counts'];

/** What the plans of runs change. Addresses are no secrets, but tell much of what somebody runs: they lie encrypted. */
export class PlanChangesTable extends Table {
  constructor(
    db: Kysely<Schema>,
    dialect: Dialect,
    private readonly vault: Sealing,
  ) {
    super(db, dialect);
  }

  /** In place of what was told before. */
  async put(runId: string, { counts, ...lists }: PlanChanges): Promise<void> {
    const sealed = this.vault.seal(listsOfChanges(runId), JSON.stringify(lists));
    const row = { counts: JSON.stringify(counts), lists: sealed };
    await this.db
      .insertInto('planChanges')
      .values({ id: runId, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  }

  async find(runId: string): Promise<PlanChanges | undefined> {
    const row = await this.db.selectFrom('planChanges').selectAll().where('id', '=', runId).executeTakeFirst();
    if (!row) return undefined;
    const lists = JSON.parse(this.vault.open(listsOfChanges(runId), row.lists)) as Omit<PlanChanges, 'counts'>;
    return { counts: JSON.parse(row.counts) as ChangeCounts, ...lists };
  }

  /** A run of which nothing is known is left out. */
  async counts(runIds: readonly string[]): Promise<Map<string, ChangeCounts>> {
    const found = new Map<string, ChangeCounts>();
    for (const some of chunks(runIds)) {
      const rows = await this.db.selectFrom('planChanges').select(['id', 'counts']).where('id', 'in', some).execute();
      for (const { id, counts } of rows) found.set(id, JSON.parse(counts) as ChangeCounts);
    }
    return found;
  }
}
