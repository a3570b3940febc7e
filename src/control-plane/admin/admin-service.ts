import type { Readable } from 'node:stream';
import type { NewPool, NewRun, NewStack, RunFilter, StackChange } from './input';
import { RequestError } from '../errors';
import { checkPoolName, idOf } from '../names';
import type { PoolIssuer } from '../identity/pool-issuer';
import type { QueueContext } from '../queue/context';
import { requireRun } from '../queue/lifecycle';
import { decide, drain, queueRun, stop } from '../queue/person-operations';
import { waitsFor } from '../queue/waiting';
import { credentialsTopic, runTopic, type Sleep } from '../queue/wakeups';
import { StackAdmin } from './stack-admin';
import type { Tables } from '../store';
import type { Blobs } from '../blobs';
import type { LogRecord, PoolRecord, RunRecord, StackRecord, WorkerRecord } from '../store/records';

export interface Pool extends PoolRecord {
  /** Its token. */
  readonly config: string;
}

/** What people may do, for GraphQL, the web page and tests. Every method throws a RequestError with a plain sentence. */
export class AdminService {
  private readonly stackAdmin: StackAdmin;

  constructor(
    private readonly context: QueueContext,
    blobs: Blobs,
    private readonly issuer: PoolIssuer,
  ) {
    this.stackAdmin = new StackAdmin(context, blobs, (nameOrId) => this.poolByNameOrId(nameOrId));
  }

  /** Signs the CSR (PEM, or base64 of it) and returns the pool with its token in `config`. */
  async createPool(input: NewPool): Promise<Pool> {
    const name = checkPoolName(input.name.trim());
    const { store, newId, now } = this.context;
    const id = newId();
    const credentials = await this.issuer.issue(id, input.certificateSigningRequest);
    const createdAt = now();
    await store.transaction((tx) =>
      tx.pools.insert({
        id,
        name,
        description: input.description ?? null,
        labels: input.labels ?? [],
        space: input.space ?? 'legacy',
        driftDetectionRunLimit: input.driftDetectionRunLimit ?? -1,
        ...credentials,
        createdAt,
        updatedAt: createdAt,
      }),
    );
    return this.withToken(await this.requirePool(id));
  }

  /** New certificate and token; the old ones are refused from now on. */
  async resetPool(anyCaseId: string, certificateSigningRequest: string): Promise<Pool> {
    const { id } = await this.requirePool(anyCaseId);
    const credentials = await this.issuer.issue(id, certificateSigningRequest);
    const { store, now } = this.context;
    await store.transaction(async (tx) => {
      await tx.pools.setCredentials(id, credentials, now());
      await tx.notify([credentialsTopic(id)]);
    });
    return this.withToken(await this.requirePool(id));
  }

  async deletePool(id: string): Promise<Pool> {
    const { store, now } = this.context;
    const deleted = await store.transaction(async (tx) => {
      const pool = await tx.pools.lock(idOf(id));
      if (!pool) throw poolNotFound(id);
      const unfinished = await tx.runs.countUnfinished(pool.id);
      if (unfinished > 0) {
        const runs = unfinished === 1 ? 'an unfinished run' : `${unfinished} unfinished runs`;
        throw new RequestError(
          'malformed',
          `pool ${pool.name} has ${runs}: stop them, or let them end, then delete it`,
        );
      }
      await tx.pools.delete(pool.id, now());
      await tx.notify([credentialsTopic(pool.id)]);
      return pool;
    });
    return this.withToken(deleted);
  }

  async pools(): Promise<Pool[]> {
    return (await this.tables.pools.list()).map((pool) => this.withToken(pool));
  }

  async pool(id: string): Promise<Pool | null> {
    const pool = await this.tables.pools.find(idOf(id));
    return pool ? this.withToken(pool) : null;
  }

  private withToken(pool: PoolRecord): Pool {
    return { ...pool, config: this.issuer.token(pool) };
  }

  /** Newest first. */
  workers(poolId: string, limit?: number): Promise<WorkerRecord[]> {
    return this.tables.workers.listOfPool(poolId, limit);
  }

  countWorkers(poolId: string): Promise<{ readonly registered: number; readonly busy: number }> {
    return this.tables.workers.count(poolId, 0);
  }

  /** Runs that a worker could take now. */
  pendingRuns(poolId: string): Promise<number> {
    return this.tables.runs.countReady(poolId);
  }

  async setDrained(anyCasePoolId: string, anyCaseWorkerId: string, drained: boolean): Promise<WorkerRecord> {
    const workerId = idOf(anyCaseWorkerId);
    await drain(this.context, idOf(anyCasePoolId), workerId, drained);
    const worker = await this.tables.workers.find(workerId);
    if (!worker) throw new RequestError('not-found', `worker ${workerId} not found in pool ${anyCasePoolId}`);
    return worker;
  }

