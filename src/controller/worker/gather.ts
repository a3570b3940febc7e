import type { Worker } from '../../api';
import type { Assignment } from '../../protocol/messages';
import { INDEX, type Caches } from '../caches';
import { poolUidOf, workerIdOf } from '../resources';
import type { PoolHandle, PoolRegistry } from '../pool-registry';
import { keyOf } from '../runtime';
import type { Memories } from './memory';
import type { WorkerSnapshot } from './snapshot';

export interface Sources {
  readonly caches: Caches;
  readonly registry: PoolRegistry;
  readonly memories: Memories;
}

/** Everything known about a Worker at this moment; undefined for one whose name holds no ULID: it is none of ours. */
export function gather(sources: Sources, worker: Worker, now: number): WorkerSnapshot | undefined {
  const workerId = workerIdOf(worker);
  if (workerId === undefined) return undefined;
  const poolUid = poolUidOf(worker);
  const handle = handleOf(sources.registry, worker);
  const pods = sources.caches.pods.byIndex(INDEX.worker, worker.metadata.uid);
  const view = handle?.view(workerId);
  const uids = pods.map(({ metadata }) => metadata.uid ?? '');
  return {
    now,
    worker,
    workerId,
    pool: handle && { ulid: handle.ulid, object: handle.pool, session: handle.status },
    view,
    disconnectedSince: poolUid === undefined ? undefined : sources.registry.disconnectedSince(poolUid),
    retired: handle?.isRetired(workerId) ?? false,
    pods,
    memory: sources.memories.recall(keyOf(worker), view?.assignment?.fence, uids, now),
  };
}

/** The run that the control plane gives the Worker, as far as it was heard. */
export function assignmentOf(registry: PoolRegistry, worker: Worker): Assignment | undefined {
  return handleOf(registry, worker)?.view(workerIdOf(worker) ?? '')?.assignment ?? undefined;
}

export function handleOf(registry: PoolRegistry, worker: Worker): PoolHandle | undefined {
  const poolUid = poolUidOf(worker);
  return poolUid === undefined ? undefined : registry.byUid(poolUid);
}
