import type { Assignment, OutcomeReason } from '../../protocol/messages';
import type { Problem } from '../run';
import type { Memory } from './memory';
import type { Action, AssignmentRef } from './snapshot';

export function created(assignment: Assignment, podName: string): Action {
  return { type: 'report', about: about(assignment), report: { kind: 'created', podName } };
}

/** Tells a problem when it is new, or when more is known of it than was told. */
export function waiting(memory: Memory, assignment: Assignment, problem: Problem): Action[] {
  const { reason, sentence: message, key, sentence, detailed } = problem;
  const { told } = memory;
  if (told?.key === key && (told.detailed || !detailed)) return [];
  return [
    {
      type: 'report',
      about: about(assignment),
      report: { kind: 'waiting', reason, message },
      event: { type: 'Warning', reason, message },
      problem: { key, sentence, detailed },
    },
  ];
}

export function failed(assignment: Assignment, reason: OutcomeReason, message: string, problem?: Problem): Action {
  return {
    type: 'report',
    about: about(assignment),
    report: { kind: 'failed', reason, message },
    ...(problem && { event: { type: 'Warning', reason: problem.reason, message: problem.sentence } }),
  };
}

export function released(assignment: Assignment): Action {
  return { type: 'report', about: about(assignment), report: { kind: 'released' } };
}

function about({ runId, attempt, fence }: Assignment): AssignmentRef {
  return { runId, attempt, fence };
}
