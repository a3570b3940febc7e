/**
 * The controller runtime: what every Kubernetes controller needs and no domain word (docs/adr/0001).
 * Interfaces first; the declarations below are the stable contract of this room.
 */
import type { Registry } from 'prom-client';

// ---------------------------------------------------------------- objects

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

export interface KubeList<T> {
  /** The version of the whole list; where a watch starts. */
  resourceVersion: string;
  /** Present while there are further pages. */
  continue?: string;
  items: T[];
}

/** Where a resource lives in the API. `group` is '' for the core group. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
}

export declare const PODS: ResourceType;
export declare const SECRETS: ResourceType;
export declare const EVENTS: ResourceType;
export declare const LEASES: ResourceType;
export declare const NAMESPACES: ResourceType;

/** `namespace/name`, or `name` for cluster-scoped objects; the key of caches and queues. */
export declare function keyOf(object: KubeObject): string;
export declare function splitKey(key: string): { namespace: string | undefined; name: string };

// ---------------------------------------------------------------- client

export declare class KubeError extends Error {
  /** HTTP status; 0 when no response arrived. */
  readonly status: number;
  /** The API's `reason`, for example AlreadyExists; `ConnectionFailed` when no response arrived. */
  readonly reason: string;
  readonly retryAfterSeconds: number | undefined;
  readonly details: KubeErrorDetails | undefined;
}
export interface KubeErrorDetails {
  name?: string;
  kind?: string;
  causes?: { reason?: string; message?: string; field?: string }[];
  retryAfterSeconds?: number;
}
export declare function isAlreadyExists(error: unknown): error is KubeError;
export declare function isNotFound(error: unknown): error is KubeError;
/** A failed precondition (UID, resourceVersion), not AlreadyExists. */
export declare function isConflict(error: unknown): error is KubeError;
/** 422: the API server or an admission plugin says that the object itself is wrong. */
export declare function isInvalid(error: unknown): error is KubeError;
export declare function isForbidden(error: unknown): error is KubeError;
/** A Forbidden that a ResourceQuota caused; it may pass later. */
export declare function isQuotaExceeded(error: unknown): error is KubeError;
/** 410: the resource version or the continue token is too old. */
export declare function isGone(error: unknown): error is KubeError;
/** No answer, 408, 429 or 5xx: the same request may succeed later. */
export declare function isRetryable(error: unknown): error is KubeError;

export interface ListOptions {
  /** @default every namespace */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Page size; @default no paging */
  limit?: number;
  continue?: string;
  /** '0' lets the server answer from its cache; @default the newest state */
  resourceVersion?: string;
  signal?: AbortSignal;
}
export interface CreateOptions {
  dryRun?: boolean;
  fieldManager?: string;
  signal?: AbortSignal;
}
export interface PatchOptions {
  /** 'merge' is the one to use for custom resources; 'apply' is server-side apply and needs fieldManager. */
  type: 'merge' | 'json' | 'apply';
  subresource?: string;
  fieldManager?: string;
  /** Server-side apply only: take fields over from other managers. */
  force?: boolean;
  dryRun?: boolean;
  signal?: AbortSignal;
}
export interface DeleteOptions {
  /** Precondition; a different UID fails with a conflict. */
  uid?: string;
  resourceVersion?: string;
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  signal?: AbortSignal;
}
export interface WatchOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion: string;
  /** Asks the server to end the watch after this time; @default 300 */
  timeoutSeconds?: number;
  signal: AbortSignal;
}
export type WatchEvent<T extends KubeObject> =
  { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T } | { type: 'BOOKMARK'; object: KubeObject };

/**
 * Raw JSON over a keep-alive pool. Every method rejects with KubeError. Requests wait for the token bucket; 429, 5xx
 * and lost connections are retried a bounded number of times, honouring Retry-After, where repeating is safe (create
 * only where the server refused the request before working on it).
 */
