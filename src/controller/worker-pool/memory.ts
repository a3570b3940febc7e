import type { WorkerPool } from '../../api';
import { backoffMs } from '../../time';
import type { RunImages } from '../run/images';
import type { CredentialsResult, Problem } from './credentials';
import type { PoolSession } from './pool-session';
import type { CreationRefusal, TemplateCheck } from './snapshot';

/** What is remembered of one WorkerPool between passes; all of it can be found again after a restart. */
export interface PoolMemory {
  readonly uid: string;
  /** The newest object of the cache. */
  pool: WorkerPool;
  credentials?: CredentialsMemory;
  session?: PoolSession;
  /** Since when there has been no session. */
  sessionlessSince: number;
  /** The images of the pool's runs, as the control plane names them; kept from one session to the next. */
  images?: RunImages;
  template?: TemplateCheck;
  /** A dry run is under way. */
  asking: boolean;
  creationRefusal?: CreationRefusal & { readonly failures: number };
  /** Why the last pass could not do all that it wanted. */
  problem?: Problem | undefined;
  /** UIDs of Workers whose deletion was accepted, until the cache shows it. */
  readonly deleted: Set<string>;
}

export function newMemory(pool: WorkerPool, now: number): PoolMemory {
  return { uid: pool.metadata.uid, pool, sessionlessSince: now, asking: false, deleted: new Set() };
}

/** Since when there has been no connection; undefined while it stands. */
export function disconnectedSince({ session, sessionlessSince }: PoolMemory): number | undefined {
  return session ? session.disconnectedSince : sessionlessSince;
}

export interface CredentialsMemory {
  /** `spec.token` and `spec.privateKey` that were followed. */
  readonly reference: string;
  readonly result: CredentialsResult;
  /** Why the last reading failed, although the result of an earlier one is still in use. */
  readonly trouble?: Problem;
  readonly nextReadAt: number;
  /** How often they could not be used, one after the other. */
  readonly failures: number;
}

/** Good credentials are read again so often, to follow a rotation, in milliseconds. */
const REREAD_MS = 180_000;
const RETRY = { firstMs: 1_000, longestMs: 30_000 };

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

/**
 * Remembers what was read: those that are unusable or do not connect are looked at again soon, less often each time. When
 * the Secrets cannot be read, what was read before stays in use.
 */
export function rememberCredentials(
  before: CredentialsMemory | undefined,
  reference: string,
  result: CredentialsResult,
  failing: boolean,
  now: number,
  random?: () => number,
): CredentialsMemory {
  const known = before?.reference === reference ? before : undefined;
  const keepsOld = result.state === 'unreadable' && known?.result.state === 'valid';
  const usable = result.state === 'valid' && !failing;
  const failures = usable ? 0 : (known?.failures ?? 0) + 1;
  return {
    reference,
    result: keepsOld ? known.result : result,
    ...(keepsOld && { trouble: stillInUse(result.problem) }),
    nextReadAt: now + (usable ? REREAD_MS : backoffMs(failures, { ...RETRY, random })),
    failures,
  };
}

function stillInUse({ reason, message }: Problem): Problem {
  return { reason, message: `Token and key were read before and stay in use, but: ${message}` };
}
