import { z } from 'zod';

/** Every path begins so. A change that an older peer cannot read raises the version; topics of MQTT have none. */
export const WORKER_PATH = '/worker/v1';

/** Upper-case ULID: 26 characters of Crockford's base 32. */
export const Ulid = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'must be an upper-case ULID of 26 characters');

/** Who holds the workers: the UID of the WorkerPool object, so that it survives restarts and changes of leader. */
export const SessionId = z.string().min(1).max(128);

/**
 * Counts the leaders among the controllers that speak for a session, as `leaseTransitions` of their Lease does. Absent where
 * there is one controller only.
 */
export const Term = z.number().int().nonnegative();

/** Counts the changes of a pool, from 1. A view with a higher revision replaces one with a lower. */
export const Revision = z.number().int().nonnegative();

/** Milliseconds since the epoch. */
export const Time = z.number().int().nonnegative();

/** The part of a run that one Pod carries out: init and plan, or apply. It is in the Pod's name. */
export const Stage = z.enum(['preparing', 'applying']);

/**
 * Fencing number of an assignment: grows with every assignment that the control plane makes. A message with an older
 * number than the run's current one is refused (`fenced`), so that a Pod that was given up can do no more damage.
 */
export const Fence = z.number().int().positive();

/** Counts the Pods of a run from 1, over both stages. */
export const Attempt = z.number().int().positive();

/** Why a run ended; a closed list (what each means, and which may be run again: OUTCOME_MEANING). */
export const OutcomeReason = z.enum([
  'Succeeded',
  'UserFailed',
  'OutOfMemory',
  'Evicted',
  'Preempted',
  'NodeLost',
  'ImagePull',
  'ConfigError',
  'StartTimeout',
  'RunTimeout',
  'Cancelled',
  'ControlPlaneLost',
]);

export type Stage = z.infer<typeof Stage>;
export type OutcomeReason = z.infer<typeof OutcomeReason>;