export interface KubeClient {
  /** The object, or undefined when there is none. */
  get<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
    options?: { resourceVersion?: string; signal?: AbortSignal },
  ): Promise<T | undefined>;
  list<T extends KubeObject>(resource: ResourceType, options?: ListOptions): Promise<KubeList<T>>;
  create<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    body: T,
    options?: CreateOptions,
  ): Promise<T>;
  /** Replaces the whole object; needs metadata.resourceVersion for optimistic locking. */
  update<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    body: T,
    options?: { subresource?: string; signal?: AbortSignal },
  ): Promise<T>;
  patch<T extends KubeObject>(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
    body: unknown,
    options: PatchOptions,
  ): Promise<T>;
  /** True when the server accepted the deletion, false when the object was gone already. */
  delete(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
    options?: DeleteOptions,
  ): Promise<boolean>;
  /** Ends when the server closes the stream; throws KubeError on an error answer, a broken stream or an ERROR event. */
  watch<T extends KubeObject>(resource: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** A GET below the server's root whose body is text: `/version`, a container's log. */
  getText(path: string, options?: { signal?: AbortSignal }): Promise<string>;
  /** The same server and credentials, with an own connection and no share of the token bucket; for leases. */
  separate(options: { qps: number; burst: number; timeoutMs: number }): KubeClient;
  close(): Promise<void>;
}

export interface KubeClientOptions {
  /** Path of a kubeconfig; @default $KUBECONFIG, ~/.kube/config, then the Pod's service account */
  kubeconfig?: string;
  /** @default the current context */
  context?: string;
  /** Requests a second on average, watches not counted; @default 200 */
  qps?: number;
  /** Requests at once after a quiet time; @default 400 */
  burst?: number;
  /** Connections for requests; watches have their own; @default 32 */
  connections?: number;
  /** Limit of one request; @default 30,000 */
  timeoutMs?: number;
  userAgent?: string;
  logger?: Logger;
  clock?: Clock;
  metrics?: Registry;
}
export declare function createKubeClient(options?: KubeClientOptions): Promise<KubeClient>;

// ---------------------------------------------------------------- cache and reflector

export interface CacheEvent<T extends KubeObject> {
  type: 'added' | 'updated' | 'deleted';
  /** The new state; for `deleted` the last one known. */
  object: T;
  /** The state before, for `updated`. */
  old?: T;
}
export interface CacheOptions<T extends KubeObject> {
  /** Index name to the keys that an object is found by. */
  indexes?: Record<string, (object: T) => readonly string[]>;
  /** Trims an object before it is kept; managedFields are gone already. May change and return its argument. */
  transform?: (object: T) => T;
}
/** What controllers read. Objects in it are shared: never change them. */
export declare class Cache<T extends KubeObject> {
  constructor(options?: CacheOptions<T>);
  /** True once the first complete list is in, of every namespace watched. */
  readonly synced: boolean;
  readonly size: number;
  get(namespace: string | undefined, name: string): T | undefined;
  getByKey(key: string): T | undefined;
  byIndex(index: string, key: string): readonly T[];
  list(): T[];
  /** Calls the listener after each change; its exceptions are logged and reach nobody else. Returns an unsubscriber. */
  onChange(listener: (event: CacheEvent<T>) => void): () => void;
  /** Takes over the answer of our own write at once; older copies that arrive later are refused. */
  noteWritten(object: T): void;
  /** Takes over that our own delete removed the object (its answer was 404, or it had no finalizer and no grace). */
  noteDeleted(object: T): void;
}

export interface ReflectorOptions<T extends KubeObject> {
  client: KubeClient;
  resource: ResourceType;
  cache: Cache<T>;
  /** @default every namespace */
  namespaces?: readonly string[];
  labelSelector?: string;
  fieldSelector?: string;
  /** @default 500 */
  pageSize?: number;
  /** A watch that brings neither event nor bookmark for so long is replaced; @default 90,000 */
  watchdogMs?: number;
  /** Compares the cache with a fresh list so often and repairs it; @default 30 minutes, 0 for never */
  auditMs?: number;
  logger?: Logger;
  clock?: Clock;
  random?: () => number;
  metrics?: Registry;
}
/** Keeps a cache true to the API server: list, watch, and again, whatever happens. */
export declare class Reflector<T extends KubeObject> {
  constructor(options: ReflectorOptions<T>);
  start(): void;
  stop(): Promise<void>;
  /** Resolves when the cache is synced; rejects when stopped before. */
  whenSynced(): Promise<void>;
  /** The moment (ms of the clock) of the last proof that list or watch works. */
  readonly lastProgressAt: number;
}

// ---------------------------------------------------------------- queue, controller, manager

export interface ReconcileResult {
  /** Look again after so many ms, unless a change comes sooner. */
  requeueAfterMs?: number;
}
/** Thrown by reconcile when repeating cannot help before something changes: logged and counted, not retried. */
export declare class TerminalError extends Error {}

