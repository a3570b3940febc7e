import type { WorkerRegistration } from '../../protocol/messages';
import type { WorkerRecord } from './records';
import { Statement, StatementsByLimit } from './statement';
import { chunks, inPages, PAGE, Table } from './table';
import { isOfLiveSession, isPresent, isWilling, toWorker } from './worker-rows';
import { hasStatus, isNamed, isOlderThan, type WorkerSearch } from './worker-search';

/** Of the workers of a pool. */
export interface WorkerCounts {
  readonly registered: number;
  readonly busy: number;
  /** Neither drained nor about to go. */
  readonly willing: number;
  /** Willing, and of a session that lives: those that would take a run. */
  readonly ready: number;
}

export class WorkerTable extends Table {
  async find(id: string): Promise<WorkerRecord | undefined> {
    const row = await this.db.selectFrom('workers').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toWorker(row);
  }

  /** The same, held until the transaction ends. */
  async lock(id: string): Promise<WorkerRecord | undefined> {
    const row = await this.locked(this.db.selectFrom('workers').selectAll().where('id', '=', id)).executeTakeFirst();
    return row && toWorker(row);
  }

  async findAll(ids: readonly string[]): Promise<WorkerRecord[]> {
    const found: WorkerRecord[] = [];
    for (const chunk of chunks(ids)) {
      const rows = await this.db.selectFrom('workers').selectAll().where('id', 'in', chunk).execute();
      found.push(...rows.map(toWorker));
    }
    return found;
  }

