import { isLive, workerBegan, type RunPod } from '../run';
import { isDeletionAsked } from './memory';
import type { Action, WorkerSnapshot } from './snapshot';

/** Deletes those Pods in which no run has begun, and leaves the others alone. */
export function deleteUnstarted({ memory }: WorkerSnapshot, pods: readonly RunPod[]): readonly Action[] {
  return pods
    .filter((pod) => isLive(pod) && !workerBegan(pod) && !isDeletionAsked(memory, pod))
    .map((pod) => ({ type: 'deleteUnstartedPod', pod }));
}
