import { API_VERSION, GROUP, VERSION, WORKER, WORKER_POOL, type Worker, type WorkerPool } from '../api';
import { controllingWorkerUid, isLive, trimRunPod, type RunPod } from './run/pod';
import { Cache, type ResourceType } from './runtime';

export const WORKER_POOLS: ResourceType = {
  group: GROUP,
  version: VERSION,
  plural: WORKER_POOL.plural,
  kind: WORKER_POOL.kind,
};
export const WORKERS: ResourceType = { group: GROUP, version: VERSION, plural: WORKER.plural, kind: WORKER.kind };

/** What the controllers read: every pool, every Worker by its pool's UID, every run Pod by its Worker's UID. */
export interface Caches {
  readonly pools: Cache<WorkerPool>;
  readonly workers: Cache<Worker>;
  readonly pods: Cache<RunPod>;
}

export const INDEX = {
  pool: 'pool',
  worker: 'worker',
  /** By namespace, the Pods whose run has not ended. */
  runsIn: 'runsIn',
} as const;

export function createCaches(): Caches {
  return {
    pools: new Cache<WorkerPool>(),
    workers: new Cache<Worker>({ indexes: { [INDEX.pool]: (worker) => optional(poolUidOf(worker)) } }),
    pods: new Cache<RunPod>({
      indexes: {
        [INDEX.worker]: (pod) => optional(controllingWorkerUid(pod)),
        [INDEX.runsIn]: (pod) => (isLive(pod) ? optional(pod.metadata.namespace) : []),
      },
      transform: trimRunPod,
    }),
  };
}

/** The UID of the WorkerPool that controls the Worker. */
export function poolUidOf(worker: Worker): string | undefined {
  return worker.metadata.ownerReferences?.find(
    ({ controller, kind, apiVersion }) => controller && kind === WORKER_POOL.kind && apiVersion === API_VERSION,
  )?.uid;
}

/** `<pool>-<ulid lower-case>` gives the ULID; a Worker whose name was not made so has none. */
export function workerIdOf(worker: Worker): string | undefined {
  const id = worker.metadata.name.slice(-26).toUpperCase();
  return /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id) ? id : undefined;
}

/** The Pods of a Worker in which a run may still go on. */
export function livePods(caches: Pick<Caches, 'pods'>, worker: Worker): readonly RunPod[] {
  return caches.pods.byIndex(INDEX.worker, worker.metadata.uid).filter(isLive);
}

function optional(key: string | undefined): readonly string[] {
  return key === undefined ? [] : [key];
}
