import { EVENT_REASON, FINALIZER, POOL_CONDITION, REASON } from '../../api';
import { PATIENCE_MS } from '../pool-registry';
import { endSentence, timestamp } from '../runtime';
import { REASON_OF_CAUSE } from '../reasons';
import { givenUpAt } from './registration/decide';
import { isActive } from './decide-scaling';
import type {
  DecidedCondition,
  DecidedEvent,
  PoolSnapshot,
  Problem,
  RegistrationFact,
  RegistrationFailure,
  SessionFact,
  TemplateVerdict,
} from './snapshot';

const CANNOT_REGISTER = 'Unable to register worker pool: ';

/** True when token and key could be read and belong together, and the control plane accepted them. */
export function registeredCondition(snapshot: PoolSnapshot): DecidedCondition {
  const { credentials, session } = snapshot;
  if (credentials.state === 'absent') return unregisteredCondition(snapshot);
  if (credentials.state === 'invalid') {
    return cannotRegister(credentials.problem.reason, credentials.problem.message);
  }
  const isOpen = session?.key === credentials.sessionKey;
  const known = isOpen ? (failedCondition(snapshot, session) ?? connectedCondition(snapshot, session)) : undefined;
  // A connection being made, or made again, says nothing yet: what was known before stays.
  return known ?? previous(snapshot, POOL_CONDITION.registered) ?? beginning('Connecting to the control plane.');
}

/** There is no token yet. */
function unregisteredCondition(snapshot: PoolSnapshot): DecidedCondition {
  const problem = snapshot.registration?.failure?.problem;
  if (problem) return cannotRegister(problem.reason, problem.message);
  return previous(snapshot, POOL_CONDITION.registered) ?? beginning('Registering the pool.');
}

function failedCondition(snapshot: PoolSnapshot, session: SessionFact): DecidedCondition | undefined {
  const { status } = session;
  if (status.state !== 'failed' || isBeingRestored(snapshot, session)) return undefined;
  const found = snapshot.registration?.failure?.problem;
  if (status.cause === 'rejected' && found?.reason === REASON.poolLost) {
    return cannotRegister(found.reason, found.message);
  }
  return cannotRegister(REASON_OF_CAUSE[status.cause], status.message);
}

function connectedCondition(snapshot: PoolSnapshot, session: SessionFact): DecidedCondition | undefined {
  const { status, synced, endpoint, ulid } = session;
  if (status.state !== 'connected' || !synced) return undefined;
  return {
    type: POOL_CONDITION.registered,
    status: 'True',
    reason: REASON.registered,
    message: `The control plane at ${endpoint} knows the pool as ${ulid}.${troubleOf(snapshot)}`,
  };
}

const beginning = (message: string): DecidedCondition => ({
  type: POOL_CONDITION.registered,
  status: 'Unknown',
  reason: REASON.connecting,
  message,
});

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
  snapshot: PoolSnapshot,
  { status, reason, message }: DecidedCondition,
  before: DecidedCondition | undefined,
): DecidedEvent | undefined {
  if (status === 'False') return { type: 'Warning', reason: EVENT_REASON.workerPoolCannotRegister, message };
  if (status === 'True' && before?.status !== 'True') return { type: 'Normal', reason, message };
  const trouble = troubleFound(snapshot);
  return trouble && { type: 'Warning', ...trouble };
}

function cannotRegister(reason: string, message: string): DecidedCondition {
  return { type: POOL_CONDITION.registered, status: 'False', reason, message: `${CANNOT_REGISTER}${message}` };
}

function previous(snapshot: PoolSnapshot, type: string): DecidedCondition | undefined {
  const found = snapshot.status.conditions.find((condition) => condition.type === type);
  return found && { type, status: found.status, reason: found.reason, message: found.message };
}

/** What is wrong with a pool that works. */
function troubleFound({ credentials, registration }: PoolSnapshot): Problem | undefined {
  if (credentials.state === 'valid' && credentials.trouble) return credentials.trouble;
  const problem = registration?.failure?.problem;
  return (
    problem && {
      reason: problem.reason,
      message: `Its settings there cannot be kept equal: ${endSentence(problem.message)}`,
    }
  );
}

function troubleOf(snapshot: PoolSnapshot): string {
  const trouble = troubleFound(snapshot);
  return trouble ? ` ${trouble.message}` : '';
}

/** What a pool that is being deleted waits for, and until when. */
function farewell(snapshot: PoolSnapshot): string {
  const { disconnectedSince, session, credentials } = snapshot;
  const left = `The pool is being deleted; ${workers(snapshot.workers.length)} left`;
  if (snapshot.problem) return `${left}. ${snapshot.problem.message}`;
  if (snapshot.registration?.failure)
    return `${left}. ${leftBehind(snapshot.registration, snapshot.registration.failure)}`;
  if (disconnectedSince === undefined || snapshot.workers.length === 0) return `${left}${busyClause(snapshot)}.`;
  const failure = session?.status.state === 'failed' ? session.status.message : undefined;
  const problem = credentials.state === 'invalid' ? credentials.problem.message : undefined;
  const why = endSentence(failure ?? problem ?? 'the control plane has not answered yet');
  const until = timestamp(new Date(disconnectedSince + PATIENCE_MS));
  return `${left}: ${why} Without its word, idle Workers go at ${until}, others when their runs are over.`;
}

/** What becomes of the pool in the control plane. */
function leftBehind(registration: RegistrationFact, { problem }: RegistrationFailure): string {
  const why = `The control plane has not deleted the pool: ${endSentence(problem.message)}`;
  const until = givenUpAt(registration);
  if (until === Infinity)
    return `${why} It is tried again; or remove the finalizer ${FINALIZER.workerPool} to leave the pool there.`;
  return `${why} It is tried until ${timestamp(new Date(until))}; then the pool stays there, to be unlocked and deleted by an admin.`;
}

function workers(count: number): string {
  return count === 1 ? '1 Worker' : `${count} Workers`;
}

function busyClause(snapshot: PoolSnapshot): string {
  const busy = snapshot.workers.filter((worker) => !isActive(worker) && worker.busy).length;
  if (busy === 0) return '';
  return busy === 1 ? ', 1 of them once its run is over' : `, ${busy} of them once their runs are over`;
}
