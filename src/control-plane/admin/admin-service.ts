import type { Readable } from 'node:stream';
import type { NewPool, NewRun, NewStack, PoolChange, RunFilter, StackChange } from './input';
import { IN_PROCESS, type Actor } from '../audit/actor';
import { RequestError } from '../errors';
import { checkIdempotencyKey, checkNote, idOf } from '../names';
import type { ApiKeys } from '../identity/api-keys';
import type { PoolIssuer } from '../identity/pool-issuer';
import type { PersonContext, QueueContext } from '../queue/context';
import { requireRun } from '../queue/lifecycle';
import { cancel, decide, drain, prioritize, queueRun, retryRun, stop } from '../queue/person-operations';
import { waitsFor } from '../queue/waiting';
import { runTopic, type Sleep } from '../queue/wakeups';
import { DriftAdmin } from './drift-admin';
import { KeyAdmin } from './key-admin';
import { configOf, requireWholeHash, usable } from './new-run';
import { ModuleAdmin } from './module-admin';
import { ModuleRegistry } from './module-registry';
import { OutputAdmin } from './output-admin';
import { PlanAdmin } from './plan-admin';
import { PoolAdmin, type Pool, type PoolKeeper } from './pool-admin';
import { PushAdmin } from './push-admin';
import { StackAdmin } from './stack-admin';
import { StateAdmin } from './state-admin';
import { Statistics } from './statistics';
import { VcsAgentAdmin } from './vcs-agent-admin';
import { WebhookAdmin } from './webhook-admin';
import { Destinations } from '../webhooks';
import type { Tables } from '../store';
import type { Blobs } from '../blobs';
import type { States } from '../state/states';
import type { AuditTrailEntry, AuditTrailSearch } from '../store/audit-trail';
import type {
  AssignmentRecord,
  LogRecord,
  RunRecord,
  StackDependency,
  StackRecord,
  WorkerRecord,
} from '../store/records';
import type { PoolSample } from '../store/pool-samples';
import type { RunSearch } from '../store/run-search';
import type { WorkerSearch } from '../store/worker-search';
import type { WorkerCounts } from '../store/workers';

export interface AdminParts {
  readonly blobs: Blobs;
  readonly states: States;
  readonly issuer: PoolIssuer;
  readonly apiKeys: ApiKeys;
  /** Where webhooks may be sent. @default public addresses alone */
  readonly destinations?: Destinations;
}

/** What people may do, for GraphQL, the web page and tests. Every method throws a RequestError with a plain sentence. */
export class AdminService {
  readonly statistics: Statistics;
  readonly keys: KeyAdmin;
  /** States that are kept for stacks. */
  readonly states: StateAdmin;
  readonly plans: PlanAdmin;
  /** Outputs of stacks, and who takes them. */
  readonly outputs: OutputAdmin;
  /** When drift of stacks is looked for. */
  readonly drift: DriftAdmin;
  /** How stacks hear of pushes to their git repositories. */
  readonly pushes: PushAdmin;
  readonly webhooks: WebhookAdmin;
  readonly vcsAgents: VcsAgentAdmin;
  readonly modules: ModuleAdmin;
  readonly registry: ModuleRegistry;
  private readonly context: PersonContext;
  private readonly poolAdmin: PoolAdmin;
  private readonly stackAdmin: StackAdmin;

  /** @param actor who does what is done through it */
  constructor(
    context: QueueContext,
    private readonly parts: AdminParts,
    actor: Actor = IN_PROCESS,
  ) {
    const { blobs, states, issuer, apiKeys, destinations = new Destinations() } = parts;
    this.context = { ...context, actor };
    this.statistics = new Statistics(context);
    this.keys = new KeyAdmin(this.context, apiKeys);
    this.plans = new PlanAdmin(this.context);
    this.outputs = new OutputAdmin(this.context);
    this.poolAdmin = new PoolAdmin(this.context, issuer);
    this.drift = new DriftAdmin(this.context, (nameOrId) => this.stackAdmin.require(nameOrId));
    this.states = new StateAdmin(this.context, states, (nameOrId) => this.stackAdmin.require(nameOrId));
    this.webhooks = new WebhookAdmin(this.context, destinations, (nameOrId, field) =>
      this.stackAdmin.require(nameOrId, field),
    );
    this.vcsAgents = new VcsAgentAdmin(this.context, issuer);
    this.modules = new ModuleAdmin(this.context, blobs, (nameOrId) => this.poolAdmin.byNameOrId(nameOrId));
    this.registry = new ModuleRegistry(this.modules, blobs);
    this.stackAdmin = new StackAdmin(this.context, blobs, (nameOrId) => this.poolAdmin.byNameOrId(nameOrId));
    this.pushes = new PushAdmin(this.context, this.stackAdmin);
  }

  /** The same for somebody: the audit trail tells what they change. Every door asks for it before it changes anything. */
  as(actor: Actor): AdminService {
    return new AdminService(this.context, this.parts, actor);
  }

  /** For what is to be made: asked for twice with the same, it is made once. */
  newId(): string {
    return this.context.newId();
  }

