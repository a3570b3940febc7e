/** The controller runtime: what every Kubernetes controller needs, and no domain word (docs/adr/0001-own-controller-runtime.md). */
export { Cache } from './cache';
export type { CacheEvent, CacheOptions } from './cache';
export { createKubeClient } from './client';
export type { KubeClientOptions } from './client';
export type {
  CreateOptions,
  DeleteOptions,
  KubeClient,
  ListOptions,
  PatchOptions,
  ReadOptions,
  UpdateOptions,
  WatchEvent,
  WatchOptions,
} from './client-types';
export {
  errorFromAnswer,
  isAborted,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isHalted,
  isInvalid,
  isNotFound,
  isQuotaExceeded,
  isRetryable,
  isUnauthorized,
  KubeError,
  messageOf,
  TerminalError,
} from './errors';
export type { KubeErrorDetails, KubeErrorInput } from './errors';
export { EventRecorder } from './event-recorder';
export type { EventInput, EventRecorderOptions, EventTarget } from './event-recorder';
export { startHealthServer } from './health';
export type { HealthCheck, HealthServer, HealthServerOptions } from './health';
export { LeaderElector } from './leader-elector';
export type { LeaderElectorOptions } from './leader-elector';
export { Leadership } from './leadership';
export type { Permit } from './leadership';
export { silentLogger } from './logger';
export type { Logger } from './logger';
export { LruMap } from './lru-map';
export { Manager } from './manager';
export type { Controller, ManagedReflector, ManagerOptions } from './manager';
export { apiVersionOf, EVENTS, keyFor, keyOf, LEASES, NAMESPACES, PODS, SECRETS, splitKey } from './objects';
export type { KubeList, KubeObject, ObjectMeta, OwnerReference, ResourceType } from './objects';
export { endSentence, explainRefusal, refusalOf } from './refusal';
export type { Refusal, RefusalKind, RefusedWish } from './refusal';
export { Reflector } from './reflector';
export type { ReflectorOptions } from './reflector';
export { mergeDiff, setCondition, timestamp, writeStatus } from './status';
export type { Condition, ConditionInput, WriteStatusOptions } from './status';
export { WorkQueue } from './work-queue';
export type { Reconcile, ReconcileResult, WorkQueueOptions } from './work-queue';
