import type { Registry } from 'prom-client';
import { API_VERSION, WORKER_POOL, type Worker, type WorkerPool } from '../../api';
import type { Connect, SessionLeadership } from '../../protocol/client';
import type { Caches } from '../caches';
import { poolKeyOf, poolUidOf, workerIdOf, workerKeyOf, WORKER_POOLS } from '../resources';
import type { WorkerMetrics } from '../worker-metrics';
import { isLive, type RunPod } from '../run';
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
import { problemOfAction } from './failed-action';
import { gather, isOfOtherPool, sessionKey } from './gather';
import { credentialsAreDue, credentialsReference, rememberCredentials, type PoolMemory } from './memory';
import { PoolSession } from './pool-session';
import { Pools } from './pools';
import type { Decision } from './snapshot';
import { TemplateChecks } from './template-check';
import { isPoolsBusiness, workerNeedsPoolLook } from './triggers';
import { WorkerObjects } from './worker-objects';

/** A pass repeats gather, decide, apply until nothing is left to do; more rounds than this are a new pass. */
const ROUNDS = 12;
/** Many Workers come and go together, and each of them is news of its pool. */
const QUIET_MS = 250;
/** Webhooks may take 30 s to answer a dry run. */
const ADVICE_BUDGET = { qps: 20, burst: 50, timeoutMs: 35_000 };

export interface WorkerPoolControllerOptions {
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly events: EventRecorder;
  readonly metrics: WorkerMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Opens sessions over each transport. */
  readonly connect: { readonly mqtt: Connect; readonly poll: Connect };
  /** The right to speak for the pools. @default it is held for ever */
  readonly leadership?: SessionLeadership;
  /** Version of the controller. */
  readonly version: string;
  /** Passes at once. @default 4 */
  readonly concurrency?: number;
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number;
  /** Where the queue's metrics go. @default none are kept */
  readonly prometheus?: Registry;
}

/** Keeps every WorkerPool: credentials, session, Workers, status. */
export class WorkerPoolController implements Controller {
  readonly name = 'worker-pool';
  readonly queue: WorkQueue;
  /** What everybody else may know of the pools. */
  readonly pools: Pools;
  private readonly applier: Applier;
  private readonly templateChecks: TemplateChecks;
  private unsubscribe: (() => void)[] = [];

  constructor(private readonly options: WorkerPoolControllerOptions) {
    const { caches, clock, client } = options;
    this.pools = new Pools(caches, clock);
    this.templateChecks = new TemplateChecks({ ...options, client: client.separate(ADVICE_BUDGET) });
    this.applier = new Applier({
      ...options,
      workers: new WorkerObjects(options),
      openSession: (memory) => this.openSession(memory),
      checkTemplate: (memory) => {
        this.templateChecks.start(memory, () => this.queue.add(keyOf(memory.pool)));
      },
    });
    this.queue = new WorkQueue({
      name: this.name,
      concurrency: options.concurrency ?? 4,
      reconcile: (key, signal) => this.reconcile(key, signal),
      logger: options.logger,
      clock,
      quietMs: QUIET_MS,
      ...(options.prometheus && { metrics: options.prometheus }),
    });
  }