  /** Signs the CSR (PEM, or base64 of it) and returns the pool with its token in `config`. */
  createPool(input: NewPool): Promise<Pool> {
    return this.poolAdmin.create(input);
  }

  /** Everything about a pool that people say, at once: what is left out is as in a new pool. Its token stays. */
  updatePool(id: string, settings: PoolChange, by?: PoolKeeper): Promise<Pool> {
    return this.poolAdmin.update(id, settings, by);
  }

  /** New certificate and token; the old ones are refused from now on. */
  resetPool(id: string, certificateSigningRequest: string, by?: PoolKeeper): Promise<Pool> {
    return this.poolAdmin.reset(id, certificateSigningRequest, by);
  }

  /** Lets people change a pool that a cluster manages. */
  unlockPool(id: string): Promise<Pool> {
    return this.poolAdmin.unlock(id);
  }

  deletePool(id: string, by?: PoolKeeper): Promise<Pool> {
    return this.poolAdmin.delete(id, by);
  }

  /** Replaces every worker: idle ones go at once, busy ones after their run. */
  cyclePool(id: string): Promise<void> {
    return this.poolAdmin.cycle(id);
  }

  pools(): Promise<Pool[]> {
    return this.poolAdmin.list();
  }

  pool(id: string): Promise<Pool | null> {
    return this.poolAdmin.find(id);
  }

  poolsById(ids: readonly string[]): Promise<ReadonlyMap<string, Pool>> {
    return this.poolAdmin.findAll(ids);
  }

  /** Newest first. */
  workers(poolId: string, limit?: number): Promise<WorkerRecord[]> {
    return this.tables.workers.listOfPool(poolId, limit);
  }

  /** Those of a pool that somebody looks for, newest first. */
  searchWorkers(poolId: string, search: WorkerSearch): Promise<WorkerRecord[]> {
    return this.tables.workers.search(poolId, search);
  }

  /** All of many pools. */
  workersOf(poolIds: readonly string[]): Promise<ReadonlyMap<string, readonly WorkerRecord[]>> {
    return this.tables.workers.listOfPools(poolIds);
  }

  /** A pool without workers is left out. */
  countWorkers(poolIds: readonly string[]): Promise<ReadonlyMap<string, WorkerCounts>> {
    return this.tables.workers.count(poolIds, 0);
  }

  /** The name of a worker of a pool; null: there is none. */
  async workerName(poolId: string, workerId: string): Promise<string | null> {
    const worker = await this.tables.workers.find(idOf(workerId));
    return worker && worker.poolId === idOf(poolId) && !worker.removed && !worker.forgotten ? worker.name : null;
  }

  /** Runs of a pool in progress, then those that wait for nothing but a worker, in the order of their turn. */
  schedulableRuns(poolId: string, page: { readonly offset: number; readonly limit: number }): Promise<RunRecord[]> {
    return this.tables.runs.schedulable(poolId, page);
  }

  /** How many runs a worker of a pool could take now; a pool without any is left out. */
  pendingRuns(poolIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.tables.runs.countReady(poolIds);
  }

  async setDrained(anyCasePoolId: string, anyCaseWorkerId: string, drained: boolean): Promise<WorkerRecord> {
    const workerId = idOf(anyCaseWorkerId);
    await drain(this.context, idOf(anyCasePoolId), workerId, drained);
    const worker = await this.tables.workers.find(workerId);
    if (!worker) throw new RequestError('not-found', `worker ${workerId} not found in pool ${anyCasePoolId}`);
    return worker;
  }

  /** Figures of a pool from a time on, oldest first: each holds until the next one. */
  samples(poolId: string, from: number): Promise<PoolSample[]> {
    return this.tables.poolSamples.since(idOf(poolId), from);
  }

  createStack(input: NewStack): Promise<StackRecord> {
    return this.stackAdmin.create(input);
  }

  /** Counts for runs that start from now on. */
  updateStack(nameOrId: string, change: StackChange): Promise<StackRecord> {
    return this.stackAdmin.update(nameOrId, change);
  }

  /** Forgets its source, environment and state; its runs stay to be looked at. Refused while one is unfinished. */
  deleteStack(nameOrId: string): Promise<StackRecord> {
    return this.stackAdmin.delete(nameOrId);
  }

  /** Lets tracked runs of a stack follow those of another, from now on. */
  addStackDependency(stack: string, dependsOn: string): Promise<StackDependency> {
    return this.stackAdmin.depend(stack, dependsOn);
  }

  deleteStackDependency(id: string): Promise<StackDependency> {
    return this.stackAdmin.undepend(id);
  }

  /** Those with one of the stacks on the one side or the other. */
  stackDependencies(
    side: 'stackId' | 'dependsOnStackId',
    stackIds: readonly string[],
  ): Promise<readonly StackDependency[]> {
    return this.tables.dependencies.of(side, stackIds);
  }

  /** Those with these ids; deleted ones are left out. */
  stacksById(ids: readonly string[]): Promise<readonly StackRecord[]> {
    return this.tables.stacks.findAll(ids);
  }

