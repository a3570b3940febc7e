import type { Worker } from '../../api';
import type { Assignment } from '../../protocol/messages';
import { podsOfWorker, type Caches } from '../caches';
import type { PoolRegistry, WorkerSession } from '../pool-registry';
import { poolUidOf, workerIdOf } from '../resources';
import type { Memories } from './memory';
import type { WorkerSnapshot } from './snapshot';

/** What `gather` reads. */
export interface Sources {
  readonly caches: Caches;
  readonly pools: PoolRegistry;
  readonly memories: Memories;
}

/**
 * Everything known of a Worker at this moment; undefined once its object is gone, and for one whose name holds no ULID: it
 * is none of ours.
 */
export function gather({ caches, pools, memories }: Sources, key: string, now: number): WorkerSnapshot | undefined {
  const worker = caches.workers.getByKey(key);
  const workerId = worker && workerIdOf(worker);
  if (!worker || workerId === undefined) return undefined;
  const poolUid = poolUidOf(worker);
  const session = sessionOf(pools, worker);
  const pods = podsOfWorker(caches, worker);
  const view = session?.view(workerId);
  const uids = pods.map(({ metadata }) => metadata.uid ?? '');
  return {
    now,
    worker,
    workerId,
    pool: session && { ulid: session.ulid, object: session.pool, session: session.status },
    view,
    disconnectedSince: poolUid === undefined ? undefined : pools.disconnectedSince(poolUid),
    retired: session?.isRetired(workerId) ?? false,
    pods,
    memory: memories.recall(key, view?.assignment?.fence, uids, now),
  };
}

/** The run that the control plane gives the Worker, as far as it was heard. */
export function assignmentOf(pools: PoolRegistry, worker: Worker): Assignment | undefined {
  return sessionOf(pools, worker)?.view(workerIdOf(worker) ?? '')?.assignment ?? undefined;
}

export function sessionOf(pools: PoolRegistry, worker: Worker): WorkerSession | undefined {
  const poolUid = poolUidOf(worker);
  return poolUid === undefined ? undefined : pools.sessionOf(poolUid);
}
