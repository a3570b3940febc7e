import { isLive, workerBegan, type RunPod } from '../run';
import type { Plan } from './plan';
import type { WorkerSnapshot } from './snapshot';

/** Whether deleting the Pod is still to be asked for. */
export function isUnstarted(pod: RunPod, { memory }: WorkerSnapshot): boolean {
  const isGoing = pod.metadata.deletionTimestamp !== undefined || memory.deleting.includes(pod.metadata.uid ?? '');
  return isLive(pod) && !workerBegan(pod) && !isGoing;
}

/**
 * Pods whose run was given to somebody else. One that never began goes; one that did is left to its relay, which the
 * control plane's fence ends: nothing outside the Pod knows whether an apply is in the middle of something.
 */
export function decideStrayPods(snapshot: WorkerSnapshot): Plan {
  const unstarted = snapshot.pods.filter((pod) => isUnstarted(pod, snapshot));
  return { actions: unstarted.map((pod) => ({ type: 'deleteUnstartedPod', pod })) };
}
