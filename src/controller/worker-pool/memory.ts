import type { WorkerPool } from '../../api';
import type { CredentialsResult } from './credentials';
import type { PoolSession } from './pool-session';
import type { TemplateFact } from './snapshot';

/** What is remembered of one WorkerPool between passes; all of it can be found again after a restart. */
export interface PoolMemory {
  readonly uid: string;
  /** The newest object of the cache. */
  pool: WorkerPool;
  credentials?: CredentialsMemory;
  session?: PoolSession;
  /** Since when there has been no session. */
  sessionlessSince: number;
  template?: TemplateFact;
  /** UIDs of Workers whose deletion was accepted, until the cache shows it. */
  readonly deleted: Set<string>;
}

export interface CredentialsMemory {
  /** `spec.token` and `spec.privateKey` that were followed. */
  readonly reference: string;
  readonly result: CredentialsResult;
  /** Since when the result has been of this state. */
  readonly since: number;
  readonly nextReadAt: number;
  /** How often they could not be used, one after the other. */
  readonly failures: number;
}

/** Good credentials are read again so often, to follow a rotation, in milliseconds. */
const REREAD_MS = 180_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

export function credentialsReference(pool: WorkerPool): string {
  return JSON.stringify([pool.spec?.token, pool.spec?.privateKey]);
}

/**
 * Whether token and key are to be read now: never before, other Secrets named, no connection with them, or time.
 */
export function credentialsAreDue(memory: PoolMemory, failing: boolean, now: number): boolean {
  const { credentials } = memory;
  if (!credentials || credentials.reference !== credentialsReference(memory.pool)) return true;
  return now >= credentials.nextReadAt || (failing && credentials.failures === 0);
}

/** Remembers what was read: those that are unusable or do not connect are looked at again soon, less often each time. */
export function rememberCredentials(
  before: CredentialsMemory | undefined,
  reference: string,
  result: CredentialsResult,
  failing: boolean,
  now: number,
): CredentialsMemory {
  const usable = result.state === 'valid' && !failing;
  const failures = usable ? 0 : (before?.reference === reference ? before.failures : 0) + 1;
  const retryMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
  return {
    reference,
    result,
    since: before?.result.state === result.state ? before.since : now,
    nextReadAt: now + (usable ? REREAD_MS : retryMs),
    failures,
  };
}
