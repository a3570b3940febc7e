import type { Worker, WorkerPool, WorkerPoolSpec } from '../../../src/api';
import { createCaches } from '../../../src/controller/caches';
import type { PoolRegistry, WorkerSession } from '../../../src/controller/pool-registry';
import type { RunPod, RunPodStatus } from '../../../src/controller/run';
import { KubeError, silentLogger, type EventInput, type KubeClient } from '../../../src/controller/runtime';
import type { Clock } from '../../../src/time';
import { NO_SPANS, type OverSpan } from '../../../src/tracing/spans';
import { WorkerController } from '../../../src/controller/worker/controller';
import type { Assignment, ReportRequest, ReportResponse, WorkerView } from '../../../src/protocol/messages';
import { aPool, containers, exited, NOW, POOL_ULID, running, WORKER_ID, WORKER_METADATA } from '../run/fixtures';
import { CONNECTED } from './fixtures';

// Jest's own structuredClone makes objects of another realm, which are never deeply and strictly equal to ours.
globalThis.structuredClone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export const WORKING = containers({ relay: running, worker: running });
export const SUCCEEDED = containers({ relay: exited(0), worker: exited(0) }, { phase: 'Succeeded' });
export const KILLED = containers({ relay: exited(80), worker: exited(137, 'OOMKilled') }, { phase: 'Failed' });

type Report = Omit<ReportRequest, 'session'>;

/**
 * One Worker with an API server and a control plane in memory, in which anything can be made to fail. The real ones are
 * met in test/integration; here it is about what no real one does on request.
 */
export class World {
  /** Requests to the API server, in words. */
  readonly requests: string[] = [];
  readonly reports: Report[] = [];
  readonly events: EventInput[] = [];
  readonly spans: OverSpan[] = [];
  readonly pool: WorkerPool & { spec: WorkerPoolSpec } = { ...aPool(), spec: { ...aPool().spec } };
  /** What the API server holds; the cache follows only by `deliver`. */
  readonly stored = new Map<string, RunPod>();
  now = NOW;
  view: WorkerView = { id: WORKER_ID, revision: 1, drained: false, retiring: false, removed: false, assignment: null };
  retired = false;
  disconnectedSince: number | undefined;
  /** The control plane hears the run's relay, whatever the controller says. */
  relayHeard = false;
  readonly caches = createCaches();
  private readonly failures: { readonly request: string; readonly error: Error }[] = [];
  private readonly surprises: { readonly request: string; readonly act: () => unknown }[] = [];
  private version = 100;
  private controller: WorkerController;

  constructor() {
    const owner = {
      apiVersion: 'workers.spacelift.io/v1beta1',
      kind: 'WorkerPool',
      name: 'pool',
      uid: 'pool-uid',
      controller: true,
    };
    const finalizers = ['workers.spacelift.io/retire'];
    this.caches.workers.noteWritten({ metadata: { ...WORKER_METADATA, finalizers, ownerReferences: [owner] } });
    this.controller = this.start();
  }

  /** Another process takes over: what was remembered is gone. */
  restart(): void {
    this.controller = this.start();
  }

  get key(): string {
    return `team/${WORKER_METADATA.name}`;
  }

  get worker(): Worker | undefined {
    return this.caches.workers.getByKey(this.key);
  }

  get pods(): RunPod[] {
    return [...this.stored.values()];
  }

  assign(assignment: Assignment | null): void {
    this.view = { ...this.view, revision: this.view.revision + 1, assignment };
  }

  /** From the assignment to a Pod that works. */
  async work(assignment: Assignment): Promise<void> {
    this.assign(assignment);
    await this.pass();
    this.assign({ ...assignment, started: true });
    this.setPodStatus(WORKING);
    await this.pass();
  }

  /** Kinds of the reports so far. */
  get reported(): string[] {
    return this.reports.map(({ report }) => report.kind);
  }

  /** Makes the next request or report that begins so fail. */
  failNext(request: string, error: Error): void {
    this.failures.push({ request, error });
  }

  /** Does something in the moment in which the next request or report that begins so arrives. */
  whenAsked(request: string, act: () => unknown): void {
    this.surprises.push({ request, act });
  }

  pass(): Promise<{ requeueAfterMs?: number } | void> {
    return this.controller.reconcile(this.key);
  }

  /** The kubelet writes, and the watch delivers. */
  setPodStatus(status: RunPodStatus): void {
    for (const pod of this.pods) this.put({ ...pod, status });
    this.deliver();
  }

  put(pod: RunPod): RunPod {
    this.version += 1;
    const stored = { ...pod, metadata: { ...pod.metadata, resourceVersion: String(this.version) } };
    this.stored.set(pod.metadata.name, stored);
    return stored;
  }

  /** Somebody else removes every Pod, and the watch delivers. */
  removePods(): void {
    for (const pod of this.pods) {
      this.stored.delete(pod.metadata.name);
      this.caches.pods.remove(pod);
    }
  }

  /** Somebody takes the label off by which run Pods are watched: to the watch the Pod is gone. */
  removeLabel(): void {
    for (const pod of this.pods) {
      const { 'workers.spacelift.io/workerpool': _, ...labels } = pod.metadata.labels ?? {};
      this.put({ ...pod, metadata: { ...pod.metadata, labels } });
      this.caches.pods.remove(pod);
    }
  }