  start(): void {
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
    const closing = [...this.pools.all()].map(async (memory) => memory.session?.close());
    await Promise.all([...closing, this.templateChecks.stop()]);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | void> {
    const { namespace, name } = splitKey(key);
    const memory = await this.pools.remember(key, this.options.caches.pools.get(namespace, name));
    if (!memory) return;
    await this.refreshCredentials(memory, signal);
    const { decision, failure, gone } = await this.carryOut(memory, signal);
    signal.throwIfAborted();
    if (!gone) await this.report(memory, decision, signal);
    if (failure !== undefined) throw failure as Error;
    // What is left to do is done in a pass of its own, after the status was written.
    if (!gone && decision.actions.length > 0) return { requeueAfterMs: 1 };
    const now = this.options.clock.now();
    const credentialsInMs = Math.max(0, (memory.credentials?.nextReadAt ?? now) - now);
    return { requeueAfterMs: Math.max(1, Math.min(credentialsInMs, decision.requeueAfterMs ?? Infinity)) };
  }

  private async refreshCredentials(memory: PoolMemory, signal: AbortSignal): Promise<void> {
    const { clock, client, random } = this.options;
    // Whatever keeps the session from connecting, a new token may be what mends it: it names address and authority too.
    const failing = memory.session?.status.state === 'failed';
    if (!credentialsAreDue(memory, failing, clock.now())) return;
    const { namespace } = memory.pool.metadata;
    const result = await readCredentials(memory.pool.spec, namespace, (secret) =>
      client.get<Secret>(SECRETS, namespace, secret, { signal }),
    );
    memory.credentials = rememberCredentials(
      memory.credentials,
      credentialsReference(memory.pool),
      result,
      failing,
      clock.now(),
      random,
    );
  }

  private async carryOut(memory: PoolMemory, signal: AbortSignal): Promise<Outcome> {
    for (let round = 0; ; round += 1) {
      const decision = this.decide(memory);
      if (decision.actions.length === 0 || round === ROUNDS) return { decision, gone: false };
      for (const action of decision.actions) {
        signal.throwIfAborted();
        try {
          await this.applier.apply(memory, action, signal);
        } catch (failure) {
          memory.problem = problemOfAction(action, failure, memory.pool.metadata.namespace);
          return { decision: this.decide(memory), failure, gone: false };
        }
        memory.problem = undefined;
        if (action.kind === 'unmark-pool') return { decision, gone: true };
        // Long work is done in parts, and the status tells how far it is.
        if (action.kind === 'create-workers') return { decision: this.decide(memory), gone: false };
      }
    }
  }

  private decide(memory: PoolMemory): Decision {
    const { caches, clock } = this.options;
    memory.pool = this.pools.newest(memory);
    return decide(gather(memory, caches, clock.now()));
  }

  /** One status write, then the events of what it changed. */
  private async report(memory: PoolMemory, decision: Decision, signal: AbortSignal): Promise<void> {
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
      signal,
    });
    const target = { apiVersion: API_VERSION, kind: WORKER_POOL.kind, metadata: pool.metadata };
    for (const event of decision.events) events.event(target, event);
  }

  private async openSession(memory: PoolMemory): Promise<PoolSession> {
    const { connect, version, clock, random = Math.random, logger, leadership } = this.options;
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
      ...(leadership && { leadership }),
      ...(endpoint !== undefined && { endpoint }),
      shownEndpoint: endpoint ?? (commsProtocol === 'mqtt' ? token.mqtt : token.endpoint),
      pool: () => this.pools.newest(memory),
      clock,
      random,
      onWorkerChange: (workerId) => this.pools.tell(uid, workerId),
      onImages: ({ launcherImage, defaultRunnerImage }) => (memory.images = { launcherImage, defaultRunnerImage }),
      onPoolChange: () => this.queue.add(poolKey),
      onReconnect: () => this.pools.tellAll(uid),
    });
  }

  private takeWorker(event: CacheEvent<Worker>): void {
    const memory = this.pools.memory(poolUidOf(event.object));
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
    // A pool waits for that when the Worker is to go.
    if (event.type !== 'deleted' && isLive(event.object)) return;
    const worker = caches.workers.getByKey(workerKeyOf(event.object) ?? '');
    const key = worker && poolKeyOf(worker);
    const id = worker && workerIdOf(worker);
    if (!key || !id) return;
    const leaves = caches.pools.getByKey(key)?.metadata.deletionTimestamp !== undefined;
    const session = this.pools.memoryOf(key)?.session;
    if (leaves || session?.isRetiring(id) || isOfOtherPool(worker, session?.ulid)) this.queue.add(key);
  }
}

interface Outcome {
  readonly decision: Decision;
  readonly failure?: unknown;
  /** The pool's object is gone. */
  readonly gone: boolean;
}
