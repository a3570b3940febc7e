import type { Worker, WorkerPool } from '../api';
import { poolUidOf, workerUidOf } from './resources';
import { isLive, type RunPod } from './run';
import { Cache, SharedValues } from './runtime';
import { trimRunPod, trimWorker } from './trim';

/** What the controllers read. */
export interface Caches {
  readonly pools: Cache<WorkerPool>;
  readonly workers: Cache<Worker>;
  readonly pods: Cache<RunPod>;
}

const BY_POOL = 'pool';
const BY_WORKER = 'worker';
const LIVE_BY_NAMESPACE = 'liveByNamespace';

export function createCaches(): Caches {
  const shared = new SharedValues();
  return {
    pools: new Cache<WorkerPool>(),
    workers: new Cache<Worker>({
      indexes: { [BY_POOL]: (worker) => optional(poolUidOf(worker)) },
      transform: (worker) => trimWorker(worker, shared),
    }),
    pods: new Cache<RunPod>({
      indexes: {
        [BY_WORKER]: (pod) => optional(workerUidOf(pod)),
        [LIVE_BY_NAMESPACE]: (pod) => (isLive(pod) ? optional(pod.metadata.namespace) : []),
      },
      transform: (pod) => trimRunPod(pod, shared),
    }),
  };
}

/** Every Worker that the pool controls. */
export function workersOfPool({ workers }: Pick<Caches, 'workers'>, poolUid: string): readonly Worker[] {
  return workers.byIndex(BY_POOL, poolUid);
}

/** Every run Pod that the Worker controls. */
export function podsOfWorker({ pods }: Pick<Caches, 'pods'>, { metadata }: Worker): readonly RunPod[] {
  return pods.byIndex(BY_WORKER, metadata.uid);
}

export function livePodsOfWorker(caches: Pick<Caches, 'pods'>, worker: Worker): readonly RunPod[] {
  return podsOfWorker(caches, worker).filter(isLive);
}

export function livePodsIn({ pods }: Pick<Caches, 'pods'>, namespace: string): readonly RunPod[] {
  return pods.byIndex(LIVE_BY_NAMESPACE, namespace);
}

function optional(key: string | undefined): readonly string[] {
  return key === undefined ? [] : [key];
}
