import type { Readable } from 'node:stream';
import type { NewPool, NewRun, NewStack, RunFilter, StackChange } from './input';
import { RequestError } from '../errors';
import { checkPoolName, idOf } from '../names';
import type { PoolIssuer } from '../identity/pool-issuer';
import { poolChanged, runChanged, type QueueContext } from '../queue/context';
import { advance, endWithoutSuccess, requireRun, systemLog, touchWorker } from '../queue/lifecycle';
import { countRunnable } from '../queue/next-run';
import { sweep } from '../queue/sweep';
import { isTerminal } from '../queue/transitions';
import { waitsFor } from '../queue/waiting';
import { runTopic } from '../queue/wakeups';
import { StackAdmin } from './stack-admin';
import type { Blobs } from '../blobs';
import type { LogRecord, PoolRecord, RunRecord, StackRecord, WorkerRecord } from '../store/records';

/** What people may do, for GraphQL, the web page and tests. Every method throws a RequestError with a plain sentence. */
export class AdminService {
  private readonly stackAdmin: StackAdmin;

  constructor(
    private readonly context: QueueContext,
    blobs: Blobs,
    private readonly issuer: PoolIssuer,
    /** Ends the connections of a pool whose credentials are no longer good. */
    private readonly disconnect: (poolId: string) => void,
  ) {
    this.stackAdmin = new StackAdmin(context, blobs, (nameOrId) => this.poolByNameOrId(nameOrId));
  }

  /** Signs the CSR (PEM, or base64 of it) and returns the pool with its token in `config`. */
  async createPool(input: NewPool): Promise<PoolRecord> {
    const name = checkPoolName(input.name.trim());
    const { store, newId, now } = this.context;
    const id = newId();
    const credentials = await this.issuer.issue(id, input.certificateSigningRequest);
    const createdAt = now();
    store.pools.insert({
      id,
      name,
      description: input.description ?? null,
      labels: input.labels ?? [],
      space: input.space ?? 'legacy',
      driftDetectionRunLimit: input.driftDetectionRunLimit ?? -1,
      ...credentials,
      createdAt,
      updatedAt: createdAt,
    });
    return this.requirePool(id);
  }

  /** New certificate and token; the old ones are refused from now on. */
  async resetPool(anyCaseId: string, certificateSigningRequest: string): Promise<PoolRecord> {
    const { id } = this.requirePool(anyCaseId);
    const credentials = await this.issuer.issue(id, certificateSigningRequest);
    const { store, now } = this.context;
    store.transaction(() => store.pools.setCredentials(id, credentials, now()));
    this.disconnect(id);
    return this.requirePool(id);
  }

  deletePool(id: string): PoolRecord {
    const { store, now } = this.context;
    const pool = this.requirePool(id);
    const unfinished = store.runs.countUnfinished(pool.id);
    if (unfinished > 0) {
      const runs = unfinished === 1 ? 'an unfinished run' : `${unfinished} unfinished runs`;
      throw new RequestError('malformed', `pool ${pool.name} has ${runs}: stop them, or let them end, then delete it`);
    }
    store.pools.delete(pool.id, now());
    this.disconnect(pool.id);
    return pool;
  }

  pools(): PoolRecord[] {
    return this.context.store.pools.list();
  }

  pool(id: string): PoolRecord | null {
    return this.context.store.pools.find(idOf(id)) ?? null;
  }

  workers(poolId: string): WorkerRecord[] {
    return this.context.store.workers.listOfPool(poolId);
  }

  /** Runs that a worker could take now. */
  pendingRuns(poolId: string): number {
    return countRunnable(this.context.store, poolId);
  }

  setDrained(anyCasePoolId: string, anyCaseWorkerId: string, drained: boolean): WorkerRecord {
    const { store } = this.context;
    const [poolId, workerId] = [idOf(anyCasePoolId), idOf(anyCaseWorkerId)];
    const worker = store.workers.find(workerId);
    if (worker?.poolId !== poolId || worker.removed) {
      throw new RequestError('not-found', `worker ${workerId} not found in pool ${poolId}`);
    }
    store.transaction(() => {
      store.workers.setDrained(workerId, drained, store.pools.nextRevision(poolId));
      poolChanged(this.context, poolId);
    });
    if (!drained) this.context.assignRuns(poolId);
    return store.workers.find(workerId) ?? worker;
  }

  createStack(input: NewStack): StackRecord {
    return this.stackAdmin.create(input);
  }

  /** Counts for runs that start from now on. */
  updateStack(nameOrId: string, change: StackChange): StackRecord {
    return this.stackAdmin.update(nameOrId, change);
  }

  /** Forgets its source and environment; its runs stay to be looked at. Refused while one is unfinished. */
  deleteStack(nameOrId: string): StackRecord {
    return this.stackAdmin.delete(nameOrId);
  }

  stacks(): StackRecord[] {
    return this.stackAdmin.list();
  }

  stack(nameOrId: string): StackRecord | null {
    return this.stackAdmin.find(nameOrId);
  }