  deliver(): void {
    for (const pod of this.pods) this.caches.pods.noteWritten(pod);
  }

  deleteWorker(): void {
    const { worker } = this;
    if (!worker) throw new Error('the Worker is gone');
    this.version += 1;
    const metadata = {
      ...worker.metadata,
      resourceVersion: String(this.version),
      deletionTimestamp: new Date(this.now).toISOString(),
    };
    this.caches.workers.noteWritten({ ...worker, metadata });
  }

  private start(): WorkerController {
    const session: WorkerSession = {
      ulid: POOL_ULID,
      pool: this.pool,
      status: CONNECTED,
      report: (report) => this.report(report),
      view: () => this.view,
      isRetired: () => this.retired,
      retire: () => this.retire(),
    };
    const pools: PoolRegistry = {
      sessionOf: () => session,
      disconnectedSince: () => this.disconnectedSince,
      onWorkerChange: () => undefined,
    };
    const clock: Clock = { now: () => this.now, monotonic: () => this.now, setTimer: () => () => undefined };
    const events = { event: (_target: unknown, event: EventInput) => void this.events.push(event) };
    const controller = new WorkerController({
      client: this.client(),
      caches: this.caches,
      pools,
      events: events as never,
      logger: silentLogger,
      clock,
      random: () => 1,
      spans: { ...NO_SPANS, record: (span) => void this.spans.push(span) },
      concurrency: 1,
    });
    controller.start();
    return controller;
  }

  private retire(): Promise<boolean> {
    this.requests.push('retire');
    const failure = this.takeFailure('retire');
    if (failure) return Promise.reject(failure);
    this.retired = this.view.assignment === null;
    this.view = { ...this.view, revision: this.view.revision + 1, retiring: true, removed: this.retired };
    return Promise.resolve(this.retired);
  }

  private report(report: Report): Promise<ReportResponse> {
    this.reports.push(report);
    const failure = this.takeFailure(`report ${report.report.kind}`);
    if (failure) return Promise.reject(failure);
    const isLoss = report.report.kind === 'failed' && report.report.reason === 'NodeLost';
    const relayHeard = isLoss && this.relayHeard;
    return Promise.resolve({ accepted: !relayHeard, relayHeard });
  }

  private takeFailure(request: string): Error | undefined {
    const next = this.surprises.findIndex((surprise) => request.startsWith(surprise.request));
    if (next >= 0) this.surprises.splice(next, 1)[0]?.act();
    const at = this.failures.findIndex((failure) => request.startsWith(failure.request));
    return at < 0 ? undefined : this.failures.splice(at, 1)[0]?.error;
  }

  private client(): KubeClient {
    const request = (words: string): void => {
      this.requests.push(words);
      const failure = this.takeFailure(words);
      if (failure) throw failure;
    };
    const client = {
      create: (pod: RunPod) => {
        request('create');
        const { name } = pod.metadata;
        if (this.stored.has(name)) throw refused(409, 'AlreadyExists');
        const creationTimestamp = new Date(this.now).toISOString();
        return this.put({ ...pod, metadata: { ...pod.metadata, uid: `uid ${name}`, creationTimestamp } });
      },
      get: (name: string) => {
        request('get');
        return this.stored.get(name);
      },
      patch: (kind: string, name: string, body: object, subresource: string | undefined) => {
        request(`patch ${kind}${subresource ? ` ${subresource}` : ''}`);
        const before = kind === 'Worker' ? this.worker : this.stored.get(name);
        if (!before) throw refused(404, 'NotFound');
        this.version += 1;
        const after = merged(merged(before, body), { metadata: { resourceVersion: String(this.version) } });
        if (kind === 'Pod') this.stored.set(name, after as RunPod);
        return after;
      },
      delete: (name: string, options: { uid: string; resourceVersion: string }) => {
        request('delete');
        const pod = this.stored.get(name);
        if (!pod) return false;
        const { uid, resourceVersion } = pod.metadata;
        if (uid !== options.uid || resourceVersion !== options.resourceVersion) throw refused(409, 'Conflict');
        this.stored.delete(name);
        this.caches.pods.remove(pod);
        return true;
      },
    };
    type Call = (resource: { kind: string }, namespace: string, ...rest: never[]) => Promise<unknown>;
    const calls: Record<string, Call> = {
      create: async (_resource, _namespace, pod) => Promise.resolve(client.create(pod)),
      get: async (_resource, _namespace, name) => Promise.resolve(client.get(name)),
      patch: async ({ kind }, _namespace, name, body, options: { subresource?: string }) =>
        Promise.resolve(client.patch(kind, name, body, options.subresource)),
      delete: async (_resource, _namespace, name, options) => Promise.resolve(client.delete(name, options)),
    };
    return calls as unknown as KubeClient;
  }
}

export function refused(status: number, reason: string, message = reason): KubeError {
  return new KubeError({ status, reason, message });
}

function merged(before: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(typeof before === 'object' ? before : {}) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}
