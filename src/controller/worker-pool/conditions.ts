import { EVENT_REASON, POOL_CONDITION, REASON } from '../../api';
import { REASON_OF_CAUSE } from '../session-reasons';
import { isActive } from './scaling';
import type { DecidedCondition, DecidedEvent, PoolSnapshot, SessionFact } from './snapshot';

const CANNOT_REGISTER = 'Unable to register worker pool: ';

/** True when token and key could be read and belong together, and the control plane accepted them. */
export function registeredCondition(snapshot: PoolSnapshot): DecidedCondition {
  const { credentials, session } = snapshot;
  if (credentials.state === 'absent') {
    return cannotRegister(
      REASON.credentialsMissing,
      'spec.token and spec.privateKey are not set, and registering a pool without them is not supported yet: set both',
    );
  }
  if (credentials.state === 'invalid') {
    return cannotRegister(credentials.problem.reason, credentials.problem.message);
  }
  if (session?.key === credentials.sessionKey) {
    const { status } = session;
    if (status.state === 'failed' && !isBeingRestored(snapshot, session)) {
      return cannotRegister(REASON_OF_CAUSE[status.cause], status.message);
    }
    if (status.state === 'connected' && session.synced) {
      return {
        type: POOL_CONDITION.registered,
        status: 'True',
        reason: REASON.registered,
        message: `The control plane at ${session.endpoint} knows the pool as ${session.ulid}.`,
      };
    }
  }
  // A connection being made, or made again, says nothing yet: what was known before stays.
  return (
    previous(snapshot, POOL_CONDITION.registered) ?? {
      type: POOL_CONDITION.registered,
      status: 'Unknown',
      reason: REASON.connecting,
      message: 'Connecting to the control plane.',
    }
  );
}

/**
 * Whether a connection that stood was lost so recently that a restart of the control plane may be all there is to it.
 * What a person must mend (certificate, credentials, versions) is told at once.
 */
function isBeingRestored(snapshot: PoolSnapshot, { status, failures }: SessionFact): boolean {
  const stood = previous(snapshot, POOL_CONDITION.registered)?.status === 'True';
  // The first failure is the loss itself.
  const attempts = failures - 1;
  return stood && status.state === 'failed' && status.cause === 'unreachable' && attempts < snapshot.reconnectAttempts;
}

/** True when the API server would take a run Pod made from `spec.pod`. */
export function podTemplateCondition(snapshot: PoolSnapshot): DecidedCondition {
  const type = POOL_CONDITION.podTemplateValid;
  const { template } = snapshot;
  if (template?.generation !== snapshot.generation) {
    return (
      previous(snapshot, type) ?? {
        type,
        status: 'Unknown',
        reason: REASON.checking,
        message: 'The Pod template has not been checked yet.',
      }
    );
  }
  const { verdict } = template;
  if (verdict.valid) {
    return { type, status: 'True', reason: REASON.accepted, message: 'The API server accepts run Pods of this pool.' };
  }
  return { type, status: 'False', ...verdict.problem };
}

/** True when the pool is registered, its Pod template is valid and exactly the wanted Workers stand. */
export function readyCondition(
  snapshot: PoolSnapshot,
  desired: number,
  registered: DecidedCondition,
  template: DecidedCondition,
): DecidedCondition {
  const type = POOL_CONDITION.ready;
  const leaving = snapshot.workers.filter((worker) => !isActive(worker));
  if (snapshot.deleting) {
    return {
      type,
      status: 'False',
      reason: REASON.draining,
      message: `The pool is being deleted; ${workers(snapshot.workers.length)} left${busyClause(snapshot)}.`,
    };
  }
  for (const part of [registered, template]) {
    if (part.status !== 'True') return { ...part, type };
  }
  const standing = snapshot.workers.filter((worker) => isActive(worker) && worker.registered).length;
  if (standing < desired || snapshot.workers.length - leaving.length > desired) {
    return {
      type,
      status: 'False',
      reason: REASON.scaling,
      message: `${standing} of ${workers(desired)} ready.`,
    };
  }
  if (leaving.length > 0) {
    return {
      type,
      status: 'False',
      reason: REASON.draining,
      message: `${workers(leaving.length)} more than wanted will go${busyClause(snapshot)}.`,
    };
  }
  return { type, status: 'True', reason: REASON.ready, message: `${workers(desired)} ready.` };
}

/** Events of the conditions that changed for the worse, and of a pool that registered. */
export function eventsOf(snapshot: PoolSnapshot, conditions: readonly DecidedCondition[]): DecidedEvent[] {
  return conditions.flatMap((condition): DecidedEvent[] => {
    const before = previous(snapshot, condition.type);
    if (before && before.status === condition.status && before.message === condition.message) return [];
    const { reason, message } = condition;
    if (condition.type === POOL_CONDITION.registered) {
      if (condition.status === 'False')
        return [{ type: 'Warning', reason: EVENT_REASON.workerPoolCannotRegister, message }];
      if (condition.status === 'True' && before?.status !== 'True') return [{ type: 'Normal', reason, message }];
    }
    if (condition.type === POOL_CONDITION.podTemplateValid && condition.status === 'False') {
      return [{ type: 'Warning', reason, message }];
    }
    return [];
  });
}

function cannotRegister(reason: string, message: string): DecidedCondition {
  return { type: POOL_CONDITION.registered, status: 'False', reason, message: `${CANNOT_REGISTER}${message}` };
}

function previous(snapshot: PoolSnapshot, type: string): DecidedCondition | undefined {
  const found = snapshot.status.conditions.find((condition) => condition.type === type);
  return found && { type, status: found.status, reason: found.reason, message: found.message };
}

function workers(count: number): string {
  return count === 1 ? '1 Worker' : `${count} Workers`;
}

function busyClause(snapshot: PoolSnapshot): string {
  const busy = snapshot.workers.filter((worker) => !isActive(worker) && worker.busy).length;
  if (busy === 0) return '';
  return busy === 1 ? ', 1 of them once its run is over' : `, ${busy} of them once their runs are over`;
}
