import { REASON } from '../../../api';
import { PATIENCE_MS } from '../../pool-registry';
import type { Action, PoolSnapshot, RegistrationFact } from '../snapshot';

/** A pool whose token the control plane no longer takes is looked at so often, in milliseconds. */
const REJECTED_LOOK_MS = 60_000;

/** A pool without a token gets one; undefined where that has to wait, or is not wanted. */
export function actionOfRegistration({ credentials, registration, now }: PoolSnapshot): Action | undefined {
  if (!registration || credentials.state !== 'absent' || !mayAsk(registration, now)) return undefined;
  return { type: 'registerPool' };
}

/** What the control plane says of the pool is put right. */
export function actionOfSettings(snapshot: PoolSnapshot): Action | undefined {
  const { credentials, registration, now } = snapshot;
  if (!registration || credentials.state !== 'valid' || !mayAsk(registration, now)) return undefined;
  return now >= settingsDueAt(snapshot, registration) ? { type: 'settlePool' } : undefined;
}

/** What is left to do of a deleted pool without Workers and session. */
export function actionsOfLeave({ registration, now }: PoolSnapshot): readonly Action[] {
  if (!registration || registration.removed || isGivenUp(registration, now)) return [{ type: 'removeFinalizer' }];
  return mayAsk(registration, now) ? [{ type: 'deletePool' }] : [];
}

/** When to look again for the sake of the registration; undefined when only news tell. */
export function registrationDueAt(snapshot: PoolSnapshot): number | undefined {
  const { registration, credentials, deleting, session } = snapshot;
  if (!registration || registration.asking) return undefined;
  const retryAt = registration.failure?.retryAt ?? 0;
  if (deleting) return session || registration.removed ? undefined : Math.min(retryAt, givenUpAt(registration));
  if (credentials.state === 'absent') return retryAt;
  if (credentials.state !== 'valid') return undefined;
  return Math.max(retryAt, settingsDueAt(snapshot, registration));
}

/**
 * Without a control plane that answers, the WorkerPool goes after a time and its pool stays there. Undefined where the
 * control plane says no: somebody has to act there.
 */
export function givenUpAt({ failure }: RegistrationFact): number {
  return failure && !(failure.isVerdict && failure.problem.reason === REASON.registrationRefused)
    ? failure.since + PATIENCE_MS
    : Infinity;
}

function isGivenUp(registration: RegistrationFact, now: number): boolean {
  return now >= givenUpAt(registration);
}

function mayAsk({ asking, failure }: RegistrationFact, now: number): boolean {
  return !asking && (!failure || now >= failure.retryAt);
}

function settingsDueAt({ session }: PoolSnapshot, { settings, settled, lookedAt, lookAt }: RegistrationFact): number {
  if (settings !== settled) return 0;
  const isRejected = session?.status.state === 'failed' && session.status.cause === 'rejected';
  return isRejected ? Math.min(lookAt, lookedAt + REJECTED_LOOK_MS) : lookAt;
}
