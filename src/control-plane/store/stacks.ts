import { sql, type Kysely, type Selectable } from 'kysely';
import type { GitCredentials, GitRepository } from '../../protocol/messages';
import type { Vault } from '../vault';
import type { Environment, StackKind, StackRecord } from './records';
import type { Schema, StackRow } from './schema';
import { environmentOf, openedCredentials, ownEnvironmentOf } from './secrets';
import { Statement } from './statement';
import { chunks, Table, type Dialect } from './table';

/** All but the environment: what reads a stack needs its secrets hardly ever. */
const COLUMNS = [
  'id',
  'kind',
  'name',
  'poolId',
  'tool',
  'toolVersion',
  'playbook',
  'projectRoot',
  'runnerImage',
  'autoDeploy',
  'source',
  'repository',
  'managesState',
  'createdAt',
  'driftCheckedAt',
  'driftedSince',
] as const satisfies readonly (keyof StackRow)[];

/** A run that is canceled never was anything else. */
const NOT_BEGUN = ['QUEUED', 'CANCELED'] as const;
/** In which nobody has looked for drift yet. */
type NewStack = Omit<StackRecord, 'driftCheckedAt' | 'driftedSince'>;

export type Sealing = Pick<Vault, 'seal' | 'open'>;

export class StackTable extends Table {
  constructor(
    db: Kysely<Schema>,
    dialect: Dialect,
    private readonly vault: Sealing,
  ) {
    super(db, dialect);
  }

  async insert(stack: NewStack, environment: Environment): Promise<void> {
    const row = { ...toRow(stack), environment: this.seal(stack.id, environment) };
    await this.db.insertInto('stacks').values(row).execute();
  }

  private static readonly found = new Statement((stacks: StackTable, { nameOrId }: { nameOrId: string }) =>
    stacks.existing().where((eb) => eb.or([eb('name', '=', nameOrId), eb('id', '=', nameOrId)])),
  );

  /** By name or ULID; undefined for one that never was, is deleted, or of another kind. */
  async find(nameOrId: string, kind: StackKind = 'stack'): Promise<StackRecord | undefined> {
    const row = await this.row(StackTable.found, { nameOrId });
    if (row?.kind !== kind) return undefined;
    return toStack(row);
  }

  private static readonly locked = new Statement((stacks: StackTable, { id }: { id: string }) =>
    stacks.locked(stacks.existing().where('id', '=', id)),
  );

  /** By ULID, held until the transaction ends: what decides which run of a stack goes first looks at it alone. */
  async lock(id: string): Promise<StackRecord | undefined> {
    const row = await this.row(StackTable.locked, { id });
    return row && toStack(row);
  }

  private static readonly lockedAlone = new Statement((stacks: StackTable, { id }: { id: string }) =>
    stacks.locked(
      stacks
        .existing()
        .where('id', '=', id)
        .where((eb) => {
          const dependencies = eb.selectFrom('stackDependencies').select('stackDependencies.id');
          const of = (side: 'stackId' | 'dependsOnStackId') =>
            eb.not(eb.exists(dependencies.where(`stackDependencies.${side}`, '=', id)));
          return eb.and([of('stackId'), of('dependsOnStackId')]);
        }),
    ),
  );

  /** The same of one that depends on no other, and no other on it; undefined when one does. */
  async lockAlone(id: string): Promise<StackRecord | undefined> {
    const row = await this.row(StackTable.lockedAlone, { id });
    return row && toStack(row);
  }

  private static readonly heldOnly = new Statement((stacks: StackTable, { id }: { id: string }) =>
    stacks.locked(stacks.db.selectFrom('stacks').select('id').where('id', '=', id)),
  );

  /** The same for who needs not see it. */
  async hold(id: string): Promise<void> {
    if (this.hasRivals) await this.rows(StackTable.heldOnly, { id });
  }

  private static readonly secretsFound = new Statement((stacks: StackTable, { runId }: { runId: string }) =>
    stacks.db
      .selectFrom('runs')
      .innerJoin('stacks', 'stacks.id', 'runs.stackId')
      .leftJoin('runEnvironments', 'runEnvironments.id', 'runs.id')
      .leftJoin('repositoryCredentials', 'repositoryCredentials.id', 'runs.stackId')
      .select(['stacks.id', 'stacks.environment', 'runEnvironments.environment as own', 'credentials'])
      .where('runs.id', '=', runId),
  );

  /**
   * What a run finds in its environment, its own variables over its inputs over those of its stack, whether or not that is
   * deleted; and what its Pod proves itself by to the git host of that.
   */
  async secretsOfRun(
    runId: string,
    inputs: Environment = {},
  ): Promise<{ readonly environment: Environment; readonly credentials: GitCredentials } | undefined> {
    const row = await this.row(StackTable.secretsFound, { runId });
    if (!row) return undefined;
    const own = row.own === null ? {} : (JSON.parse(this.vault.open(ownEnvironmentOf(runId), row.own)) as Environment);
    return {
      environment: { ...this.opened(row.id, row.environment), ...inputs, ...own },
      credentials: openedCredentials(this.vault, row.id, row.credentials),
    };
  }

