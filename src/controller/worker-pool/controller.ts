import type { Registry } from 'prom-client';
import { API_VERSION, WORKER_POOL, type Worker, type WorkerPool } from '../../api';
import type { Connect } from '../../protocol/client';
import { INDEX, livePods, workerIdOf, WORKER_POOLS, type Caches } from '../caches';
import type { ControllerMetrics, PoolWorkers } from '../metrics';
import type { PoolHandle, PoolRegistry } from '../pool-registry';
import type { RunPod } from '../run';
import { type Clock } from '../../time';
import {
  keyOf,
  SECRETS,
  setCondition,
  splitKey,
  WorkQueue,
  writeStatus,
  type CacheEvent,
  type Controller,
  type EventRecorder,
  type KubeClient,
  type Logger,
  type ReconcileResult,
} from '../runtime';
import { Applier } from './apply';
import { readCredentials, type Secret } from './credentials';
import { decide } from './decide';
import { gather, sessionKey } from './gather';
import { credentialsAreDue, credentialsReference, rememberCredentials, type PoolMemory } from './memory';
import { PoolSession } from './pool-session';
import type { Decision } from './snapshot';
import { isPoolsBusiness, poolKeyOf, workerNeedsPoolLook, workerOfEndedPod } from './triggers';

/** A pass repeats gather, decide, apply until nothing is left to do; more rounds than this are a new pass. */
const ROUNDS = 12;
/** Many Workers come and go together, and each of them is news of its pool. */
const QUIET_MS = 250;

export interface WorkerPoolControllerOptions {
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly events: EventRecorder;
  readonly metrics: ControllerMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Opens sessions over each transport. */
  readonly connect: { readonly mqtt: Connect; readonly poll: Connect };
  /** Version of the controller. */
  readonly version: string;
  /** Passes at once. @default 4 */
  readonly concurrency?: number;
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number;
  /** Where the queue's metrics go. @default none are kept */
  readonly prometheus?: Registry;
}

/** Keeps every WorkerPool: credentials, session, Workers, status. It knows the pools' sessions for everybody else. */
export class WorkerPoolController implements Controller, PoolRegistry {
  readonly name = 'worker-pool';
  readonly queue: WorkQueue;
  private readonly memories = new Map<string, PoolMemory>();
  private readonly byPoolUid = new Map<string, PoolMemory>();
  private readonly listeners: ((poolUid: string, workerId: string) => void)[] = [];
  private readonly applier: Applier;
  private unsubscribe: (() => void)[] = [];
  private startedAt: number;

  constructor(private readonly options: WorkerPoolControllerOptions) {
    this.startedAt = options.clock.now();
    this.applier = new Applier({ ...options, openSession: (memory) => this.openSession(memory) });
    this.queue = new WorkQueue({
      name: this.name,
      concurrency: options.concurrency ?? 4,
      reconcile: (key, signal) => this.reconcile(key, signal),
      logger: options.logger,
      clock: options.clock,
      quietMs: QUIET_MS,
      ...(options.prometheus && { metrics: options.prometheus }),
    });
  }

  byUid(poolUid: string): PoolHandle | undefined {
    return this.byPoolUid.get(poolUid)?.session;
  }

  disconnectedSince(poolUid: string): number | undefined {
    const memory = this.byPoolUid.get(poolUid);
    if (!memory) return this.startedAt;
    return memory.session ? memory.session.disconnectedSince : memory.sessionlessSince;
  }

  onWorkerChange(listener: (poolUid: string, workerId: string) => void): void {
    this.listeners.push(listener);
  }

  start(): void {
    this.startedAt = this.options.clock.now();
    const { pools, workers, pods } = this.options.caches;
    this.unsubscribe = [
      pools.onChange((event) => isPoolsBusiness(event) && this.queue.add(keyOf(event.object))),
      workers.onChange((event) => this.takeWorker(event)),
      pods.onChange((event) => this.takePod(event)),
    ];
    for (const pool of pools.list()) this.queue.add(keyOf(pool));
  }

  /** Leaves the pools as they are: another leader takes the sessions over. */
  async stop(): Promise<void> {
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    await Promise.all([...this.memories.values()].map(async (memory) => memory.session?.close()));
  }

