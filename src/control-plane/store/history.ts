import type { Kysely } from 'kysely';
import { LogTable } from './logs';
import { Table, type Dialect } from './table';

import type { Schema } from './schema';

/** What is over, and goes some day. */
export class HistoryTable extends Table {
  private readonly logs: LogTable;

  constructor(db: Kysely<Schema>, dialect: Dialect) {
    super(db, dialect);
    this.logs = new LogTable(db, dialect);
  }

  /**
   * Deletes runs that ended before a time, with all that is known of them, at most so many; never the newest of a stack,
   * nor one whose Pod may still be there.
   * @returns how many
   */
  async deleteRuns(endedBefore: number, keptOfStack: number, limit: number): Promise<number> {
    const old = await this.db
      .selectFrom('runs')
      .select('id')
      .where('finishedAt', '<', endedBefore)
      .where('holding', '=', 0)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('runs as newer')
            .select('newer.id')
            .whereRef('newer.stackId', '=', 'runs.stackId')
            .whereRef('newer.position', '>', 'runs.position')
            .orderBy('newer.position')
            .limit(1)
            .offset(Math.max(0, keptOfStack - 1)),
        ),
      )
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('assignments')
              .select('assignments.fence')
              .whereRef('assignments.runId', '=', 'runs.id')
              .where('assignments.releasedAt', 'is', null),
          ),
        ),
      )
      .orderBy('finishedAt')
      .limit(limit)
      .execute();
    const ids = old.map(({ id }) => id);
    if (ids.length === 0) return 0;
    await this.logs.delete(ids);
    await this.db.deleteFrom('planChanges').where('id', 'in', ids).execute();
    await this.db.deleteFrom('assignments').where('runId', 'in', ids).execute();
    await this.db.deleteFrom('runEnvironments').where('id', 'in', ids).execute();
    await this.db.deleteFrom('runInputs').where('id', 'in', ids).execute();
    await this.db.deleteFrom('runs').where('id', 'in', ids).execute();
    return ids.length;
  }
}
