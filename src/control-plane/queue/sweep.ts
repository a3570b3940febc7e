import { PARTITION_LEASE_MS, RUN_LEASE_MS, SESSION_LEASE_MS } from '../../protocol/leases';
import type { AssignmentRecord } from '../store/records';
import type { QueueContext } from './context';
import { endWithoutSuccess, withdraw } from './lifecycle';

/** A session that is silent for this long loses its idle workers; it registers them again when it comes back. */
export const FORGET_SESSION_MS = 10 * 60_000;
/** Removed workers stay known for this long, so that their owners hear of it. */
const FORGET_REMOVED_MS = 60 * 60_000;
/** How long past the start deadline the controller has to report what kept the Pod. */
export const START_GRACE_MS = 60_000;

/** What is known of an attempt under way. */
export interface AttemptFacts {
  readonly started: boolean;
  readonly sessionSilenceMs: number;
  readonly relaySilenceMs: number;
  readonly podWasObserved: boolean;
  /** Negative before the deadline. */
  readonly pastStartDeadlineMs: number;
}

export type Verdict =
  | { readonly kind: 'keep' }
  | { readonly kind: 'withdraw'; readonly why: string }
  | {
      readonly kind: 'lose';
      readonly reason: 'StartTimeout' | 'NodeLost' | 'ControlPlaneLost';
      readonly message: string;
    };

/** Whether an attempt lives on. An unstarted one may be given to another; a started one is never run twice. */
export function judge(facts: AttemptFacts): Verdict {
  const sessionIsGone = facts.sessionSilenceMs > SESSION_LEASE_MS;
  if (!facts.started) {
    if (sessionIsGone) return { kind: 'withdraw', why: 'the controller of its worker is silent' };
    if (facts.pastStartDeadlineMs > START_GRACE_MS) {
      return { kind: 'lose', reason: 'StartTimeout', message: 'the Pod did not start before its deadline' };
    }
    return { kind: 'keep' };
  }
  if (facts.relaySilenceMs <= RUN_LEASE_MS) return { kind: 'keep' };
  // A session that has gone silent cannot say whether the Pod is still there.
  if (sessionIsGone) {
    const silence = Math.min(facts.sessionSilenceMs, facts.relaySilenceMs);
    if (silence <= PARTITION_LEASE_MS) return { kind: 'keep' };
    const message = `neither the Pod nor the controller of its worker was heard of for more than ${PARTITION_LEASE_MS / 1000} seconds; what it had begun may be half done`;
    return { kind: 'lose', reason: 'ControlPlaneLost', message };
  }
  if (facts.podWasObserved) return { kind: 'keep' };
  const message = `the Pod was not heard of for more than ${RUN_LEASE_MS / 1000} seconds and is not in the cluster any more; what it had begun may be half done`;
  return { kind: 'lose', reason: 'NodeLost', message };
}

/** Looks at every lease once. */
export function sweep(context: QueueContext): void {
  for (const assignment of context.store.assignments.allUnderWay()) {
    const verdict = judge(factsOf(context, assignment));
    if (verdict.kind === 'keep') continue;
    context.logger.warn({ run: assignment.runId, attempt: assignment.attempt, verdict }, 'lease ran out');
    context.store.transaction(() => {
      if (verdict.kind === 'withdraw') withdraw(context, assignment, verdict.why);
      else endWithoutSuccess(context, assignment, { by: 'control-plane', ...verdict });
    });
  }
  forgetSilentSessions(context);
}

function factsOf(context: QueueContext, assignment: AssignmentRecord): AttemptFacts {
  const { leases } = context;
  const { poolId, sessionId, runId, attempt, startedAt } = assignment;
  return {
    started: startedAt !== null,
    sessionSilenceMs: leases.sessionSilence(poolId, sessionId),
    relaySilenceMs: startedAt === null ? 0 : leases.relaySilence(runId, attempt, startedAt),
    podWasObserved: leases.podWasObserved(poolId, sessionId, runId, attempt),
    pastStartDeadlineMs: leases.now() - Math.max(assignment.startDeadline, leases.startedAt),
  };
}

function forgetSilentSessions(context: QueueContext): void {
  const { store, leases } = context;
  for (const { poolId, sessionId } of store.workers.sessions()) {
    if (leases.sessionSilence(poolId, sessionId) <= FORGET_SESSION_MS) continue;
    if (store.workers.forgetIdle(poolId, sessionId) > 0) {
      context.logger.warn({ pool: poolId, session: sessionId }, 'session is silent: its idle workers are forgotten');
    }
  }
  store.workers.purgeRemoved(context.now() - FORGET_REMOVED_MS);
}