  /** Workers that come back, under whatever session, keep their history; removed ones stay removed. */
  async upsert(workers: readonly WorkerRegistration[], poolId: string, sessionId: string, now: number): Promise<void> {
    const rows = workers.map(({ id, name, metadata }) => ({
      id,
      poolId,
      sessionId,
      name,
      metadata: JSON.stringify(metadata),
      revision: 0,
      createdAt: now,
      availableAt: now,
    }));
    for (const chunk of chunks(rows)) {
      await this.db
        .insertInto('workers')
        .values(chunk)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet((eb) => ({
            sessionId: eb.ref('excluded.sessionId'),
            name: eb.ref('excluded.name'),
            metadata: eb.ref('excluded.metadata'),
            forgottenAt: null,
          })),
        )
        .execute();
    }
  }

  /** Of a pool, without those that are removed or forgotten; newest first. */
  listOfPool(poolId: string, limit?: number): Promise<WorkerRecord[]> {
    return inPages((after, size) => this.search(poolId, { ...(after && { after }), limit: size }), limit);
  }

  /** The same of those that somebody looks for. */
  async search(poolId: string, { name, status, after, limit }: WorkerSearch): Promise<WorkerRecord[]> {
    const rows = await this.db
      .selectFrom('workers')
      .selectAll()
      .where('poolId', '=', poolId)
      .where(isPresent)
      .$if(after !== undefined, (query) => query.where(isOlderThan(after!)))
      .$if(name !== undefined, (query) => query.where(isNamed(name!)))
      .$if(status !== undefined, (query) => query.where(hasStatus(status!)))
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toWorker);
  }

  /** The same of many pools: small ones are read together, large ones in pages. */
  async listOfPools(poolIds: readonly string[]): Promise<Map<string, WorkerRecord[]>> {
    const [only] = poolIds;
    if (only !== undefined && poolIds.length === 1) return new Map([[only, await this.listOfPool(only)]]);
    const found = new Map<string, WorkerRecord[]>();
    for (const together of packed(await this.count(poolIds, 0))) {
      const workers = together.length === 1 ? await this.listOfPool(together[0]!) : await this.ofSmallPools(together);
      for (const worker of workers) {
        const ofPool = found.get(worker.poolId) ?? [];
        found.set(worker.poolId, ofPool);
        ofPool.push(worker);
      }
    }
    return found;
  }

  private async ofSmallPools(poolIds: readonly string[]): Promise<WorkerRecord[]> {
    const rows = await this.db
      .selectFrom('workers')
      .selectAll()
      .where('poolId', 'in', poolIds)
      .where(isPresent)
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .execute();
    return rows.map(toWorker);
  }

  /** ULIDs of those of a session, removed ones included. */
  async idsOfSession(poolId: string, sessionId: string): Promise<string[]> {
    return inPages<string>(async (last, size) => {
      const rows = await this.db
        .selectFrom('workers')
        .select('id')
        .where('poolId', '=', poolId)
        .where('sessionId', '=', sessionId)
        .where('forgottenAt', 'is', null)
        .where('id', '>', last ?? '')
        .orderBy('id')
        .limit(size)
        .execute();
      return rows.map(({ id }) => id);
    });
  }

  /** Idle workers of sessions that were heard of since a reading of the lease clock, newest first, so many or a few more; held. */
  async claimIdle(poolId: string, heardSince: number, count: number): Promise<WorkerRecord[]> {
    return (await this.rows(WorkerTable.idleClaimed.for(count), { poolId, heardSince })).map(toWorker);
  }

  private static readonly idleClaimed = new StatementsByLimit(
    (workers: WorkerTable, { poolId, heardSince }: { poolId: string; heardSince: number }, limit) => {
      const query = workers.db
        .selectFrom('workers')
        .selectAll()
        .where('poolId', '=', poolId)
        .where('runId', 'is', null)
        .where(isWilling)
        .where((eb) => isOfLiveSession(eb, heardSince))
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(limit);
      return workers.locked(query, 'skip');
    },
  );

  /** What workers the pools have; one without any is left out. */
  async count(poolIds: readonly string[], heardSince: number): Promise<Map<string, WorkerCounts>> {
    const counts = new Map<string, WorkerCounts>();
    for (const chunk of chunks(poolIds)) {
      const rows = await this.db
        .selectFrom('workers')
        .select('poolId')
        .select((eb) => [
          eb.fn.countAll<number>().as('registered'),
          eb.fn.count<number>('runId').as('busy'),
          eb.fn.countAll<number>().filterWhere(isWilling).as('willing'),
          eb.fn
            .countAll<number>()
            .filterWhere((filter) => filter.and([isWilling(filter), isOfLiveSession(filter, heardSince)]))
            .as('ready'),
        ])
        .where('poolId', 'in', chunk)
        .where(isPresent)
        .groupBy('poolId')
        .execute();
      for (const { poolId, registered, busy, willing, ready } of rows) {
        counts.set(poolId, {
          ...{ registered: Number(registered), busy: Number(busy) },
          ...{ willing: Number(willing), ready: Number(ready) },
        });
      }
    }
    return counts;
  }

  /** How many workers of a pool are known, those that are removed or forgotten among them, and how many are present. */
  async countKnown(poolId: string): Promise<{ known: number; present: number }> {
    const row = await this.db
      .selectFrom('workers')
      .select((eb) => [
        eb.fn.countAll<number>().as('known'),
        eb.fn
          .countAll<number>()
          .filterWhere((filter) => isPresent(filter))
          .as('present'),
      ])
      .where('poolId', '=', poolId)
      .executeTakeFirstOrThrow();
    return { known: Number(row.known), present: Number(row.present) };
  }

  /** Gives it to an assignment. */
  async hold(id: string, { runId, fence }: { runId: string; fence: number }): Promise<void> {
    await this.db.updateTable('workers').set({ runId, fence }).where('id', '=', id).execute();
  }

  /** The same to that of an attempt, with the revision of its pool. */
  async holdByAttempt(id: string, attempt: { runId: string; attempt: number; revision: number }): Promise<void> {
    await this.rows(WorkerTable.heldByAttempt, { id, ...attempt });
  }

  private static readonly heldByAttempt = new Statement(
    (workers: WorkerTable, of: { id: string; runId: string; attempt: number; revision: number }) =>
      workers.db
        .updateTable('workers')
        .set((eb) => ({
          runId: of.runId,
          fence: eb
            .selectFrom('assignments')
            .select('assignments.fence')
            .where('assignments.runId', '=', of.runId)
            .where('assignments.attempt', '=', of.attempt),
          revision: of.revision,
        }))
        .where('id', '=', of.id),
  );

  /** The worker as it is then; undefined when another assignment holds it, or none. */
  async setFree(id: string, fence: number, now: number): Promise<WorkerRecord | undefined> {
    const freed = await this.row(WorkerTable.freed, { id, fence, now });
    return freed && toWorker(freed);
  }

  private static readonly freed = new Statement(
    (workers: WorkerTable, of: { id: string; fence: number; now: number }) =>
      workers.db
        .updateTable('workers')
        .set({ runId: null, fence: null, availableAt: of.now })
        .where('id', '=', of.id)
        .where('fence', '=', of.fence)
        .returningAll(),
  );

  async setRevision(ids: readonly string[], revision: number): Promise<void> {
    for (const chunk of chunks(ids)) {
      await this.db.updateTable('workers').set({ revision }).where('id', 'in', chunk).execute();
    }
  }

  async setDrained(id: string, drained: boolean): Promise<void> {
    await this.db
      .updateTable('workers')
      .set({ drained: Number(drained) })
      .where('id', '=', id)
      .execute();
  }

  async setRetiring(id: string): Promise<void> {
    await this.db.updateTable('workers').set({ retiring: 1 }).where('id', '=', id).execute();
  }

  /** Retires all workers of a pool, and removes the idle ones among them. @returns all */
  async retireAll(poolId: string, now: number): Promise<string[]> {
    // Each row is held from here on: none gets a run, or is rid of one, before it is looked at again.
    const retired = await this.db
      .updateTable('workers')
      .set({ retiring: 1 })
      .where('poolId', '=', poolId)
      .where(isPresent)
      .returning('id')
      .execute();
    await this.db
      .updateTable('workers')
      .set({ removedAt: now })
      .where('poolId', '=', poolId)
      .where('runId', 'is', null)
      .where(isPresent)
      .execute();
    return retired.map(({ id }) => id);
  }

  async remove(id: string, now: number): Promise<void> {
    await this.db
      .updateTable('workers')
      .set({ removedAt: now })
      .where('id', '=', id)
      .where('removedAt', 'is', null)
      .execute();
  }

  /** Forgets the workers of a session until it registers them again; those that hold a run stay. @returns how many. */
  async forget(poolId: string, sessionId: string, now: number): Promise<number> {
    const { numUpdatedRows } = await this.db
      .updateTable('workers')
      .set({ forgottenAt: now })
      .where('poolId', '=', poolId)
      .where('sessionId', '=', sessionId)
      .where('runId', 'is', null)
      .where(isPresent)
      .executeTakeFirst();
    return Number(numUpdatedRows);
  }

  async isHeld(poolId: string, sessionId: string): Promise<boolean> {
    const row = await this.db
      .selectFrom('workers')
      .select('id')
      .where('poolId', '=', poolId)
      .where('sessionId', '=', sessionId)
      .where('runId', 'is not', null)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Deletes workers that were removed, or forgotten, before a time. */
  async purge(removedBefore: number, forgottenBefore: number): Promise<void> {
    await this.db.deleteFrom('workers').where('removedAt', '<', removedBefore).execute();
    await this.db.deleteFrom('workers').where('forgottenAt', '<', forgottenBefore).execute();
  }
}

/** Pools by groups, each with a page of workers in all, or of one pool that has more. */
function packed(counts: ReadonlyMap<string, WorkerCounts>): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const [poolId, { registered }] of counts) {
    if (registered > room) {
      groups.push([]);
      room = PAGE;
    }
    groups.at(-1)!.push(poolId);
    room -= registered;
  }
  return groups;
}