  createStack(input: NewStack): Promise<StackRecord> {
    return this.stackAdmin.create(input);
  }

  /** Counts for runs that start from now on. */
  updateStack(nameOrId: string, change: StackChange): Promise<StackRecord> {
    return this.stackAdmin.update(nameOrId, change);
  }

  /** Forgets its source and environment; its runs stay to be looked at. Refused while one is unfinished. */
  deleteStack(nameOrId: string): Promise<StackRecord> {
    return this.stackAdmin.delete(nameOrId);
  }

  stacks(): Promise<StackRecord[]> {
    return this.stackAdmin.list();
  }

  stack(nameOrId: string): Promise<StackRecord | null> {
    return this.stackAdmin.find(nameOrId);
  }

  /** Names of the variables of a stack's environment; nobody is told their values. */
  environmentNames(stackId: string): Promise<string[]> {
    return this.stackAdmin.environmentNames(stackId);
  }

  /** Takes a tar.gz; runs triggered later use it. */
  uploadSource(stackName: string, archive: Readable): Promise<StackRecord> {
    return this.stackAdmin.uploadSource(stackName, archive);
  }

  async createRun(input: NewRun): Promise<RunRecord> {
    const stack = await this.stackAdmin.require(input.stack);
    const { type, autoDeploy } = input;
    const id = await queueRun(this.context, { stack, type: type ?? 'TRACKED', autoDeploy });
    return requireRun(this.tables, id);
  }

  async run(id: string): Promise<RunRecord | null> {
    return (await this.tables.runs.find(idOf(id))) ?? null;
  }

  /** What a run waits for, as the end of "waits for ..."; null when it does not wait. */
  waitsFor(run: RunRecord): Promise<string | null> {
    return waitsFor(this.context, run);
  }

  async runs(filter: RunFilter = {}): Promise<RunRecord[]> {
    return this.tables.runs.list({
      ...(filter.stack === undefined ? {} : { stackId: (await this.stackAdmin.require(filter.stack)).id }),
      ...(filter.pool === undefined ? {} : { poolId: (await this.poolByNameOrId(filter.pool)).id }),
      limit: Math.min(filter.limit ?? 100, 1000),
    });
  }

  confirm(runId: string): Promise<RunRecord> {
    return decide(this.context, idOf(runId), 'confirm');
  }

  discard(runId: string): Promise<RunRecord> {
    return decide(this.context, idOf(runId), 'discard');
  }

  /** Ends a run: at once while nothing runs, otherwise by asking its Pod. */
  stop(runId: string, reason = 'stopped by a person'): Promise<RunRecord> {
    return stop(this.context, idOf(runId), reason);
  }

  /** Log records after a cursor (0: from the beginning), in the order they were stored. */
  readLog(runId: string, after: number, limit = 500, characters?: number): Promise<LogRecord[]> {
    return this.tables.logs.read(runId, after, limit, characters);
  }

  /** The newest records of a log, oldest of them first. */
  readLogEnd(runId: string, limit: number, characters: number): Promise<LogRecord[]> {
    return this.tables.logs.readEnd(runId, limit, characters);
  }

  /**
   * Listens for the next change of a run or its log: begun before one looks, nothing is missed. Over when it changes, the
   * signal aborts, or the time is over.
   */
  sleepUntilRunChanges(runId: string, milliseconds: number, signal?: AbortSignal): Sleep {
    return this.context.wakeups.sleep(runTopic(runId), milliseconds, signal);
  }

  /** The control plane stops: there is nothing to wait for any more. */
  get isClosed(): boolean {
    return this.context.wakeups.isClosed;
  }

  private get tables(): Tables {
    return this.context.store.read;
  }

  private async requirePool(id: string): Promise<PoolRecord> {
    const pool = await this.pool(id);
    if (!pool) throw poolNotFound(id);
    return pool;
  }

  private async poolByNameOrId(nameOrId: string): Promise<PoolRecord> {
    const byId = await this.pool(nameOrId);
    if (byId) return byId;
    const byName = await this.tables.pools.findByName(nameOrId);
    if (byName.length > 1)
      throw new RequestError('malformed', `${byName.length} pools are named ${nameOrId}: give the ULID`);
    if (!byName[0]) throw poolNotFound(nameOrId);
    return byName[0];
  }
}

function poolNotFound(nameOrId: string): RequestError {
  return new RequestError('not-found', `worker pool ${nameOrId} not found`);
}