  /** Takes a tar.gz; runs triggered later use it. */
  uploadSource(stackName: string, archive: Readable): Promise<StackRecord> {
    return this.stackAdmin.uploadSource(stackName, archive);
  }

  createRun(input: NewRun): RunRecord {
    const { store, newId, now } = this.context;
    const stack = this.stackAdmin.require(input.stack);
    if (stack.source === null) {
      throw new RequestError('malformed', `stack ${stack.name} has no source yet: upload one before triggering a run`);
    }
    if (!store.pools.find(stack.poolId)) {
      throw new RequestError('malformed', `the pool of stack ${stack.name} was deleted: no worker could take its runs`);
    }
    const id = newId();
    const { poolId, source } = stack;
    const run = { id, stackId: stack.id, poolId, type: input.type ?? 'TRACKED', source, createdAt: now() };
    store.transaction(() => {
      store.runs.insert({ ...run, autoDeploy: input.autoDeploy ?? stack.autoDeploy });
      systemLog(this.context, id, 0, `Run of stack ${stack.name} is queued`);
      poolChanged(this.context, poolId);
    });
    this.context.assignRuns(poolId);
    return requireRun(this.context, id);
  }

  run(id: string): RunRecord | null {
    return this.context.store.runs.find(idOf(id)) ?? null;
  }

  /** What a run waits for, as the end of "waits for ..."; null when it does not wait. */
  waitsFor(run: RunRecord): string | null {
    return waitsFor(this.context, run);
  }

  runs(filter: RunFilter = {}): RunRecord[] {
    return this.context.store.runs.list({
      ...(filter.stack === undefined ? {} : { stackId: this.stackAdmin.require(filter.stack).id }),
      ...(filter.pool === undefined ? {} : { poolId: this.poolByNameOrId(filter.pool).id }),
      limit: Math.min(filter.limit ?? 100, 1000),
    });
  }

  confirm(runId: string): RunRecord {
    return this.decide(runId, 'confirm', 'The run was confirmed');
  }

  discard(runId: string): RunRecord {
    return this.decide(runId, 'discard', 'The run was discarded');
  }

  private decide(runId: string, event: 'confirm' | 'discard', line: string): RunRecord {
    const { context } = this;
    const done = { confirm: 'CONFIRMED', discard: 'DISCARDED' }[event];
    return context.store.transaction(() => {
      const run = requireRun(context, idOf(runId));
      return run.state === done ? run : advance(context, run, event, {}, line);
    });
  }

  /** Ends a run: at once while nothing runs, otherwise by asking its Pod. */
  stop(anyCaseId: string, reason = 'stopped by a person'): RunRecord {
    const { context } = this;
    const runId = idOf(anyCaseId);
    const { store } = context;
    return store.transaction(() => {
      const run = requireRun(context, runId);
      if (isTerminal(run.state) || run.stopReason !== null) return run;
      store.runs.setStopReason(runId, reason, context.now());
      const assignment = store.assignments.underWay(runId);
      const cancelled = { reason: 'Cancelled', message: reason } as const;
      if (!assignment) {
        advance(context, requireRun(context, runId), 'stop', cancelled, `The run was stopped: ${reason}`);
      } else if (assignment.startedAt === null) {
        endWithoutSuccess(context, assignment, { by: 'control-plane', ...cancelled });
      } else {
        systemLog(context, runId, run.attempt, `Asked to stop: ${reason}`);
        touchWorker(context, run.poolId, assignment.workerId);
        runChanged(context, runId);
      }
      return requireRun(context, runId);
    });
  }

  /** Log records after a cursor (0: from the beginning), in the order they were stored. */
  readLog(runId: string, after: number, limit = 500): LogRecord[] {
    return this.context.store.logs.read(runId, after, limit);
  }

  /** The newest records of a log, oldest of them first. */
  readLogEnd(runId: string, limit: number): LogRecord[] {
    return this.context.store.logs.readEnd(runId, limit);
  }

  /**
   * Resolves when the run or its log changes, the signal aborts, or the time is over.
   * @returns false when there is nothing to wait for any more, because the control plane stops.
   */
  async waitForRun(runId: string, milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    const { wakeups } = this.context;
    await wakeups.wait(runTopic(runId), milliseconds, signal);
    return !wakeups.isClosed;
  }

  /** Looks at the leases now. */
  sweep(): void {
    sweep(this.context);
  }

  private requirePool(id: string): PoolRecord {
    const pool = this.pool(id);
    if (!pool) throw new RequestError('not-found', `worker pool ${id} not found`);
    return pool;
  }

  private poolByNameOrId(nameOrId: string): PoolRecord {
    const { pools } = this.context.store;
    const byId = this.pool(nameOrId);
    if (byId) return byId;
    const byName = pools.findByName(nameOrId);
    if (byName.length > 1)
      throw new RequestError('malformed', `${byName.length} pools are named ${nameOrId}: give the ULID`);
    if (!byName[0]) throw new RequestError('not-found', `worker pool ${nameOrId} not found`);
    return byName[0];
  }
}
