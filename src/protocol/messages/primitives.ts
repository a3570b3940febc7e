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
  'PolicyDenied',
  'StartTimeout',
  'RunTimeout',
  'Cancelled',
  'ControlPlaneLost',
]);

/** A list that is refused whole when it is too long, before anything in it is looked at. */
export const list = <T extends z.ZodType>(item: T, most: number, least = 0) => {
  const schema = z
    .custom<unknown[]>(
      (value) => Array.isArray(value) && value.length >= least && value.length <= most,
      `must be a list of ${least} to ${most}`,
    )
    .pipe(z.array(item));
  longest.set(schema, most);
  return schema;
};

const longest = new WeakMap<z.ZodType, number>();

/** How many entries a `list` may have; undefined for other schemas. */
export const mostOf = (schema: z.ZodType): number | undefined => longest.get(schema);

/** Texts by name, of which the same is true. */
export const texts = (most: { readonly entries: number; readonly characters: number }) =>
  z
    .custom<Record<string, unknown>>(
      (value) => isWithin(value, most),
      `must be an object of at most ${most.entries} texts with ${most.characters} characters in all`,
    )
    .pipe(z.record(z.string(), z.string()));

function isWithin(value: unknown, most: { readonly entries: number; readonly characters: number }): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  if (entries.length > most.entries) return false;
  const lengths = entries.map(([name, text]) => name.length + (typeof text === 'string' ? text.length : 0));
  return lengths.reduce((sum, length) => sum + length, 0) <= most.characters;
}

export type Stage = z.infer<typeof Stage>;
export type OutcomeReason = z.infer<typeof OutcomeReason>;