  private static readonly foundWithState = new Statement((stacks: StackTable, { id }: { id: string }) =>
    stacks.db
      .selectFrom('stacks')
      .select(COLUMNS)
      .select((eb) =>
        eb
          .selectFrom('stateVersions')
          .select((of) => of.fn.max('number').as('newest'))
          .whereRef('stateVersions.stackId', '=', 'stacks.id')
          .as('stateVersion'),
      )
      .where('id', '=', id),
  );

  /** By ULID, deleted or not, with the newest version of its state. */
  async withState(id: string): Promise<{ readonly stack: StackRecord; readonly stateVersion: number } | undefined> {
    const row = await this.row(StackTable.foundWithState, { id });
    if (!row) return undefined;
    const { stateVersion, ...stack } = row;
    return { stack: toStack(stack), stateVersion: Number(stateVersion ?? 0) };
  }

  async list(poolId?: string): Promise<StackRecord[]> {
    const query = this.existing().where('kind', '=', 'stack').orderBy('name');
    return (await (poolId === undefined ? query : query.where('poolId', '=', poolId)).execute()).map(toStack);
  }

  /** Those with these ULIDs; deleted ones are left out. */
  async findAll(ids: readonly string[]): Promise<StackRecord[]> {
    const found: StackRecord[] = [];
    for (const chunk of chunks(ids)) {
      found.push(...(await this.existing().where('id', 'in', chunk).execute()).map(toStack));
    }
    return found;
  }

  /** Pools without a stack are left out. */
  async countOfPools(poolIds: readonly string[], kind: StackKind = 'stack'): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const chunk of chunks(poolIds)) {
      const rows = await this.db
        .selectFrom('stacks')
        .select(['poolId', (eb) => eb.fn.countAll<number>().as('n')])
        .where('poolId', 'in', chunk)
        .where('kind', '=', kind)
        .where('deletedAt', 'is', null)
        .groupBy('poolId')
        .execute();
      for (const { poolId, n } of rows) counts.set(poolId, Number(n));
    }
    return counts;
  }

  /** The state of the newest tracked run that has begun, of each of the stacks; one of which none has is left out. */
  async states(ids: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const chunk of chunks(ids)) {
      const rows = await this.db
        .selectFrom('stacks')
        .where('stacks.id', 'in', chunk)
        .select((eb) => [
          'stacks.id',
          eb
            .selectFrom('runs')
            .select('runs.state')
            .whereRef('runs.stackId', '=', 'stacks.id')
            .where('runs.type', '=', 'TRACKED')
            .where('runs.state', 'not in', NOT_BEGUN)
            .orderBy('runs.position', 'desc')
            .limit(1)
            .as('state'),
        ])
        .execute();
      for (const { id, state } of rows) if (state !== null) found.set(id, state);
    }
    return found;
  }

  /** The environments of stacks that are there, deleted or not. */
  async environments(ids: readonly string[]): Promise<Map<string, Environment>> {
    const found = new Map<string, Environment>();
    for (const chunk of chunks(ids)) {
      const rows = await this.db.selectFrom('stacks').select(['id', 'environment']).where('id', 'in', chunk).execute();
      for (const { id, environment } of rows) found.set(id, this.opened(id, environment));
    }
    return found;
  }

  /** The same of one. */
  async environment(id: string): Promise<Environment> {
    const found = (await this.environments([id])).get(id);
    if (!found) throw new Error(`stack ${id} is not in the database`);
    return found;
  }

  private opened(id: string, sealed: string): Environment {
    return JSON.parse(this.vault.open(environmentOf(id), sealed)) as Environment;
  }

  async update(stack: StackRecord, environment: Environment): Promise<void> {
    const { id, kind: _kind, name: _name, source: _source, createdAt: _createdAt, ...row } = toRow(stack);
    await this.db
      .updateTable('stacks')
      .set({ ...row, environment: this.seal(id, environment) })
      .where('id', '=', id)
      .execute();
  }

  /** Frees the name and forgets source and environment; the row stays for the history of its runs. */
  async delete(id: string, now: number): Promise<void> {
    await this.db
      .updateTable('stacks')
      .set({
        name: sql`name || ' (deleted, ' || id || ')'`,
        environment: this.seal(id, {}),
        source: null,
        repository: null,
        deletedAt: now,
      })
      .where('id', '=', id)
      .execute();
  }

  async setSource(id: string, source: string | null): Promise<void> {
    await this.db.updateTable('stacks').set({ source }).where('id', '=', id).execute();
  }

  private seal(id: string, environment: Environment): string {
    return this.vault.seal(environmentOf(id), JSON.stringify(environment));
  }

  private existing() {
    return this.db.selectFrom('stacks').select(COLUMNS).where('deletedAt', 'is', null);
  }
}

function toRow(stack: NewStack) {
  return {
    ...stack,
    repository: stack.repository && JSON.stringify(stack.repository),
    autoDeploy: Number(stack.autoDeploy),
    managesState: Number(stack.managesState),
  };
}

function toStack(row: Pick<Selectable<StackRow>, (typeof COLUMNS)[number]>): StackRecord {
  const repository = row.repository === null ? null : (JSON.parse(row.repository) as GitRepository);
  return { ...row, repository, autoDeploy: row.autoDeploy === 1, managesState: row.managesState === 1 };
}
