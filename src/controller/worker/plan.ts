import type { Assignment, OutcomeReason } from '../../protocol/messages';
import type { Problem } from '../run';
import type { Action, AssignmentRef, WorkerSnapshot } from './snapshot';

/** What one part of the decision wants. */
export interface Plan {
  readonly actions: readonly Action[];
  /** Look again at this time, in ms since the epoch. */
  readonly wakeAt?: number | undefined;
  /** What keeps the run's Pod from starting. */
  readonly problem?: Problem;
  /** What else the Worker waits for, for its condition. */
  readonly waitsFor?: WaitsFor;
}

export interface WaitsFor {
  readonly reason: string;
  readonly message: string;
}

export const NOTHING_TO_DO: Plan = { actions: [] };

export function joinPlans(plans: readonly (Plan | undefined)[]): Plan {
  const given = plans.filter((plan) => plan !== undefined);
  const wakeAt = earliest(given.map((plan) => plan.wakeAt));
  const problem = given.find((plan) => plan.problem)?.problem;
  const waitsFor = given.find((plan) => plan.waitsFor)?.waitsFor;
  return {
    actions: given.flatMap(({ actions }) => actions),
    ...(wakeAt !== undefined && { wakeAt }),
    ...(problem && { problem }),
    ...(waitsFor && { waitsFor }),
  };
}

export function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

/** A problem whose words change is reported again so often. */
const REPORT_AGAIN_MS = 60_000;
/** The control plane, which still hears the run's relay, is asked again so often whether the run is lost. */
const ASK_AGAIN_MS = 30_000;

export function created(assignment: Assignment, podName: string): Action {
  return { type: 'report', about: about(assignment), report: { kind: 'created', podName } };
}

/** Reports a problem when it is new, when more is known of it than before, and now and then when its words vary. */
export function waiting({ memory, now }: WorkerSnapshot, assignment: Assignment, problem: Problem): Plan {
  const { reason, sentence: message, key, sentence, detailed } = problem;
  const { reportedProblem: before } = memory;
  if (before?.key === key && (before.detailed || !detailed)) {
    const isOld = problem.varies === true && before.sentence !== sentence;
    const againAt = before.at + REPORT_AGAIN_MS;
    if (!isOld || now < againAt) return { actions: [], problem, ...(isOld && { wakeAt: againAt }) };
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
