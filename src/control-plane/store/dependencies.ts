import { sql, type ExpressionBuilder } from 'kysely';
import type { RunState, StackDependency } from './records';
import { isUnfinishedInTurn } from './run-rows';
import type { Schema } from './schema';
import { Statement } from './statement';
import { chunks, Table } from './table';

/** That a stack depends on another. */
export type Dependency = Pick<StackDependency, 'stackId' | 'dependsOnStackId'>;

/** An unfinished run that another waits for. */
export interface AwaitedRun {
  /** Who waits. */
  readonly runId: string;
  readonly awaited: { readonly id: string; readonly state: RunState; readonly stackName: string };
}

/** Which stacks depend on which, and which queued runs wait for runs of the stacks that theirs depend on. */
export class DependencyTable extends Table {
  /** Held until the transaction ends: two who change it at once might make a cycle that neither sees. */
  async holdAll(): Promise<void> {
    if (this.hasRivals) await sql`LOCK TABLE "stackDependencies" IN SHARE ROW EXCLUSIVE MODE`.execute(this.db);
  }

  all(): Promise<Dependency[]> {
    return this.db.selectFrom('stackDependencies').select(['stackId', 'dependsOnStackId']).execute();
  }

  private static readonly upTo = new Statement((table: DependencyTable, { stackId }: { stackId: string }) =>
    table.db
      .withRecursive('below', (db) =>
        db
          .selectFrom('stackDependencies as first')
          .select('first.stackId as id')
          .where('first.dependsOnStackId', '=', stackId)
          .union(
            db
              .selectFrom('stackDependencies as next')
              .innerJoin('below', 'below.id', 'next.dependsOnStackId')
              .select('next.stackId as id'),
          ),
      )
      .selectFrom('stackDependencies')
      .select(['stackDependencies.stackId', 'stackDependencies.dependsOnStackId'])
      .where((eb) =>
        eb.or([
          eb('stackDependencies.stackId', '=', stackId),
          eb('stackDependencies.stackId', 'in', eb.selectFrom('below').select('below.id')),
        ]),
      ),
  );

  /** What a stack depends on, and what all those depend on that depend on it, over any number of steps. */
  around(stackId: string): Promise<Dependency[]> {
    return this.rows(DependencyTable.upTo, { stackId });
  }

  async insert(dependency: StackDependency): Promise<void> {
    await this.db.insertInto('stackDependencies').values(dependency).execute();
  }

  find(id: string): Promise<StackDependency | undefined> {
    return this.db.selectFrom('stackDependencies').selectAll().where('id', '=', id).executeTakeFirst();
  }

  async delete(id: string): Promise<void> {
    await this.db.deleteFrom('stackDependencies').where('id', '=', id).execute();
  }

  /** All that a stack depends on. */
  async deleteOf(stackId: string): Promise<void> {
    await this.db.deleteFrom('stackDependencies').where('stackId', '=', stackId).execute();
  }

  /** Those on the one side or the other of which one of these stacks is, oldest first. */
  async of(side: 'stackId' | 'dependsOnStackId', stackIds: readonly string[]): Promise<StackDependency[]> {
    const found: StackDependency[] = [];
    for (const chunk of chunks(stackIds)) {
      const query = this.db.selectFrom('stackDependencies').selectAll().where(side, 'in', chunk).orderBy('createdAt');
      found.push(...(await query.orderBy('id').execute()));
    }
    return found;
  }

  /**
   * Lets a run wait for others, until each of them has ended.
   *
   * @param isConditional whether it goes only if one of them has something new for it
   */
  async wait(runId: string, dependsOnRunIds: readonly string[], isConditional = false): Promise<void> {
    if (dependsOnRunIds.length === 0) return;
    const condition = { isConditional: Number(isConditional) };
    const rows = dependsOnRunIds.map((dependsOnRunId) => ({ runId, dependsOnRunId, ...condition }));
    await this.db.insertInto('runDependencies').values(rows).execute();
  }