export interface WorkQueueOptions {
  name: string;
  reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | void>;
  /** Keys at work at once; @default 4 */
  concurrency?: number;
  /** First delay after a failure, doubled each time, with jitter; @default 100 */
  baseDelayMs?: number;
  /** @default 60,000 */
  maxDelayMs?: number;
  logger?: Logger;
  clock?: Clock;
  random?: () => number;
  metrics?: Registry;
}
/** De-duplicates keys, never works on the same key twice at once, backs off on errors. */
export declare class WorkQueue {
  constructor(options: WorkQueueOptions);
  readonly name: string;
  add(key: string): void;
  addAfter(key: string, delayMs: number): void;
  /** Keys added before start wait for it. */
  start(): void;
  /** Takes no further key, lets the running ones finish (their signal is aborted after graceMs). */
  stop(graceMs?: number): Promise<void>;
  /** Resolves when nothing waits for its turn or runs; delayed keys do not count. */
  whenIdle(): Promise<void>;
  readonly depth: number;
  /** How long the oldest waiting key or running pass has been there, in ms. */
  readonly oldestMs: number;
}

/** One controller: reconcile is level-based and gets only a key. */
export interface Controller {
  readonly name: string;
  readonly queue: WorkQueue;
  reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | void>;
  /** Called before the queue starts and after the caches are synced: subscribe, seed. */
  start?(): void | Promise<void>;
  /** Called after the queue stopped. */
  stop?(): void | Promise<void>;
}

// ---------------------------------------------------------------- leader election

export interface LeaderElectorOptions {
  client: KubeClient;
  namespace: string;
  /** Name of the Lease. */
  name: string;
  /** Who we are; @default <hostname>_<random> */
  identity?: string;
  /** @default 15,000 */
  leaseDurationMs?: number;
  /** @default 10,000 */
  renewDeadlineMs?: number;
  /** @default 2,000 */
  retryPeriodMs?: number;
  onStartedLeading(signal: AbortSignal): void | Promise<void>;
  onStoppedLeading(): void | Promise<void>;
  onNewLeader?(identity: string): void;
  logger?: Logger;
  clock?: Clock;
  random?: () => number;
  metrics?: Registry;
}
export declare class LeaderElector {
  constructor(options: LeaderElectorOptions);
  readonly isLeader: boolean;
  readonly leader: string | undefined;
  start(): void;
  /** Stops leading, then gives the Lease back so that the next one need not wait for it to expire. */
  stop(): Promise<void>;
}

// ---------------------------------------------------------------- events and status

export interface EventTarget {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}
export interface EventInput {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}
export interface EventRecorderOptions {
  client: KubeClient;
  /** reportingComponent, for example `workerpool-controller`. */
  component: string;
  instance?: string;
  logger?: Logger;
  clock?: Clock;
  metrics?: Registry;
}
/** Writes core/v1 Events in the background; repeats become a count; drops rather than queues for ever. */
export declare class EventRecorder {
  constructor(options: EventRecorderOptions);
  event(target: EventTarget, event: EventInput): void;
  /** Resolves when everything accepted so far is written or dropped. */
  flush(): Promise<void>;
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}
export type ConditionInput = Omit<Condition, 'lastTransitionTime'>;
/** The list with this condition in it; lastTransitionTime moves only when the status does. Returns the same array if nothing changed. */
export declare function setCondition(
  conditions: readonly Condition[] | undefined,
  input: ConditionInput,
  now: Date,
): readonly Condition[];

/** The JSON merge patch that turns `from` into `to`; undefined when they are equal. */
export declare function mergeDiff(from: unknown, to: unknown): unknown;

export interface WriteStatusOptions<T extends KubeObject> {
  client: KubeClient;
  resource: ResourceType;
  /** As read; its status is what the patch is computed against. */
  object: T & { status?: unknown };
  /** The whole wanted status. */
  status: unknown;
  /** Told of the written object. */
  cache?: Cache<T>;
  /** Refuse (conflict) when the object changed since it was read; @default false */
  optimisticLock?: boolean;
}
/** One minimal merge patch of the status subresource; none when nothing changed. Returns the newest object known. */
export declare function writeStatus<T extends KubeObject>(options: WriteStatusOptions<T>): Promise<T>;

// ---------------------------------------------------------------- surroundings

/** Structurally a pino logger. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Time as the runtime sees it; tests advance their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after delayMs; the result cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
}
export declare const systemClock: Clock;
/** Resolves after delayMs, or at once when the signal is aborted. */
export declare function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void>;
