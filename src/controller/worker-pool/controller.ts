import type { Registry } from 'prom-client';
import { monotonicFactory } from 'ulid';
import { API_VERSION, WORKER_POOL, type Worker, type WorkerPool } from '../../api';
import { poolKeyOf, workerIdOf, workerKeyOf, WORKER_POOLS } from '../resources';
import type { RunPod } from '../run';
import {
  keyOf,
  runPass,
  setCondition,
  WorkQueue,
  writeStatus,
  type CacheEvent,
  type Controller,
  type EventRecorder,
  type ReconcileResult,
} from '../runtime';
import { apply } from './apply';
import type { ApplyContext } from './context';
import { decide } from './decide';
import { gather, isOfOtherPool } from './gather';
import type { PoolMemory } from './memory';
import type { Decision } from './snapshot';
import { Registrations } from './registration/registrations';
import { TemplateChecks } from './template-check';
import { podEnded, poolNeedsPass, workerNeedsPass } from './triggers';

/** Many Workers come and go together, and each of them is news of its pool. */
const QUIET_MS = 250;
/** Webhooks may take 30 s to answer a dry run. */
const ADVICE_BUDGET = { qps: 20, burst: 50, timeoutMs: 35_000 };

interface WorkerPoolControllerOptions extends Omit<
  ApplyContext,
  'templateChecks' | 'registrations' | 'requeue' | 'random' | 'newId'
> {
  readonly events: EventRecorder;
  /** Where the operator's own API credentials lie. */
  readonly controllerNamespace: string;
  /** Passes at once. */
  readonly concurrency: number;
  /** Where the queue's metrics go. */
  readonly prometheus: Registry;
}

/** Keeps every WorkerPool: one pass looks after the credentials, session, Workers and status of one pool. */
export class WorkerPoolController implements Controller {
  readonly name = 'worker-pool';
  readonly queue: WorkQueue;
  private readonly context: ApplyContext;
  private unsubscribe: (() => void)[] = [];

  constructor(private readonly options: WorkerPoolControllerOptions) {
    const { client, clock, logger, concurrency, prometheus, controllerNamespace } = options;
    this.queue = new WorkQueue({
      name: this.name,
      concurrency,
      reconcile: (key, signal) => this.reconcile(key, signal),
      logger,
      clock,
      quietMs: QUIET_MS,
      metrics: prometheus,
    });
    const ulid = monotonicFactory();
    this.context = {
      ...options,
      random: Math.random,
      newId: () => ulid(clock.now()),
      registrations: new Registrations({ client, clock, logger, operatorNamespace: controllerNamespace }),
      templateChecks: new TemplateChecks({ client: client.separate(ADVICE_BUDGET), clock, logger }),
      requeue: (key) => this.queue.add(key),
    };
  }

  start(): void {
    const { pools, workers, pods } = this.options.caches;
    this.unsubscribe = [
      pools.onChange((event) => poolNeedsPass(event) && this.queue.add(keyOf(event.object))),
      workers.onChange((event) => this.takeWorker(event)),
      pods.onChange((event) => podEnded(event) && this.takeEndedPod(event.object)),
    ];
    for (const pool of pools.list()) this.queue.add(keyOf(pool));
  }

  /** Leaves the pools as they are: another leader takes the sessions over. */
  async stop(): Promise<void> {
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    const closing = [...this.options.pools.all()].map(async (memory) => memory.session?.close());
    const { templateChecks, registrations } = this.context;
    await Promise.all([...closing, templateChecks.stop(), registrations.stop()]);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult> {
    const { context } = this;
    const memory = await context.pools.remember(key);
    if (!memory) return {};
    return runPass(
      {
        gather: () => gather(context, key, context.clock.now()),
        decide,
        apply: (_, action) => apply(context, memory, action, signal),
        settle: (_, decision) => this.settle(memory, decision, signal),
      },
      signal,
    );
  }

  private async settle({ pool }: PoolMemory, { status, events }: Decision, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { caches, client, clock } = this.options;
    const { generation } = pool.metadata;
    const now = new Date(clock.now());
    const conditions = status.conditions.reduce(
      (list, condition) => setCondition(list, { ...condition, observedGeneration: generation }, now),
      pool.status?.conditions ?? [],
    );
    await writeStatus<WorkerPool>({
      client,
      resource: WORKER_POOLS,
      object: pool,
      status: { ...status, observedGeneration: generation, conditions },
      cache: caches.pools,
      signal,
    });
    const target = { apiVersion: API_VERSION, kind: WORKER_POOL.kind, metadata: pool.metadata };
    for (const event of events) this.options.events.event(target, event);
  }

  private takeWorker(event: CacheEvent<Worker>): void {
    const { object: worker, type } = event;
    const key = poolKeyOf(worker);
    if (key === undefined) return;
    const memory = this.options.pools.memoryOf(key);
    const id = workerIdOf(worker);
    if (type === 'deleted' && memory && id) {
      memory.session?.forget(id);
      memory.deleted.delete(worker.metadata.uid);
    }
    if (workerNeedsPass(event)) this.queue.add(key);
  }

  /** A pool waits for that when the Worker is to go. */
  private takeEndedPod(pod: RunPod): void {
    const { caches, pools } = this.options;
    const worker = caches.workers.getByKey(workerKeyOf(pod) ?? '');
    const key = worker && poolKeyOf(worker);
    const id = worker && workerIdOf(worker);
    if (!key || !id) return;
    const leaves = caches.pools.getByKey(key)?.metadata.deletionTimestamp !== undefined;
    const session = pools.memoryOf(key)?.session;
    if (leaves || session?.isRetiring(id) || isOfOtherPool(worker, session?.ulid)) this.queue.add(key);
  }
}