  /** Counts Workers from what is observed, for the gauges. */
  *workersByPool(): Iterable<PoolWorkers> {
    for (const { session, uid } of this.memories.values()) {
      if (!session) continue;
      const workers = this.options.caches.workers.byIndex(INDEX.pool, uid);
      const busy = workers.filter((worker) => {
        const id = workerIdOf(worker);
        return (id && session.view(id)?.assignment) || livePods(this.options.caches, worker).length > 0;
      });
      yield { ulid: session.ulid, total: workers.length, idle: workers.length - busy.length };
    }
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | void> {
    const { namespace, name } = splitKey(key);
    const pool = this.options.caches.pools.get(namespace, name);
    const memory = await this.remember(key, pool);
    if (!memory) return;
    await this.refreshCredentials(memory);
    const { decision, failure, gone } = await this.carryOut(memory, signal);
    signal.throwIfAborted();
    if (!gone) await this.report(memory, decision);
    if (failure !== undefined) throw failure as Error;
    const now = this.options.clock.now();
    const credentialsInMs = Math.max(0, (memory.credentials?.nextReadAt ?? now) - now);
    return { requeueAfterMs: Math.max(1, Math.min(credentialsInMs, decision.requeueAfterMs ?? Infinity)) };
  }

  /** The memory of the object that the cache shows; that of a former object with this name ends. */
  private async remember(key: string, pool: WorkerPool | undefined): Promise<PoolMemory | undefined> {
    let memory = this.memories.get(key);
    if (memory && memory.uid !== pool?.metadata.uid) {
      await memory.session?.close();
      this.memories.delete(key);
      this.byPoolUid.delete(memory.uid);
      memory = undefined;
    }
    if (!pool) return undefined;
    if (!memory) {
      memory = { uid: pool.metadata.uid, pool, deleted: new Set(), sessionlessSince: this.options.clock.now() };
      this.memories.set(key, memory);
      this.byPoolUid.set(memory.uid, memory);
    }
    memory.pool = pool;
    return memory;
  }

  private async refreshCredentials(memory: PoolMemory): Promise<void> {
    const { clock, client } = this.options;
    // Whatever keeps the session from connecting, a new token may be what mends it: it names address and authority too.
    const failing = memory.session?.status.state === 'failed';
    if (!credentialsAreDue(memory, failing, clock.now())) return;
    const { namespace } = memory.pool.metadata;
    const result = await readCredentials(memory.pool.spec, namespace, (secret) =>
      client.get<Secret>(SECRETS, namespace, secret),
    );
    memory.credentials = rememberCredentials(
      memory.credentials,
      credentialsReference(memory.pool),
      result,
      failing,
      clock.now(),
    );
  }

  private async carryOut(memory: PoolMemory, signal: AbortSignal): Promise<Outcome> {
    const { caches, clock } = this.options;
    for (let round = 0; ; round += 1) {
      const decision = decide(gather(memory, caches, clock.now()));
      if (decision.actions.length === 0 || round === ROUNDS) return { decision, gone: false };
      for (const action of decision.actions) {
        signal.throwIfAborted();
        try {
          await this.applier.apply(memory, action);
        } catch (failure) {
          return { decision: decide(gather(memory, caches, clock.now())), failure, gone: false };
        }
        if (action.kind === 'unmark-pool') return { decision, gone: true };
      }
    }
  }

  /** One status write, then the events of what it changed. */
  private async report(memory: PoolMemory, decision: Decision): Promise<void> {
    const { caches, client, clock, events } = this.options;
    const { pool } = memory;
    const { generation } = pool.metadata;
    const now = new Date(clock.now());
    const conditions = decision.status.conditions.reduce(
      (list, condition) => setCondition(list, { ...condition, observedGeneration: generation }, now),
      pool.status?.conditions ?? [],
    );
    memory.pool = await writeStatus<WorkerPool>({
      client,
      resource: WORKER_POOLS,
      object: pool,
      status: { ...decision.status, autoRegistered: false, observedGeneration: generation, conditions },
      cache: caches.pools,
    });
    const target = { apiVersion: API_VERSION, kind: WORKER_POOL.kind, metadata: pool.metadata };
    for (const event of decision.events) events.event(target, event);
  }

  private async openSession(memory: PoolMemory): Promise<PoolSession> {
    const { connect, version, clock, random = Math.random, logger } = this.options;
    const read = memory.credentials?.result;
    if (read?.state !== 'valid') throw new Error(`pool ${memory.uid} has no credentials`);
    await memory.session?.close();
    const { pool, uid } = memory;
    const { token, fingerprint } = read.credentials;
    const { commsProtocol = 'mqtt', pollCommsURL } = pool.spec ?? {};
    const endpoint = commsProtocol === 'poll' ? pollCommsURL : undefined;
    const poolKey = keyOf(pool);
    logger.info({ pool: poolKey, transport: commsProtocol }, 'opening the session of a pool');
    return new PoolSession({
      key: sessionKey(pool, fingerprint),
      credentials: read.credentials,
      connect: connect[commsProtocol],
      userAgent: `worker-pools-controller/${version}`,
      ...(endpoint !== undefined && { endpoint }),
      shownEndpoint: endpoint ?? (commsProtocol === 'mqtt' ? token.mqtt : token.endpoint),
      pool: () => this.byPoolUid.get(uid)?.pool ?? pool,
      clock,
      random,
      onWorkerChange: (workerId) => this.tell(uid, workerId),
      onPoolChange: () => this.queue.add(poolKey),
      onReconnect: () => this.tellAll(uid),
    });
  }

  private takeWorker(event: CacheEvent<Worker>): void {
    const poolUid = event.object.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
    const memory = poolUid === undefined ? undefined : this.byPoolUid.get(poolUid);
    const id = workerIdOf(event.object);
    if (event.type === 'deleted' && memory && id) {
      memory.session?.forget(id);
      memory.deleted.delete(event.object.metadata.uid);
    }
    const key = poolKeyOf(event.object);
    if (key && workerNeedsPoolLook(event)) this.queue.add(key);
  }

  private takePod(event: CacheEvent<RunPod>): void {
    const { caches } = this.options;
    const worker = workerOfEndedPod(event, caches);
    const key = worker && poolKeyOf(worker);
    const id = worker && workerIdOf(worker);
    if (!key || !id) return;
    const leaves = caches.pools.getByKey(key)?.metadata.deletionTimestamp !== undefined;
    if (leaves || this.memories.get(key)?.session?.isRetiring(id)) this.queue.add(key);
  }

  private tell(poolUid: string, workerId: string): void {
    for (const listener of this.listeners) listener(poolUid, workerId);
  }

  private tellAll(poolUid: string): void {
    for (const worker of this.options.caches.workers.byIndex(INDEX.pool, poolUid)) {
      const id = workerIdOf(worker);
      if (id) this.tell(poolUid, id);
    }
  }
}

interface Outcome {
  readonly decision: Decision;
  readonly failure?: unknown;
  /** The pool's object is gone. */
  readonly gone: boolean;
}
