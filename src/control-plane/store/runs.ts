import { sql } from 'kysely';
import type { GitCommit } from '../../protocol/messages';
import type { RunChange, RunRecord } from './records';
import {
  inProgressFirst,
  isHolding,
  isReady,
  isUnfinishedInTurn,
  newRow,
  ofRow,
  toRun,
  valuesOf,
  WITH_A_WORKER,
  type Advance,
  type Move,
  type NewRun,
  type NewRunRow,
  type Where,
} from './run-rows';
import { conditionOf, type RunSearch } from './run-search';
import { defined, Statement, StatementsByLimit, StatementsByValues } from './statement';
import { chunks, Table } from './table';

export class RunTable extends Table {
  /**
   * With the first record of its log, which is to be added.
   * @param ready `when-free`: when no other that takes turns of its stack is to end before, and no Pod may be at work on it
   */
  async insert(
    run: NewRun,
    ready: boolean | 'when-free',
    line: string,
  ): Promise<Omit<RunRecord, 'stackName' | 'stackDriftedSince'>> {
    const inserted = await this.row(RunTable.inserted, newRow(run, ready, line));
    return ofRow(inserted!);
  }

  private static readonly inserted = new Statement((runs: RunTable, run: NewRunRow) =>
    runs.db
      .insertInto('runs')
      .values((eb) => valuesOf(eb, run))
      .returningAll(),
  );

  private static readonly found = new Statement((runs: RunTable, { id }: { id: string }) =>
    runs.all().where('runs.id', '=', id),
  );

  async find(id: string): Promise<RunRecord | undefined> {
    const row = await this.row(RunTable.found, { id });
    return row && toRun(row);
  }

  private static readonly locked = new Statement((runs: RunTable, { id }: { id: string }) =>
    runs.lockedRuns(runs.all().where('runs.id', '=', id)),
  );

  /** The same, held until the transaction ends: whoever is to change a run, its attempt or its log takes it first. */
  async lock(id: string): Promise<RunRecord | undefined> {
    const row = await this.row(RunTable.locked, { id });
    return row && toRun(row);
  }

  /** The same for who needs not see it yet. */
  async hold(id: string): Promise<void> {
    if (this.hasRivals) await this.locked(this.db.selectFrom('runs').select('id').where('id', '=', id)).execute();
  }

  /** The run of a stack that was queued by a key. */
  async findByKey(stackId: string, key: string): Promise<RunRecord | undefined> {
    const row = await this.all()
      .where('runs.stackId', '=', stackId)
      .where('runs.idempotencyKey', '=', key)
      .executeTakeFirst();
    return row && toRun(row);
  }

  /** Newest first. */
  async list(filter: { stackId?: string; poolId?: string; before?: number; limit: number }): Promise<RunRecord[]> {
    const { stackId, poolId, before, limit } = filter;
    const rows = await this.all()
      .$if(stackId !== undefined, (query) => query.where('runs.stackId', '=', stackId!))
      .$if(poolId !== undefined, (query) => query.where('runs.poolId', '=', poolId!))
      .$if(before !== undefined, (query) => query.where('runs.position', '<', before!))
      .orderBy('runs.position', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toRun);
  }

  async search({ where, oldestFirst, after, limit }: RunSearch): Promise<RunRecord[]> {
    let query = this.all()
      .orderBy('runs.position', oldestFirst ? 'asc' : 'desc')
      .limit(limit);
    for (const each of where) query = query.where(conditionOf(each));
    if (after !== undefined) query = query.where('runs.position', oldestFirst ? '>' : '<', after);
    return (await query.execute()).map(toRun);
  }

  /**
   * Runs of a pool that wait for nothing but a worker, in the order of their turn, up to a version of the queue, so many or
   * a few more; held.
   */
  async claimReady(poolId: string, queueVersion: number, count: number): Promise<RunRecord[]> {
    return (await this.rows(RunTable.readyClaimed.for(count), { poolId, queueVersion })).map(toRun);
  }

  private static readonly readyClaimed = new StatementsByLimit(
    (runs: RunTable, { poolId, queueVersion }: { poolId: string; queueVersion: number }, limit) => {
      const query = runs
        .all()
        .where('runs.poolId', '=', poolId)
        .where(isReady)
        .where('runs.queueVersion', '<=', queueVersion)
        .orderBy('runs.rank')
        // CONFIRMED before QUEUED.
        .orderBy('runs.state')
        .orderBy('runs.position')
        .limit(limit);
      return runs.lockedRuns(query, 'skip');
    },
  );

