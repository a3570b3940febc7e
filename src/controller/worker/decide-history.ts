import type { Assignment } from '../../protocol/messages';
import { applyHistoryLimits, carriesOut, hasSidecarsLeft, isBeingEnded, isLive } from '../run';
import { isDeletionAsked } from './memory';
import type { Plan } from './plan';
import type { Action, PoolFacts, WorkerSnapshot } from './snapshot';

/** Ended Pods go by the pool's history limits; the open assignment's Pod stays until its outcome is delivered. */
export function decideHistory(snapshot: WorkerSnapshot, pool: PoolFacts, assignment: Assignment | undefined): Plan {
  const { now, memory, worker } = snapshot;
  const ended = snapshot.pods.filter(
    (pod) =>
      !isLive(pod) &&
      !isDeletionAsked(memory, pod) &&
      !(assignment && carriesOut(pod, assignment, worker.metadata.uid)),
  );
  if (ended.length === 0) return { actions: [] };
  const { remove, nextAt } = applyHistoryLimits(ended, pool.object.spec ?? {}, now);
  const kept = ended.filter((pod) => !remove.includes(pod));
  return {
    actions: [
      ...remove.map((pod): Action => ({ type: 'deleteEndedPod', pod })),
      ...kept
        .filter((pod) => hasSidecarsLeft(pod) && !isBeingEnded(pod))
        .map((pod): Action => ({ type: 'endPod', pod })),
    ],
    ...(nextAt !== undefined && { wakeAt: nextAt }),
  };
}
