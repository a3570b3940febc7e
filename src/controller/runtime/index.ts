/** The controller runtime: what every Kubernetes controller needs, and no domain word (docs/adr/0001-own-controller-runtime.md). */
export { Cache } from './cache';
export type { CacheEvent } from './cache';
export { createKubeClient } from './client';
export type { KubeClientOptions } from './client';
export type { KubeClient, WatchOptions } from './client-types';
export { deleteObject } from './delete-object';
export {
  errorFromAnswer,
  isAborted,
  isAlreadyExists,
  isConflict,
  isGone,
  isHalted,
  isNotFound,
  KubeError,
  messageOf,
} from './errors';
export type { EventInput } from './event-correlator';
export { EventRecorder } from './event-recorder';
export { startHealthServer } from './health';
export type { HealthServer } from './health';
export { instrument } from '../../metrics/instrument';
export { LeaderElector } from './leader-elector';
export type { LeaderElectorOptions } from './leader-elector';
export { Leadership } from './leadership';
export { silentLogger } from './logger';
export type { Logger } from './logger';
export { LruMap } from './lru-map';
export { SharedValues } from './shared-values';
export { Manager } from './manager';
export type { Controller, ManagedReflector } from './manager';
export { apiVersionOf, CONFIG_MAPS, controllerOf, keyFor, keyOf, PODS, SECRETS } from './objects';
export type { KubeObject, ResourceType } from './objects';
export { runPass } from './pass';
export { endSentence, explainRefusal, refusalOf } from './refusal';
export type { RefusalKind } from './refusal';
export { Reflector } from './reflector';
export type { ReflectorOptions } from './reflector';
export { mergeDiff, setCondition, timestamp, writeStatus } from './status';
export { WorkQueue } from './work-queue';
export type { Reconcile, ReconcileResult, WorkQueueOptions } from './work-queue';