  /** Runs of a pool that a worker has, then those that wait for nothing but a worker, in the order of their turn. */
  async schedulable(poolId: string, { offset, limit }: { offset: number; limit: number }): Promise<RunRecord[]> {
    const rows = await this.all()
      .where('runs.finishedAt', 'is', null)
      .where('runs.poolId', '=', poolId)
      .where((eb) => eb.or([isReady(eb), eb('runs.state', 'in', WITH_A_WORKER)]))
      .orderBy('runs.ready')
      .orderBy((eb) => eb.case().when(isReady(eb)).then(eb.ref('runs.rank')).else(0).end())
      // CONFIRMED before QUEUED.
      .orderBy(inProgressFirst)
      .orderBy('runs.position')
      .offset(offset)
      .limit(limit)
      .execute();
    return rows.map(toRun);
  }

  /** How many wait for nothing but a worker; pools without any are left out. */
  async countReady(poolIds: readonly string[]): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const chunk of chunks(poolIds)) {
      const rows = await this.db
        .selectFrom('runs')
        .select(['poolId', (eb) => eb.fn.countAll<number>().as('n')])
        .where('poolId', 'in', chunk)
        .where(isReady)
        .groupBy('poolId')
        .execute();
      for (const { poolId, n } of rows) counts.set(poolId, Number(n));
    }
    return counts;
  }

  /** Pools in which a run waits for a worker. */
  async poolsWithReady(): Promise<string[]> {
    const rows = await this.db.selectFrom('runs').select('poolId').distinct().where(isReady).execute();
    return rows.map(({ poolId }) => poolId);
  }

  /** The run of a stack that changes something and is to end before any other: the one in progress, or the oldest. */
  async firstOfStack(stackId: string): Promise<RunRecord | undefined> {
    const row = await this.row(RunTable.firstInTurn, { stackId });
    return row && toRun(row);
  }

  private static readonly firstInTurn = new Statement((runs: RunTable, { stackId }: { stackId: string }) =>
    runs
      .all()
      .where('runs.stackId', '=', stackId)
      .where(isUnfinishedInTurn)
      .orderBy(inProgressFirst)
      .orderBy('runs.position')
      .limit(sql.lit(1)),
  );

  /** The run that ended while its Pod may still be at work on the stack. */
  async holdingStack(stackId: string): Promise<RunRecord | undefined> {
    const row = await this.row(RunTable.holdingOne, { stackId });
    return row && toRun(row);
  }

  private static readonly holdingOne = new Statement((runs: RunTable, { stackId }: { stackId: string }) =>
    runs
      .all()
      .where('runs.stackId', '=', stackId)
      .where(isHolding)
      .where('runs.finishedAt', 'is not', null)
      .limit(sql.lit(1)),
  );

  /** Of each of these stacks, what `firstOfStack` and `holdingStack` find, in this order. */
  async firstOfStacks(stackIds: readonly string[]): Promise<RunRecord[]> {
    const first: RunRecord[] = [];
    const holding: RunRecord[] = [];
    for (const chunk of chunks(stackIds)) {
      const ids = this.db
        .selectFrom('stacks')
        .select((eb) =>
          eb
            .selectFrom('runs')
            .select('runs.id')
            .whereRef('runs.stackId', '=', 'stacks.id')
            .where(isUnfinishedInTurn)
            .orderBy(inProgressFirst)
            .orderBy('runs.position')
            .limit(1)
            .as('id'),
        )
        .where('stacks.id', 'in', chunk);
      first.push(...(await this.all().where('runs.id', 'in', ids).execute()).map(toRun));
      const held = this.all().where('runs.stackId', 'in', chunk).where(isHolding);
      holding.push(...(await held.where('runs.finishedAt', 'is not', null).execute()).map(toRun));
    }
    return [...first, ...holding];
  }

  private static readonly madeReady = new Statement((runs: RunTable, { id }: { id: string }) =>
    runs.db.updateTable('runs').set({ ready: 1 }).where('id', '=', id),
  );

  async setReady(id: string): Promise<void> {
    await this.rows(RunTable.madeReady, { id });
  }

  async leaveStack(id: string): Promise<void> {
    await this.db.updateTable('runs').set({ holding: 0 }).where('id', '=', id).execute();
  }

  countUnfinished(poolId: string): Promise<number> {
    return this.countUnfinishedWhere((eb) => eb('poolId', '=', poolId));
  }

  countUnfinishedOfStack(stackId: string): Promise<number> {
    return this.countUnfinishedWhere((eb) => eb('stackId', '=', stackId));
  }

  private async countUnfinishedWhere(where: (eb: Where) => ReturnType<typeof isUnfinishedInTurn>): Promise<number> {
    const row = await this.db
      .selectFrom('runs')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('finishedAt', 'is', null)
      .where(where)
      .executeTakeFirstOrThrow();
    return Number(row.n);
  }

  /** Moves a run on, only if it still is where the caller saw it. @returns false when somebody else was faster */
  async advance(
    { id, state: was }: Pick<RunRecord, 'id' | 'state'>,
    { hasChanges, holding, ...change }: RunChange,
    { to, ready, now, line }: Move,
  ): Promise<boolean> {
    const columns = {
      ...change,
      ...(hasChanges === undefined ? {} : { hasChanges: hasChanges === null ? null : Number(hasChanges) }),
      ...(holding === undefined ? {} : { holding: Number(holding) }),
      ...{ state: to, ready: Number(ready), updatedAt: now },
    };
    const lineBytes = line === undefined ? undefined : Buffer.byteLength(line);
    const values = defined({ id, was, lineBytes, ...columns });
    return (await this.row(RunTable.advanced.like(values), values)) !== undefined;
  }

  private static readonly advanced = new StatementsByValues(
    (runs: RunTable, { id, was, lineBytes, ...columns }: Advance) =>
      runs.db
        .updateTable('runs')
        .set((eb) => ({
          ...columns,
          stateVersion: eb('stateVersion', '+', 1),
          ...(lineBytes === undefined
            ? {}
            : { logPosition: eb('logPosition', '+', 1), logBytes: eb('logBytes', '+', lineBytes) }),
        }))
        .where('id', '=', id)
        .where('state', '=', was)
        .returning('id'),
  );

  async setRank(id: string, rank: number): Promise<void> {
    await this.db.updateTable('runs').set({ rank }).where('id', '=', id).execute();
  }

  async setStopReason(id: string, reason: string, now: number): Promise<void> {
    await this.db
      .updateTable('runs')
      .set({ stopReason: reason, stopAskedAt: now, updatedAt: now })
      .where('id', '=', id)
      .where('stopReason', 'is', null)
      .execute();
  }

  /** What `init` has fetched: from then on it is what the run is of. */
  async setGitCommit(id: string, commit: GitCommit): Promise<void> {
    await this.db
      .updateTable('runs')
      .set({ gitCommit: JSON.stringify(commit) })
      .where('id', '=', id)
      .execute();
  }

  async setWorkspace(id: string, blob: string): Promise<void> {
    await this.db.updateTable('runs').set({ workspace: blob }).where('id', '=', id).execute();
  }

  /** Which of these sealed workspaces a run still names. */
  async namedWorkspaces(blobs: readonly string[]): Promise<string[]> {
    const named: (string | null)[] = [];
    for (const chunk of chunks(blobs)) {
      const rows = await this.db
        .selectFrom('runs')
        .select('workspace')
        .distinct()
        .where('workspace', 'in', chunk)
        .execute();
      named.push(...rows.map(({ workspace }) => workspace));
    }
    return named.filter((blob) => blob !== null);
  }

  /** Which of these sources a stack names, or a run that has not ended. */
  async namedSources(blobs: readonly string[]): Promise<string[]> {
    const named: (string | null)[] = [];
    for (const chunk of chunks(blobs)) {
      const stacks = await this.db.selectFrom('stacks').select('source').where('source', 'in', chunk).execute();
      const runs = await this.db
        .selectFrom('runs')
        .select('source')
        .distinct()
        .where('source', 'in', chunk)
        .where('finishedAt', 'is', null)
        .execute();
      named.push(...[...stacks, ...runs].map(({ source }) => source));
    }
    return named.filter((blob) => blob !== null);
  }

  /** The stack's name stays what it is. */
  private lockedRuns<Q extends { forNoKeyUpdate(of: 'runs'): Q; skipLocked(): Q }>(query: Q, wait?: 'skip'): Q {
    if (!this.hasRivals) return query;
    const held = query.forNoKeyUpdate('runs');
    return wait === 'skip' ? held.skipLocked() : held;
  }

  private all() {
    return this.db
      .selectFrom('runs')
      .innerJoin('stacks', 'stacks.id', 'runs.stackId')
      .selectAll('runs')
      .select(['stacks.name as stackName', 'stacks.driftedSince as stackDriftedSince']);
  }
}
