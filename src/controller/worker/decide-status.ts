import { REASON, WORKER_CONDITION, type ConditionStatus } from '../../api/conditions';
import { WORKER_STATE } from '../../api/names';
import type { WorkerStatus } from '../../api';
import { runIdOf, type Problem } from '../run';
import { setCondition, type Condition } from '../runtime';
import { REASON_OF_CAUSE } from '../session-reasons';
import { isLive } from './decide-stray';
import type { WorkerSnapshot } from './snapshot';

/** A Worker that holds a run. */
export function busyStatus(snapshot: WorkerSnapshot, runId: string, problem: Problem | undefined): WorkerStatus {
  const { told } = snapshot.memory;
  // The kubelet's words change between detail and back-off; the fuller sentence stays.
  const message = problem && told?.key === problem.key ? told.sentence : problem?.sentence;
  const waiting = problem && { reason: problem.reason, message: message ?? problem.sentence };
  return {
    state: WORKER_STATE.busy,
    currentRunID: runId,
    registered: isRegistered(snapshot),
    conditions: conditions(snapshot, waiting),
  };
}

/** A Worker without a run; one whose last Pod still goes on counts as busy. */
export function restingStatus(snapshot: WorkerSnapshot): WorkerStatus {
  const live = snapshot.pods.find(isLive);
  const runId = live && runIdOf(live);
  if (runId !== undefined) return busyStatus(snapshot, runId, undefined);
  return {
    state: snapshot.view?.drained ? WORKER_STATE.drained : WORKER_STATE.idle,
    registered: isRegistered(snapshot),
    conditions: conditions(snapshot, undefined),
  };
}

/**
 * Without a view nothing is known, and what was written before stays: after a restart a thousand Workers would otherwise
 * be written twice. Only a Worker that was never registered says why.
 */
export function unregisteredStatus({ worker, pool, now }: WorkerSnapshot): WorkerStatus | undefined {
  if (worker.status?.registered || pool?.session.state !== 'failed') return undefined;
  const { cause, message } = pool.session;
  return {
    ...worker.status,
    registered: false,
    conditions: withCondition(worker.status?.conditions, now, 'False', REASON_OF_CAUSE[cause], message),
  };
}

function isRegistered({ view }: WorkerSnapshot): boolean {
  return view !== undefined && !view.removed;
}

function conditions(
  snapshot: WorkerSnapshot,
  waiting: { readonly reason: string; readonly message: string } | undefined,
): WorkerStatus['conditions'] {
  const before = snapshot.worker.status?.conditions?.filter(
    ({ type }) => waiting !== undefined || type !== WORKER_CONDITION.runPodStarted,
  );
  const registered = isRegistered(snapshot)
    ? withCondition(before, snapshot.now, 'True', REASON.registered, 'The control plane knows the Worker.')
    : withCondition(before, snapshot.now, 'False', REASON.draining, 'The control plane has retired the Worker.');
  if (!waiting) return registered;
  const type = WORKER_CONDITION.runPodStarted;
  return setCondition(registered, { type, status: 'False', ...waiting }, new Date(snapshot.now));
}

function withCondition(
  before: readonly Condition[] | undefined,
  now: number,
  status: ConditionStatus,
  reason: string,
  message: string,
): readonly Condition[] {
  return setCondition(before, { type: WORKER_CONDITION.registered, status, reason, message }, new Date(now));
}
