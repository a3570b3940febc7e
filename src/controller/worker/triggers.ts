import { isDeepStrictEqual } from 'node:util';
import type { Worker, WorkerPool } from '../../api';
import type { CacheEvent } from '../runtime';

/**
 * Whether a change of a Worker asks for a pass. Its own status writes do, too, of which nothing follows: what somebody else
 * has written into a status looks the same, and is put right.
 */
export function workerNeedsPass({ type, object, old }: CacheEvent<Worker>): boolean {
  if (type !== 'updated' || !old) return true;
  const [after, before] = [object.metadata, old.metadata];
  return (
    after.uid !== before.uid ||
    after.deletionTimestamp !== before.deletionTimestamp ||
    JSON.stringify(after.finalizers) !== JSON.stringify(before.finalizers) ||
    !isDeepStrictEqual(object.status, old.status)
  );
}

/** Whether a change of a pool concerns its Workers: what could not be made from the old spec may go now, or be kept no longer. */
export function specChanged({ type, object, old }: CacheEvent<WorkerPool>): boolean {
  return type !== 'updated' || object.metadata.generation !== old?.metadata.generation;
}
