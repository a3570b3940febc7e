import type { Assignment, OutcomeReason } from '../../protocol/messages';
import type { Problem } from '../run';
import type { Plan } from './plan';
import type { Action, AssignmentRef, WorkerSnapshot } from './snapshot';

/** A problem whose words change is told again so often. */
const TELL_AGAIN_MS = 60_000;
/** The control plane, which still hears the run's relay, is asked again so often whether the run is lost. */
const ASK_AGAIN_MS = 30_000;

export function created(assignment: Assignment, podName: string): Action {
  return { type: 'report', about: about(assignment), report: { kind: 'created', podName } };
}

/** Tells a problem when it is new, when more is known of it than was told, and now and then when its words vary. */
export function waiting({ memory, now }: WorkerSnapshot, assignment: Assignment, problem: Problem): Plan {
  const { reason, sentence: message, key, sentence, detailed } = problem;
  const { told } = memory;
  if (told?.key === key && (told.detailed || !detailed)) {
    const isOld = problem.varies === true && told.sentence !== sentence;
    const tellAt = told.at + TELL_AGAIN_MS;
    if (!isOld || now < tellAt) return { actions: [], problem, ...(isOld && { wakeAt: tellAt }) };
  }
  const report: Action = {
    type: 'report',
    about: about(assignment),
    report: { kind: 'waiting', reason, message },
    event: { type: 'Warning', reason, message },
    problem: { key, sentence, detailed },
  };
  return { actions: [report], problem };
}

/** The run has failed. A lost node is the one thing that the control plane may know better. */
export function failed(
  { memory, now }: WorkerSnapshot,
  assignment: Assignment,
  reason: OutcomeReason,
  message: string,
  problem?: Problem,
): Plan {
  const askAt = (memory.relayHeardAt ?? -Infinity) + ASK_AGAIN_MS;
  if (reason === 'NodeLost' && now < askAt) return { actions: [], wakeAt: askAt };
  const report: Action = {
    type: 'report',
    about: about(assignment),
    report: { kind: 'failed', reason, message },
    ...(problem && { event: { type: 'Warning', reason: problem.reason, message: problem.sentence } }),
  };
  return { actions: [report] };
}

export function released(assignment: Assignment): Action {
  return { type: 'report', about: about(assignment), report: { kind: 'released' } };
}

function about({ runId, attempt, fence }: Assignment): AssignmentRef {
  return { runId, attempt, fence };
}
