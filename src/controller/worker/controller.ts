import { isDeepStrictEqual } from 'node:util';
import type { Registry } from 'prom-client';
import type { Worker, WorkerPool } from '../../api';
import { API_VERSION, WORKER } from '../../api/names';
import { INDEX } from '../caches';
import { workerKeyOf, workerName, WORKERS } from '../resources';
import type { WorkerMetrics } from '../worker-metrics';
import { carriesOut, isLive, runPodName, workerBegan, type RunPod } from '../run';
import { systemClock, type Clock } from '../../time';
import {
  isConflict,
  isNotFound,
  keyFor,
  keyOf,
  WorkQueue,
  writeStatus,
  type CacheEvent,
  type Controller,
  type EventInput,
  type EventRecorder,
  type KubeClient,
  type Logger,
  type ReconcileResult,
} from '../runtime';
import { apply, type ApplyContext } from './apply';
import { decide } from './decide';
import { assignmentOf, gather, type Sources } from './gather';
import { Memories } from './memory';
import type { Decision, WorkerSnapshot } from './snapshot';

/** A pass repeats gather, decide, apply until nothing is left to do; more rounds than this are a new pass. */
const ROUNDS = 12;
const NEXT_PASS_MS = 1_000;

export interface WorkerControllerOptions extends Omit<Sources, 'memories'> {
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly logger: Logger;
  readonly metrics?: Pick<WorkerMetrics, 'runStartupDuration'>;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: () => number;
  /** Passes at once. @default 32 */
  readonly concurrency?: number;
  /** Where the queue's metrics go. @default none are kept */
  readonly prometheus?: Registry;
}

/** Carries out what the control plane assigns to Workers: one pass looks after one Worker, its run Pods and its status. */
export class WorkerController implements Controller {
  readonly name = 'worker';
  readonly queue: WorkQueue;
  private readonly context: ApplyContext;
  private unsubscribe: (() => void)[] = [];

  constructor(private readonly options: WorkerControllerOptions) {
    const { client, caches, registry, logger, clock = systemClock, random = Math.random } = options;
    this.context = { client, caches, registry, logger, clock, random, memories: new Memories() };
    this.queue = new WorkQueue({
      name: this.name,
      concurrency: options.concurrency ?? 32,
      reconcile: (key, signal) => this.reconcile(key, signal),
      logger,
      clock,
      ...(options.prometheus && { metrics: options.prometheus }),
    });
    // The registry outlives us and has no way to unsubscribe; a stopped queue takes no key.
    registry.onWorkerChange((poolUid, workerId) => {
      const handle = registry.byUid(poolUid);
      if (handle) this.queue.add(keyFor(handle.namespace, workerName(handle.name, workerId)));
    });
  }

  start(): void {
    const { workers, pods, pools } = this.options.caches;
    this.unsubscribe = [
      workers.onChange((event) => isWorkersBusiness(event) && this.queue.add(keyOf(event.object))),
      pods.onChange((event) => this.takePod(event)),
      pools.onChange((event) => this.takePool(event)),
    ];
    for (const worker of workers.list()) this.queue.add(keyOf(worker));
  }

  stop(): void {
    for (const unsubscribe of this.unsubscribe) unsubscribe();
  }

  async reconcile(key: string, signal?: AbortSignal): Promise<ReconcileResult | void> {
    const events: EventInput[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const worker = this.options.caches.workers.getByKey(key);
      const snapshot = worker && gather(this.context, worker, this.context.clock.now());
      if (!snapshot) return this.context.memories.forget(key);
      this.measureStart(key, snapshot);
      const decision = decide(snapshot);
      if (decision.actions.length === 0) return this.settle(snapshot, decision, events);
      const failure = await this.applyAll(snapshot, decision, events, signal);
      if (failure) {
        await this.settleDespite(key, events);
        throw failure.error;
      }
    }
    return { requeueAfterMs: NEXT_PASS_MS };
  }

