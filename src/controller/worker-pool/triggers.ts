import type { Worker, WorkerPool } from '../../api';
import { WORKER_POOL } from '../../api';
import type { Caches } from '../caches';
import { isLive, type RunPod } from '../run/pod';
import type { CacheEvent } from '../runtime';

/** Whether a change of a WorkerPool asks for a pass: its own status does not. */
export function isPoolsBusiness({ type, object, old }: CacheEvent<WorkerPool>): boolean {
  if (type !== 'updated' || !old) return true;
  const [after, before] = [object.metadata, old.metadata];
  return (
    after.uid !== before.uid ||
    after.generation !== before.generation ||
    after.deletionTimestamp !== before.deletionTimestamp ||
    JSON.stringify([after.finalizers, after.labels]) !== JSON.stringify([before.finalizers, before.labels])
  );
}

/** Whether a change of a Worker concerns its pool: it came, goes or is gone; its status is its own business. */
export function workerNeedsPoolLook({ type, object, old }: CacheEvent<Worker>): boolean {
  return type !== 'updated' || object.metadata.deletionTimestamp !== old?.metadata.deletionTimestamp;
}

/** `namespace/name` of the pool that controls the Worker. */
export function poolKeyOf(worker: Worker): string | undefined {
  const owner = worker.metadata.ownerReferences?.find(
    ({ controller, kind }) => controller && kind === WORKER_POOL.kind,
  );
  return owner && `${worker.metadata.namespace}/${owner.name}`;
}

/** The Worker whose Pod ended, if it did: a pool waits for that when the Worker is to go. */
export function workerOfEndedPod({ type, object }: CacheEvent<RunPod>, caches: Caches): Worker | undefined {
  if (type !== 'deleted' && isLive(object)) return undefined;
  const { namespace, ownerReferences } = object.metadata;
  const owner = ownerReferences?.find(({ controller }) => controller);
  return owner && caches.workers.get(namespace, owner.name);
}