  private static readonly ended = new Statement((table: DependencyTable, { runId }: { runId: string }) =>
    table.db
      .deleteFrom('runDependencies')
      .where((eb) => eb.or([eb('dependsOnRunId', '=', runId), eb('runId', '=', runId)]))
      .returning(['runId', 'isConditional']),
  );

  /** A run has ended. @returns those that waited for it, and whether they go only if it has something new for them */
  async end(runId: string): Promise<{ readonly id: string; readonly isConditional: boolean }[]> {
    const rows = await this.rows(DependencyTable.ended, { runId });
    const others = rows.filter((row) => row.runId !== runId);
    return others.map((row) => ({ id: row.runId, isConditional: row.isConditional === 1 }));
  }

  /** A run goes whatever becomes of those that it waits for still, as long as they have success. */
  async want(runId: string): Promise<void> {
    await this.db.updateTable('runDependencies').set({ isConditional: 0 }).where('runId', '=', runId).execute();
  }

  async isWaiting(runId: string): Promise<boolean> {
    return (await this.row(DependencyTable.waiting, { runId })) !== undefined;
  }

  private static readonly waiting = new Statement((table: DependencyTable, { runId }: { runId: string }) =>
    table.db.selectFrom('runDependencies').select('runId').where('runId', '=', runId).limit(sql.lit(1)),
  );

  /** Runs of a stack wait for those of another no more. */
  async endBetween({ stackId, dependsOnStackId }: Dependency): Promise<void> {
    const runsOf = (eb: ExpressionBuilder<Schema, 'runDependencies'>, id: string) =>
      eb.selectFrom('runs').select('runs.id').where('runs.stackId', '=', id).where('runs.finishedAt', 'is', null);
    await this.db
      .deleteFrom('runDependencies')
      .where('runId', 'in', (eb) => runsOf(eb, stackId))
      .where('dependsOnRunId', 'in', (eb) => runsOf(eb, dependsOnStackId))
      .execute();
  }

  /** What each of these runs waits for: of each the oldest that there is. */
  async awaited(runIds: readonly string[]): Promise<AwaitedRun[]> {
    const found: AwaitedRun[] = [];
    for (const chunk of chunks(runIds)) {
      const rows = await this.db
        .selectFrom('runDependencies')
        .innerJoin('runs', 'runs.id', 'runDependencies.dependsOnRunId')
        .innerJoin('stacks', 'stacks.id', 'runs.stackId')
        .select(['runDependencies.runId', 'runs.id', 'runs.state', 'stacks.name as stackName'])
        .where('runDependencies.runId', 'in', chunk)
        .orderBy('runs.position', 'desc')
        .execute();
      found.push(
        ...rows.map(({ runId, id, state, stackName }) => ({
          runId,
          awaited: { id, state: state as RunState, stackName },
        })),
      );
    }
    return found;
  }

  /** Runs that have ended, and which others wait for all the same: a former version ended them. */
  async awaitedThoughEnded(): Promise<string[]> {
    const rows = await this.db
      .selectFrom('runDependencies')
      .innerJoin('runs', 'runs.id', 'runDependencies.dependsOnRunId')
      .select('runs.id')
      .distinct()
      .where('runs.finishedAt', 'is not', null)
      .execute();
    return rows.map(({ id }) => id);
  }

  /** The newest tracked run of each of these stacks that has not ended; a stack without one is left out. */
  async newestUnfinished(stackIds: readonly string[]): Promise<Map<string, string>> {
    const newest = new Map<string, string>();
    for (const chunk of chunks(stackIds)) {
      const positions = this.db
        .selectFrom('runs')
        .select((eb) => eb.fn.max('runs.position').as('position'))
        .where('runs.stackId', 'in', chunk)
        .where(isUnfinishedInTurn)
        .where('runs.type', '=', 'TRACKED')
        .groupBy('runs.stackId');
      const rows = await this.db
        .selectFrom('runs')
        .select(['id', 'stackId'])
        .where('position', 'in', positions)
        .execute();
      for (const { id, stackId } of rows) newest.set(stackId, id);
    }
    return newest;
  }
}
