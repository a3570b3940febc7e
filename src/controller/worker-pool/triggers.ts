import type { Worker, WorkerPool } from '../../api';
import { isLive, type RunPod } from '../run';
import type { CacheEvent } from '../runtime';

/** Whether a change of a WorkerPool asks for a pass: its own status does not. */
export function poolNeedsPass({ type, object, old }: CacheEvent<WorkerPool>): boolean {
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
export function workerNeedsPass({ type, object, old }: CacheEvent<Worker>): boolean {
  return type !== 'updated' || object.metadata.deletionTimestamp !== old?.metadata.deletionTimestamp;
}

/** Whether the run of a Pod is over, or the Pod is gone. */
export function podEnded({ type, object }: CacheEvent<RunPod>): boolean {
  return type === 'deleted' || !isLive(object);
}
