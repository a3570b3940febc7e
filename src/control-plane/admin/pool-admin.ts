import { audited, auditedTransaction, differences, fieldsOf, unchanged } from '../audit/audited';
import type { NewPool, PoolChange, PoolSettings } from './input';
import { malformed, RequestError } from '../errors';
import {
  checkDescription,
  checkLabel,
  checkManagedBy,
  checkNewId,
  checkPoolName,
  checkSpace,
  DEFAULT_SPACE,
  idOf,
} from '../names';
import { haveSameKey, type PoolIssuer } from '../identity/pool-issuer';
import type { PersonContext } from '../queue/context';
import { cycle } from '../queue/cycle';
import { credentialsTopic, poolTopic } from '../queue/wakeups';
import { isUniqueViolation } from '../store/database/database';
import type { PoolRecord } from '../store/records';
import { refuseUnfinished } from './unfinished';
import { poolVersion, refuseOutdated } from './versions';

export interface Pool extends PoolRecord {
  /** Its token. */
  readonly config: string;
  readonly deleted: boolean;
}

const MOST_LABELS = 100;

/** What people say of a pool. */
const SETTINGS = ['name', 'description', 'labels', 'space', 'driftDetectionRunLimit'] as const;

/** Who asks: people leave alone what a cluster manages. */
export type PoolKeeper = 'person' | 'cluster';

/** What people may do with pools. */
export class PoolAdmin {
  constructor(
    private readonly context: PersonContext,
    private readonly issuer: PoolIssuer,
  ) {}