  /** Carries out the actions in order up to the first that fails. */
  private async applyAll(
    { worker }: WorkerSnapshot,
    { actions }: Decision,
    events: EventInput[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly error: unknown } | undefined> {
    for (const action of actions) {
      signal?.throwIfAborted();
      try {
        await apply(this.context, worker, action);
      } catch (error) {
        return { error };
      }
      if (action.type === 'report' && action.event) events.push(action.event);
    }
    return undefined;
  }

  /** One status write, then the events. */
  private async settle(snapshot: WorkerSnapshot, decision: Decision, events: EventInput[]): Promise<ReconcileResult> {
    const { worker } = snapshot;
    if (decision.status) {
      const { client, caches } = this.context;
      try {
        await writeStatus<Worker>({
          client,
          resource: WORKERS,
          object: worker,
          status: decision.status,
          cache: caches.workers,
        });
      } catch (error) {
        // Somebody deleted the Worker meanwhile; the watch will say so.
        if (!isNotFound(error) && !isConflict(error)) throw error;
      }
    }
    this.announce(worker, events);
    return { requeueAfterMs: decision.requeueAfterMs };
  }

  /** An action failed: the status still tells what is known. */
  private async settleDespite(key: string, events: EventInput[]): Promise<void> {
    const worker = this.options.caches.workers.getByKey(key);
    const snapshot = worker && gather(this.context, worker, this.context.clock.now());
    if (snapshot) await this.settle(snapshot, decide(snapshot), events);
  }

  private announce(worker: Worker, events: readonly EventInput[]): void {
    const target = { apiVersion: API_VERSION, kind: WORKER.kind, metadata: worker.metadata };
    for (const event of events) this.options.events.event(target, event);
  }

  private takePod({ type, object }: CacheEvent<RunPod>): void {
    const key = workerKeyOf(object);
    if (key === undefined) return;
    if (type === 'deleted') this.rememberLost(key, object);
    this.queue.add(key);
  }

  /**
   * A Pod that vanishes takes the reason with it, unless its last state is kept. One in which a run may go on may have
   * lost no more than its label; one that ended, or whose deletion we asked for, needs no second look.
   */
  private rememberLost(key: string, pod: RunPod): void {
    const { memories, clock } = this.context;
    const isExpected = memories.peek(key).deleting.includes(pod.metadata.uid ?? '');
    if (isLive(pod) && !isExpected) return memories.addVanished(key, pod);

    const worker = this.options.caches.workers.getByKey(key);
    const assignment = worker && assignmentOf(this.context.registry, worker);
    if (!worker || !assignment || !carriesOut(pod, assignment, worker.metadata.uid)) return;
    memories.recall(key, assignment.fence, memories.peek(key).deleting, clock.now());
    memories.update(key, { lostPod: pod });
  }

  /** What could not be made from the old spec may go now, and history limits may have changed. */
  private takePool({ type, object, old }: CacheEvent<WorkerPool>): void {
    if (type === 'updated' && object.metadata.generation === old?.metadata.generation) return;
    for (const worker of this.options.caches.workers.byIndex(INDEX.pool, object.metadata.uid)) {
      this.queue.add(keyOf(worker));
    }
  }

  private measureStart(key: string, { view, pods, memory, now }: WorkerSnapshot): void {
    const assignment = view?.assignment;
    if (!assignment || memory.startMeasured || !memory.created || memory.assignedAt === undefined) return;
    const pod = pods.find(({ metadata }) => metadata.name === runPodName(assignment));
    if (!pod || !workerBegan(pod)) return;
    this.options.metrics?.runStartupDuration.observe((now - memory.assignedAt) / 1_000);
    this.context.memories.update(key, { startMeasured: true });
  }
}

/**
 * Its own status writes are news, too, of which nothing follows: what somebody else has written into a status looks the
 * same, and is put right.
 */
function isWorkersBusiness({ type, object, old }: CacheEvent<Worker>): boolean {
  if (type !== 'updated' || !old) return true;
  const [after, before] = [object.metadata, old.metadata];
  return (
    after.uid !== before.uid ||
    after.deletionTimestamp !== before.deletionTimestamp ||
    JSON.stringify(after.finalizers) !== JSON.stringify(before.finalizers) ||
    !isDeepStrictEqual(object.status, old.status)
  );
}
