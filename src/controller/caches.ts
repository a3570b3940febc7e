import type { Worker, WorkerPool } from '../api';
import { poolUidOf, workerUidOf } from './resources';
import { isLive, trimRunPod, type RunPod } from './run';
import { Cache } from './runtime';

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
        [INDEX.worker]: (pod) => optional(workerUidOf(pod)),
        [INDEX.runsIn]: (pod) => (isLive(pod) ? optional(pod.metadata.namespace) : []),
      },
      transform: trimRunPod,
    }),
  };
}

/** The Pods of a Worker in which a run may still go on. */
export function livePods(caches: Pick<Caches, 'pods'>, worker: Worker): readonly RunPod[] {
  return caches.pods.byIndex(INDEX.worker, worker.metadata.uid).filter(isLive);
}

function optional(key: string | undefined): readonly string[] {
  return key === undefined ? [] : [key];
}
