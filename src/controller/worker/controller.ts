import type { Registry } from 'prom-client';
import { API_VERSION, WORKER, type Worker } from '../../api';
import { workersOfPool } from '../caches';
import { workerKeyOf, WORKERS } from '../resources';
import { carriesOut, isLive, runPodName, workerBegan, type RunPod } from '../run';
import {
  isConflict,
  isNotFound,
  keyOf,
  runPass,
  WorkQueue,
  writeStatus,
  type CacheEvent,
  type Controller,
  type EventInput,
  type EventRecorder,
  type ReconcileResult,
} from '../runtime';
import { NO_SPANS, type Spans } from '../../tracing/spans';
import type { WorkerMetrics } from '../worker-metrics';
import { apply, type ApplyContext } from './apply';
import { decide } from './decide';
import { assignmentOf, gather } from './gather';
import { Memories } from './memory';
import { spansOfPod } from './pod-spans';
import type { Decision, WorkerSnapshot } from './snapshot';
import { specChanged, workerNeedsPass } from './triggers';

interface WorkerControllerOptions extends Omit<ApplyContext, 'memories' | 'random'> {
  readonly events: EventRecorder;
  readonly metrics?: Pick<WorkerMetrics, 'runStartupDuration' | 'runPodCreationDuration'>;
  /** @default NO_SPANS */
  readonly spans?: Spans;
  /** @default Math.random */
  readonly random?: () => number;
  /** Passes at once. */
  readonly concurrency: number;
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
    const { pools, logger, clock, random = Math.random, concurrency, prometheus } = options;
    this.context = { ...options, random, memories: new Memories() };
    this.queue = new WorkQueue({
      name: this.name,
      concurrency,
      reconcile: (key, signal) => this.reconcile(key, signal),
      logger,
      clock,
      ...(prometheus && { metrics: prometheus }),
    });
    // The pools outlive us and have no way to unsubscribe; a stopped queue takes no key.
    pools.onWorkerChange((key) => this.queue.add(key));
  }

  start(): void {
    const { workers, pods, pools } = this.options.caches;
    this.unsubscribe = [
      workers.onChange((event) => workerNeedsPass(event) && this.queue.add(keyOf(event.object))),
      pods.onChange((event) => this.takePod(event)),
      pools.onChange((event) => {
        if (!specChanged(event)) return;
        for (const worker of workersOfPool(this.options.caches, event.object.metadata.uid))
          this.queue.add(keyOf(worker));
      }),
    ];
    for (const worker of workers.list()) this.queue.add(keyOf(worker));
  }

  stop(): void {
    for (const unsubscribe of this.unsubscribe) unsubscribe();
  }

  reconcile(key: string, signal?: AbortSignal): Promise<ReconcileResult> {
    const { context } = this;
    const events: EventInput[] = [];
    return runPass(
      {
        gather: () => {
          const snapshot = gather(context, key, context.clock.now());
          if (!snapshot) return context.memories.forget(key);
          context.memories.keep(key, snapshot.memory);
          this.measureStart(key, snapshot);
          return snapshot;
        },
        decide,
        apply: async ({ worker }, action) => {
          await apply(context, worker, action);
          if (action.type === 'report' && action.event) events.push(action.event);
        },
        settle: (snapshot, decision) => this.settle(snapshot, decision, events),
      },
      signal,
    );
  }

  private async settle({ worker }: WorkerSnapshot, { status }: Decision, events: readonly EventInput[]): Promise<void> {
    const { client, caches } = this.context;
    try {
      if (status) {
        await writeStatus<Worker>({ client, resource: WORKERS, object: worker, status, cache: caches.workers });
      }
    } catch (error) {
      // Somebody deleted the Worker meanwhile; the watch will say so.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    const target = { apiVersion: API_VERSION, kind: WORKER.kind, metadata: worker.metadata };
    for (const event of events) this.options.events.event(target, event);
  }

  private takePod({ type, object, old }: CacheEvent<RunPod>): void {
    const key = workerKeyOf(object);
    if (key === undefined) return;
    const { spans = NO_SPANS } = this.options;
    if (spans !== NO_SPANS && old && isLive(old) && !isLive(object))
      spansOfPod(object).forEach((span) => spans.record(span));
    if (type === 'deleted') this.rememberLost(key, object);
    this.queue.add(key);
  }

  /**
   * A Pod that vanishes takes the reason with it, unless its last state is kept. One in which a run may go on may have
   * lost no more than its label; one that ended, or whose deletion we asked for, needs no second look.
   */
  private rememberLost(key: string, pod: RunPod): void {
    const { memories, clock, caches, pools } = this.context;
    const { deleting } = memories.peek(key);
    if (isLive(pod) && !deleting.includes(pod.metadata.uid ?? '')) return memories.addVanished(key, pod);

    const worker = caches.workers.getByKey(key);
    const assignment = worker && assignmentOf(pools, worker);
    if (!worker || !assignment || !carriesOut(pod, assignment, worker.metadata.uid)) return;
    memories.keep(key, { ...memories.recall(key, assignment.fence, deleting, clock.now()), lostPod: pod });
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
