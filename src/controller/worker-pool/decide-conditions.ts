import { EVENT_REASON, POOL_CONDITION, REASON } from '../../api';
import { PATIENCE_MS } from '../pool-registry';
import { endSentence, timestamp } from '../runtime';
import { REASON_OF_CAUSE } from '../reasons';
import { isActive } from './decide-scaling';
import type { DecidedCondition, DecidedEvent, PoolSnapshot, SessionFact, TemplateVerdict } from './snapshot';

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
        message: `The control plane at ${session.endpoint} knows the pool as ${session.ulid}.${troubleOf(snapshot)}`,
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
  const verdict = verdictOf(snapshot);
  if (!verdict) {
    const stored = snapshot.status.conditions.find((condition) => condition.type === type);
    const before = previous(snapshot, type);
    // Found by an earlier process; of another generation it says nothing.
    if (before && stored?.observedGeneration === snapshot.generation) return before;
    const message = 'The Pod template has not been checked yet.';
    return { type, status: 'Unknown', reason: REASON.checking, message };
  }
  switch (verdict.state) {
    case 'accepted':
      return {
        type,
        status: 'True',
        reason: REASON.accepted,
        message: 'The API server accepts run Pods of this pool.',
      };
    case 'refused':
      return { type, status: 'False', ...verdict.problem };
    case 'unanswered':
    case 'unaskable':
      return { type, status: 'Unknown', ...verdict.problem };
  }
}

function verdictOf({ template: { key, check } }: PoolSnapshot): TemplateVerdict | undefined {
  return check?.key === key ? check.verdict : undefined;
}

/** True when the pool is registered, nothing is known against its Pod template and exactly the wanted Workers stand. */
export function readyCondition(
  snapshot: PoolSnapshot,
  desired: number,
  registered: DecidedCondition,
  template: DecidedCondition,
): DecidedCondition {
  const type = POOL_CONDITION.ready;
  if (snapshot.deleting) return { type, status: 'False', reason: REASON.draining, message: farewell(snapshot) };
  if (registered.status !== 'True') return { ...registered, type };
  if (snapshot.problem) return { type, status: 'False', ...snapshot.problem };
  const isAdviceOnly = verdictOf(snapshot)?.state === 'unaskable';
  if (template.status !== 'True' && !isAdviceOnly) return { ...template, type };
  const leaving = snapshot.workers.filter((worker) => !isActive(worker));
  const standing = snapshot.workers.filter((worker) => isActive(worker) && worker.registered).length;
  if (standing < desired || snapshot.workers.length - leaving.length > desired) {
    const progress = `${standing} of ${workers(desired)} ready.`;
    const { creationRefusal: refusal } = snapshot;
    if (!refusal) return { type, status: 'False', reason: REASON.scaling, message: progress };
    const { reason, message } = refusal.problem;
    return { type, status: 'False', reason, message: `${progress} ${message}` };
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
    const event = eventOf(snapshot, condition, before);
    return event ? [event] : [];
  });
}

function eventOf(
  snapshot: PoolSnapshot,
  condition: DecidedCondition,
  before: DecidedCondition | undefined,
): DecidedEvent | undefined {
  const { type, reason, message } = condition;
  switch (type) {
    case POOL_CONDITION.registered:
      return eventOfRegistration(snapshot, condition, before);
    case POOL_CONDITION.podTemplateValid: {
      const state = verdictOf(snapshot)?.state;
      return state === 'refused' || state === 'unanswered' ? { type: 'Warning', reason, message } : undefined;
    }
    default: {
      // The count in the condition moves; the refusal is told once.
      const refused = snapshot.problem ?? snapshot.creationRefusal?.problem;
      return refused?.reason === reason && before?.reason !== reason ? { type: 'Warning', ...refused } : undefined;
    }
  }
}

function eventOfRegistration(
  { credentials }: PoolSnapshot,
  { status, reason, message }: DecidedCondition,
  before: DecidedCondition | undefined,
): DecidedEvent | undefined {
  if (status === 'False') return { type: 'Warning', reason: EVENT_REASON.workerPoolCannotRegister, message };
  if (status === 'True' && before?.status !== 'True') return { type: 'Normal', reason, message };
  const trouble = credentials.state === 'valid' ? credentials.trouble : undefined;
  return trouble && { type: 'Warning', ...trouble };
}

function cannotRegister(reason: string, message: string): DecidedCondition {
  return { type: POOL_CONDITION.registered, status: 'False', reason, message: `${CANNOT_REGISTER}${message}` };
}

function previous(snapshot: PoolSnapshot, type: string): DecidedCondition | undefined {
  const found = snapshot.status.conditions.find((condition) => condition.type === type);
  return found && { type, status: found.status, reason: found.reason, message: found.message };
}

function troubleOf({ credentials }: PoolSnapshot): string {
  return credentials.state === 'valid' && credentials.trouble ? ` ${credentials.trouble.message}` : '';
}

/** What a pool that is being deleted waits for, and until when. */
function farewell(snapshot: PoolSnapshot): string {
  const { disconnectedSince, session, credentials } = snapshot;
  const left = `The pool is being deleted; ${workers(snapshot.workers.length)} left`;
  if (snapshot.problem) return `${left}. ${snapshot.problem.message}`;
  if (disconnectedSince === undefined || snapshot.workers.length === 0) return `${left}${busyClause(snapshot)}.`;
  const failure = session?.status.state === 'failed' ? session.status.message : undefined;
  const problem = credentials.state === 'invalid' ? credentials.problem.message : undefined;
  const why = endSentence(failure ?? problem ?? 'the control plane has not answered yet');
  const until = timestamp(new Date(disconnectedSince + PATIENCE_MS));
  return `${left}: ${why} Without its word, idle Workers go at ${until}, others when their runs are over.`;
}

function workers(count: number): string {
  return count === 1 ? '1 Worker' : `${count} Workers`;
}

function busyClause(snapshot: PoolSnapshot): string {
  const busy = snapshot.workers.filter((worker) => !isActive(worker) && worker.busy).length;
  if (busy === 0) return '';
  return busy === 1 ? ', 1 of them once its run is over' : `, ${busy} of them once their runs are over`;
}