  /** By name. */
  async stacks(filter: { readonly pool?: string } = {}): Promise<StackRecord[]> {
    return this.stackAdmin.list(filter.pool && (await this.poolAdmin.byNameOrId(filter.pool)).id);
  }

  /** How many stacks each of the pools runs; one without any is left out. */
  countStacks(poolIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.tables.stacks.countOfPools(poolIds);
  }

  /** The state of the newest tracked run that has begun, of each of the stacks; one of which none has is left out. */
  stackStates(stackIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.tables.stacks.states(stackIds);
  }

  stack(nameOrId: string): Promise<StackRecord | null> {
    return this.stackAdmin.find(nameOrId);
  }

  /** Names of the variables of the stacks' environments; nobody is told their values. */
  environmentNames(stackIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return this.stackAdmin.environmentNames(stackIds);
  }

  /** Which credentials the stacks have for their git repositories; nobody is told what they are. */
  credentialNames(stackIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return this.stackAdmin.credentialNames(stackIds);
  }

  /** Takes a tar.gz; runs triggered later use it. */
  uploadSource(stackName: string, archive: Readable): Promise<StackRecord> {
    return this.stackAdmin.uploadSource(stackName, archive);
  }

  async createRun(input: NewRun): Promise<RunRecord> {
    const stack = await this.stackAdmin.require(input.stack);
    const { type = 'TRACKED', autoDeploy, environment = {} } = input;
    const idempotencyKey = input.idempotencyKey === undefined ? undefined : checkIdempotencyKey(input.idempotencyKey);
    const config = configOf({ ...input, type });
    requireWholeHash(stack, config);
    if (Object.keys(environment).length > 0) {
      usable({ ...(await this.tables.stacks.environment(stack.id)), ...environment });
    }
    const wanted = { stack, type, autoDeploy, config, idempotencyKey };
    return queueRun(this.context, wanted, environment);
  }

  /** Another run of the kind of one that had no success, with the source that its stack has now. */
  async retryRun(runId: string, idempotencyKey?: string): Promise<RunRecord> {
    const key = idempotencyKey === undefined ? undefined : checkIdempotencyKey(idempotencyKey);
    return retryRun(this.context, idOf(runId), key);
  }

  /** Lets a run go before others of its pool whenever it waits for a worker, or no longer. */
  prioritize(runId: string, wanted: boolean): Promise<RunRecord> {
    return prioritize(this.context, idOf(runId), wanted);
  }

  async run(id: string): Promise<RunRecord | null> {
    return (await this.tables.runs.find(idOf(id))) ?? null;
  }

  /** What each of the runs waits for, as the end of "waits for ..."; null when it does not wait. */
  waitsFor(runs: readonly RunRecord[]): Promise<(string | null)[]> {
    return waitsFor(this.context, runs);
  }

  /** Attempts of a run over both stages, oldest first. */
  attempts(runId: string): Promise<AssignmentRecord[]> {
    return this.tables.assignments.ofRun(idOf(runId));
  }

  async runs(filter: RunFilter = {}): Promise<RunRecord[]> {
    return this.tables.runs.list({
      ...(filter.stack === undefined ? {} : { stackId: (await this.stackAdmin.require(filter.stack)).id }),
      ...(filter.pool === undefined ? {} : { poolId: (await this.poolAdmin.byNameOrId(filter.pool)).id }),
      ...(filter.before === undefined ? {} : { before: (await requireRun(this.tables, idOf(filter.before))).position }),
      limit: Math.min(filter.limit ?? 100, 1000),
    });
  }

  searchAuditTrail(search: AuditTrailSearch): Promise<AuditTrailEntry[]> {
    return this.tables.auditTrail.search(search);
  }

  searchRuns(search: RunSearch): Promise<RunRecord[]> {
    return this.tables.runs.search(search);
  }

  confirm(runId: string): Promise<RunRecord> {
    return decide(this.context, idOf(runId), 'confirm');
  }

  discard(runId: string): Promise<RunRecord> {
    return decide(this.context, idOf(runId), 'discard');
  }

  /** Ends a run that has not started; refused of one that has. */
  cancel(runId: string): Promise<RunRecord> {
    return cancel(this.context, idOf(runId));
  }

  /** Ends a run: at once while nothing runs, otherwise by asking its Pod. */
  stop(runId: string, reason = 'stopped by a person'): Promise<RunRecord> {
    return stop(this.context, idOf(runId), checkNote(reason));
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

  /** The same for whatever a topic stands for. */
  sleepUntil(topic: string, milliseconds: number, signal?: AbortSignal): Sleep {
    return this.context.wakeups.sleep(topic, milliseconds, signal);
  }

  /** Calls back for every topic of a change: `pool/ID`, `stack/ID`, `run/ID`, `credentials/ID`. */
  onChange(listener: (topic: string) => void): void {
    this.context.wakeups.onNotify(listener);
  }

  /** The control plane stops: there is nothing to wait for any more. */
  get isClosed(): boolean {
    return this.context.wakeups.isClosed;
  }

  private get tables(): Tables {
    return this.context.store.read;
  }
}
