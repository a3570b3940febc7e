import type { Assignment } from '../../protocol/messages';
import { applyHistoryLimits, carriesOut, hasEnded, hasSidecarsLeft, type RunPod } from '../run';
import type { Plan } from './plan';
import { OVER_SECONDS, type Action, type PoolFacts, type WorkerSnapshot } from './snapshot';

/** Ended Pods go by the pool's history limits; the open assignment's Pod stays until its outcome is delivered. */
export function decideHistory(snapshot: WorkerSnapshot, pool: PoolFacts, assignment: Assignment | undefined): Plan {
  const { now, memory, worker } = snapshot;
  const ended = snapshot.pods.filter(
    (pod) =>
      hasEnded(pod) &&
      pod.metadata.deletionTimestamp === undefined &&
      !memory.deleting.includes(pod.metadata.uid ?? '') &&
      !(assignment && carriesOut(pod, assignment, worker.metadata.uid)),
  );
  if (ended.length === 0) return { actions: [] };
  const { remove, nextAt } = applyHistoryLimits(ended, pool.object.spec ?? {}, now);
  const kept = ended.filter((pod) => !remove.includes(pod));
  return {
    actions: [
      ...remove.map((pod): Action => ({ type: 'deleteEndedPod', pod })),
      ...kept.filter(isToBeEnded).map((pod): Action => ({ type: 'endPod', pod })),
    ],
    ...(nextAt !== undefined && { wakeAt: nextAt }),
  };
}

function isToBeEnded(pod: RunPod): boolean {
  return hasSidecarsLeft(pod) && pod.spec.activeDeadlineSeconds !== OVER_SECONDS;
}