  async create(input: NewPool): Promise<Pool> {
    const settings = usable(input);
    const { newId, now } = this.context;
    const id = input.id === undefined ? newId() : checkNewId(input.id);
    const managedBy = typeof input.managedBy === 'string' ? checkManagedBy(input.managedBy) : null;
    const credentials = await this.issuer.issue(id, input.certificateSigningRequest);
    const createdAt = now();
    try {
      await auditedTransaction(this.context, 'worker-pool.create', async (tx) => {
        await tx.pools.insert({ id, ...settings, ...credentials, managedBy, createdAt, updatedAt: createdAt });
        await tx.notify([poolTopic(id)]);
        const changes = fieldsOf({ ...settings, managedBy, fingerprint: credentials.fingerprint });
        return audited(undefined, { object: { id, name: settings.name }, changes });
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return this.madeBefore(id, settings.name, credentials);
    }
    return this.require(id);
  }

  /** The pool that the same request has made. @throws RequestError `conflict` when it was another one */
  private async madeBefore(id: string, name: string, { certificate }: Pick<PoolRecord, 'certificate'>): Promise<Pool> {
    const pool = await this.find(id);
    if (pool?.name === name && haveSameKey(pool.certificate, certificate)) return pool;
    throw new RequestError(
      'conflict',
      `this was used for ${pool ? `pool ${pool.name}` : 'a pool that was deleted since'}: begin again for another one`,
    );
  }

  async update(id: string, input: PoolChange, by: PoolKeeper = 'person'): Promise<Pool> {
    const settings = usable(input);
    const { now } = this.context;
    await auditedTransaction(this.context, 'worker-pool.update', async (tx) => {
      const before = await tx.pools.lock(idOf(id));
      if (!before) throw notFound(id);
      refuseManaged(before, by);
      refuseOutdated(poolVersion(before), input.seen, `pool ${before.name}`);
      const changes = differences(before, settings, SETTINGS);
      if (Object.keys(changes).length === 0) return unchanged(undefined);
      await tx.pools.update(before.id, settings, now());
      await tx.drift.settle(before.id, settings.driftDetectionRunLimit);
      await tx.notify([poolTopic(before.id)]);
      return audited(undefined, { object: { id: before.id, name: settings.name }, changes });
    });
    await this.context.assignRuns(idOf(id));
    return this.require(id);
  }

  /** A cluster has only its like reset: whoever resets a pool gets its runs. */
  async reset(anyCaseId: string, certificateSigningRequest: string, by: PoolKeeper = 'person'): Promise<Pool> {
    const { id, name, fingerprint } = await this.require(anyCaseId);
    const credentials = await this.issuer.issue(id, certificateSigningRequest);
    const { now } = this.context;
    await auditedTransaction(this.context, 'worker-pool.reset', async (tx) => {
      const pool = await tx.pools.lock(id);
      if (!pool) throw notFound(id);
      refuseManaged(pool, by);
      if (by === 'cluster') requireManaged(pool);
      await tx.pools.setCredentials(id, credentials, now());
      await tx.notify([credentialsTopic(id)]);
      const changes = differences({ fingerprint }, credentials, ['fingerprint']);
      return audited(undefined, { object: { id, name }, changes });
    });
    return this.require(id);
  }

  async delete(id: string, by: PoolKeeper = 'person'): Promise<Pool> {
    const { now } = this.context;
    const deleted = await auditedTransaction(this.context, 'worker-pool.delete', async (tx) => {
      const pool = await tx.pools.lock(idOf(id));
      if (!pool) throw notFound(id);
      refuseManaged(pool, by);
      refuseUnfinished(await tx.runs.countUnfinished(pool.id), `pool ${pool.name}`, 'delete it');
      await tx.pools.delete(pool.id, now());
      await tx.notify([credentialsTopic(pool.id)]);
      return audited(pool, { object: pool });
    });
    return { ...this.withToken(deleted), deleted: true };
  }

  /** Lets people change a pool that a cluster manages. */
  async unlock(id: string): Promise<Pool> {
    const { now } = this.context;
    await auditedTransaction(this.context, 'worker-pool.unlock', async (tx) => {
      const pool = await tx.pools.lock(idOf(id));
      if (!pool) throw notFound(id);
      if (pool.managedBy === null) throw malformed('id', `pool ${pool.name} is not locked: no cluster manages it`);
      await tx.pools.unlock(pool.id, now());
      await tx.notify([poolTopic(pool.id)]);
      const changes = differences(pool, { managedBy: null }, ['managedBy']);
      return audited(undefined, { object: pool, changes });
    });
    return this.require(id);
  }

  async cycle(anyCaseId: string): Promise<void> {
    await cycle(this.context, await this.require(anyCaseId));
  }

  async list(): Promise<Pool[]> {
    return (await this.context.store.read.pools.list()).map((pool) => this.withToken(pool));
  }

  async find(id: string): Promise<Pool | null> {
    const pool = await this.context.store.read.pools.find(idOf(id));
    return pool ? this.withToken(pool) : null;
  }

  async findAll(ids: readonly string[]): Promise<ReadonlyMap<string, Pool>> {
    const pools = await this.context.store.read.pools.findAll(ids);
    return new Map(pools.map((pool) => [pool.id, this.withToken(pool)]));
  }

  async byNameOrId(nameOrId: string): Promise<PoolRecord> {
    const byId = await this.find(nameOrId);
    if (byId) return byId;
    const byName = await this.context.store.read.pools.findByName(nameOrId);
    if (byName.length > 1)
      throw new RequestError('malformed', `${byName.length} pools are named ${nameOrId}: give the ULID`);
    if (!byName[0]) throw notFound(nameOrId);
    return byName[0];
  }

  private async require(id: string): Promise<Pool> {
    const pool = await this.find(id);
    if (!pool) throw notFound(id);
    return pool;
  }

  private withToken(pool: PoolRecord): Pool {
    return { ...pool, config: this.issuer.token(pool), deleted: false };
  }
}

/** What a pool has beside its credentials. @throws RequestError `malformed` that says what cannot be used */
function usable(input: PoolSettings) {
  const labels = [...new Set(input.labels ?? [])].map(checkLabel);
  if (labels.length > MOST_LABELS) {
    throw malformed('labels', `a pool may have ${MOST_LABELS} labels: these are ${labels.length}`);
  }
  return {
    name: checkPoolName(input.name.trim()),
    description: typeof input.description === 'string' ? checkDescription(input.description) : null,
    labels,
    space: checkSpace(input.space ?? DEFAULT_SPACE),
    driftDetectionRunLimit: input.driftDetectionRunLimit ?? -1,
  };
}

/** @throws RequestError `conflict` for a person who would change what a cluster manages */
function refuseManaged({ name, managedBy }: PoolRecord, by: PoolKeeper): void {
  if (managedBy === null || by === 'cluster') return;
  throw new RequestError(
    'conflict',
    `pool ${name} is managed by the WorkerPool ${managedBy} of a cluster: change that one, or let an admin unlock the pool first`,
  );
}

/** @throws RequestError `forbidden` for a cluster that would take over a pool of people */
function requireManaged({ name, managedBy }: PoolRecord): void {
  if (managedBy !== null) return;
  throw new RequestError(
    'forbidden',
    `unauthorized: no cluster manages pool ${name}, and keys of the role worker-pool-controller reset none but those that one does`,
  );
}

function notFound(nameOrId: string): RequestError {
  return new RequestError('not-found', `worker pool ${nameOrId} not found`);
}
