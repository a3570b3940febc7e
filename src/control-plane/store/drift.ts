import type { Selectable } from 'kysely';
import type { GitCommit } from '../../protocol/messages';
import type { DriftSchedule, RunRecord } from './records';
import type { DriftScheduleRow } from './schema-drift';
import { chunks, Table } from './table';

/** Schedules that are looked at in one sweep; those that are late go first. */
const DUE = 100;

/** What decides whether drift of a stack can be looked for. */
export interface DriftLook {
  /** The run of the stack that planned and applied, or is to, last. */
  readonly newest:
    (Pick<RunRecord, 'id' | 'type' | 'state' | 'source'> & { readonly commitSha: string | null }) | undefined;
  /** The run that looks for drift already. */
  readonly looking: string | undefined;
}

/** Of the resources of a stack. */
export interface StackSize {
  readonly resourceCount: number;
  /** Those that were changed past the stack. */
  readonly driftedCount: number;
}

/** When drift is looked for, and what came of it. */
export class DriftTable extends Table {
  async set(schedule: DriftSchedule): Promise<void> {
    const { stackId, ...values } = {
      ...schedule,
      schedule: JSON.stringify(schedule.schedule),
      reconcile: Number(schedule.reconcile),
      ignoreState: Number(schedule.ignoreState),
    };
    await this.db
      .insertInto('driftSchedules')
      .values({ stackId, ...values })
      .onConflict((conflict) => conflict.column('stackId').doUpdateSet(values))
      .execute();
  }

  async find(stackId: string): Promise<DriftSchedule | undefined> {
    return (await this.ofStacks([stackId])).get(stackId);
  }

  /** Stacks without one are left out. */
  async ofStacks(stackIds: readonly string[]): Promise<Map<string, DriftSchedule>> {
    const found = new Map<string, DriftSchedule>();
    for (const chunk of chunks(stackIds)) {
      const rows = await this.db.selectFrom('driftSchedules').selectAll().where('stackId', 'in', chunk).execute();
      for (const row of rows) found.set(row.stackId, toSchedule(row));
    }
    return found;
  }

  async delete(stackId: string): Promise<boolean> {
    const { numDeletedRows } = await this.db
      .deleteFrom('driftSchedules')
      .where('stackId', '=', stackId)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  /** Stacks whose time has come. */
  async due(now: number): Promise<string[]> {
    const rows = await this.db
      .selectFrom('driftSchedules')
      .select('stackId')
      .where('nextAt', '<=', now)
      .orderBy('nextAt')
      .limit(DUE)
      .execute();
    return rows.map(({ stackId }) => stackId);
  }

  async setNext(stackId: string, nextAt: number, skipped: string): Promise<void> {
    await this.db.updateTable('driftSchedules').set({ nextAt, skipped }).where('stackId', '=', stackId).execute();
  }

  async look(stackId: string): Promise<DriftLook> {
    const newest = await this.db
      .selectFrom('runs')
      .select(['id', 'type', 'state', 'source', 'commitSha', 'gitCommit'])
      .where('stackId', '=', stackId)
      .where('type', 'in', ['TRACKED', 'DESTROY'])
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirst();
    const looking = await this.db
      .selectFrom('runs')
      .select('id')
      .where('stackId', '=', stackId)
      .where('finishedAt', 'is', null)
      .where('driftDetection', '=', 1)
      .where('type', '=', 'PROPOSED')
      .limit(1)
      .executeTakeFirst();
    return { newest: newest && seen(newest), looking: looking?.id };
  }

  /** What a run has found. @param size undefined where its plan said nothing */
  async found(stackId: string, hasDrifted: boolean, now: number, size: StackSize | undefined): Promise<void> {
    await this.db
      .updateTable('stacks')
      .set((eb) => ({
        driftCheckedAt: now,
        driftedSince: hasDrifted ? eb.fn.coalesce('driftedSince', eb.val(now)) : null,
        ...size,
      }))
      .where('id', '=', stackId)
      .execute();
  }

  /** The stack is as its source says. @param size undefined where the plan said nothing */
  async reconciled(stackId: string, size: StackSize | undefined): Promise<void> {
    await this.db
      .updateTable('stacks')
      .set({ driftedSince: null, driftedCount: 0, ...size })
      .where('id', '=', stackId)
      .execute();
  }

  /**
   * Lets as many runs of a pool that look for drift go as may be in progress at once, and no more. The pool is held.
   * @param limit below 0: all of them
   * @returns whether there is one more that may go
   */
  async settle(poolId: string, limit: number): Promise<boolean> {
    const first = this.looking(poolId)
      .select('runs.id')
      .orderBy((eb) => eb.case().when('runs.state', '=', 'QUEUED').then(1).else(0).end())
      .orderBy('runs.rank')
      .orderBy('runs.position')
      .limit(Math.max(limit, 0));
    const ofPool = this.looking(poolId).select('runs.id').where('runs.state', '=', 'QUEUED');
    const queued = this.db.updateTable('runs').where('id', 'in', ofPool);
    if (limit >= 0) await queued.set({ ready: 0 }).where('ready', '=', 1).where('id', 'not in', first).execute();
    const { numUpdatedRows } = await queued
      .set({ ready: 1 })
      .where('ready', '=', 0)
      .$if(limit >= 0, (query) => query.where('id', 'in', first))
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  private looking(poolId: string) {
    return this.db
      .selectFrom('runs')
      .where('runs.poolId', '=', poolId)
      .where((eb) => eb('runs.driftDetection', '=', eb.lit(1)))
      .where('runs.finishedAt', 'is', null)
      .where('runs.type', '=', 'PROPOSED');
  }
}

interface Newest extends Pick<RunRecord, 'id' | 'source' | 'commitSha'> {
  readonly type: string;
  readonly state: string;
  readonly gitCommit: string | null;
}

function seen({ gitCommit, commitSha, ...run }: Newest): DriftLook['newest'] {
  const fetched = gitCommit === null ? null : (JSON.parse(gitCommit) as GitCommit);
  return { ...run, commitSha: fetched?.hash ?? commitSha } as DriftLook['newest'];
}

function toSchedule(row: Selectable<DriftScheduleRow>): DriftSchedule {
  return {
    ...row,
    schedule: JSON.parse(row.schedule) as string[],
    reconcile: row.reconcile === 1,
    ignoreState: row.ignoreState === 1,
  };
}
