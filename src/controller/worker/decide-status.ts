import { REASON, WORKER_CONDITION } from '../../api/conditions';
import type { Condition, ConditionStatus } from '../../api/meta';
import { WORKER_STATE } from '../../api/names';
import type { WorkerStatus } from '../../api';
import { attemptOf, isLive } from '../run';
import { setCondition } from '../runtime';
import { REASON_OF_CAUSE } from '../reasons';
import type { Plan, WaitsFor } from './plan';
import type { WorkerSnapshot } from './snapshot';

/** A Worker that holds a run. */
export function busyStatus(snapshot: WorkerSnapshot, runId: string, { problem, waitsFor }: Plan): WorkerStatus {
  const { reportedProblem: reported } = snapshot.memory;
  // The kubelet's words change between detail and back-off; the fuller sentence stays.
  const message = problem && reported?.key === problem.key ? reported.sentence : problem?.sentence;
  const waiting = problem && { reason: problem.reason, message: message ?? problem.sentence };
  return {
    state: WORKER_STATE.busy,
    currentRunID: runId,
    registered: isRegistered(snapshot),
    conditions: conditions(snapshot, waiting, waitsFor),
  };
}

/**
 * A Worker without a run; one whose last Pod still goes on counts as busy. One that is retired is about to be deleted:
 * its status is not worth a write.
 */
export function restingStatus(snapshot: WorkerSnapshot, plan: Plan): WorkerStatus | undefined {
  const live = snapshot.pods.find(isLive);
  const runId = live && attemptOf(live)?.runId;
  if (runId !== undefined) return busyStatus(snapshot, runId, plan);
  if (snapshot.retired) return undefined;
  return {
    state: snapshot.view?.drained ? WORKER_STATE.drained : WORKER_STATE.idle,
    registered: isRegistered(snapshot),
    conditions: conditions(snapshot, undefined, plan.waitsFor),
  };
}

/**
 * Without a view nothing is known, and what was written before stays: after a restart a thousand Workers would otherwise
 * be written twice. Only a Worker that was never registered, or has to wait for its end, says why.
 */
export function unregisteredStatus(
  { worker, pool, now }: WorkerSnapshot,
  { waitsFor }: Plan,
): WorkerStatus | undefined {
  const before = worker.status?.conditions;
  const failure = pool?.session.state === 'failed' && !worker.status?.registered ? pool.session : undefined;
  if (!failure && !waitsFor) return undefined;
  const registered = failure && withRegistered(before, now, 'False', REASON_OF_CAUSE[failure.cause], failure.message);
  return {
    ...worker.status,
    registered: worker.status?.registered ?? false,
    conditions: withWaiting(registered ?? before ?? [], now, waitsFor),
  };
}

function isRegistered({ view }: WorkerSnapshot): boolean {
  return view !== undefined && !view.removed;
}

function conditions(
  snapshot: WorkerSnapshot,
  waiting: WaitsFor | undefined,
  waitsFor: WaitsFor | undefined,
): WorkerStatus['conditions'] {
  const before = snapshot.worker.status?.conditions?.filter(
    ({ type }) => waiting !== undefined || type !== WORKER_CONDITION.runPodStarted,
  );
  const registered = isRegistered(snapshot)
    ? withRegistered(before, snapshot.now, 'True', REASON.registered, 'The control plane knows the Worker.')
    : withRegistered(before, snapshot.now, 'False', REASON.draining, 'The control plane has retired the Worker.');
  const known = withWaiting(registered, snapshot.now, waitsFor);
  if (!waiting) return known;
  const type = WORKER_CONDITION.runPodStarted;
  return setCondition(known, { type, status: 'False', ...waiting }, new Date(snapshot.now));
}

function withWaiting(before: readonly Condition[], now: number, waitsFor: WaitsFor | undefined): readonly Condition[] {
  const type = WORKER_CONDITION.waiting;
  if (!waitsFor) return before.filter((condition) => condition.type !== type);
  return setCondition(before, { type, status: 'True', ...waitsFor }, new Date(now));
}

function withRegistered(
  before: readonly Condition[] | undefined,
  now: number,
  status: ConditionStatus,
  reason: string,
  message: string,
): readonly Condition[] {
  return setCondition(before, { type: WORKER_CONDITION.registered, status, reason, message }, new Date(now));
}
