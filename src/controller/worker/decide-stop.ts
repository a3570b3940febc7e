import { REASON } from '../../api/conditions';
import { DEFAULTS } from '../../api/defaults';
import type { Assignment } from '../../protocol/messages';
import { sentences, type RunPod } from '../run';
import { failed, waiting, type Plan } from './plan';
import type { WorkerSnapshot } from './snapshot';

/** A relay that has not carried out a stop so long after the Pod's grace time is told of. */
const TELL_AFTER_MS = 30_000;
/** So long after the grace time the Pod is ended from outside. */
export const STOP_PATIENCE_MS = 180_000;

/** A started run that is to stop and goes on; undefined while its relay has time to carry the stop out. */
export function decideStop(snapshot: WorkerSnapshot, assignment: Assignment, pod: RunPod): Plan | undefined {
  const endAt = stopEndsAt(assignment, pod);
  if (endAt === undefined || !assignment.stop) return undefined;
  const { now } = snapshot;
  const tellAt = endAt - STOP_PATIENCE_MS + TELL_AFTER_MS;
  const { reason } = assignment.stop;
  if (now >= endAt) return failed(snapshot, assignment, 'Cancelled', sentences.stopEnforced(reason));
  if (now < tellAt) return { actions: [], wakeAt: tellAt };
  const sentence = sentences.stopPending(reason, new Date(endAt));
  const problem = { key: 'stop', reason: REASON.stopPending, sentence, detailed: true } as const;
  const { actions } = waiting(snapshot, assignment, { ...problem, outcome: 'Cancelled', hopeless: false });
  return { actions, waitsFor: { reason: problem.reason, message: sentence }, wakeAt: endAt };
}

/**
 * When the Pod is to be ended from outside, because nobody inside carries out the stop; undefined for a run that has not
 * started, or is not to stop.
 */
export function stopEndsAt({ started, stop }: Assignment, pod: RunPod): number | undefined {
  if (!started || stop?.at === undefined) return undefined;
  const grace = pod.spec.terminationGracePeriodSeconds ?? DEFAULTS.terminationGracePeriodSeconds;
  return stop.at + grace * 1_000 + STOP_PATIENCE_MS;
}
