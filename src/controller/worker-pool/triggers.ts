import type { Worker, WorkerPool } from '../../api';
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
