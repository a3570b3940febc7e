import type { WorkerPool } from '../../api';
import { backoffMs } from '../../time';
import { credentialsOf, registersItself } from '../resources';
import { SECRETS } from '../runtime';
import type { ApplyContext } from './context';
import { readCredentials, type CredentialsResult, type Secret } from './credentials';
import type { CredentialsMemory, PoolMemory } from './memory';
import { isOwn, registrationOf } from './registration/secret';
import type { PoolSession } from './session';
import type { Problem } from './snapshot';

/** Good credentials are read again so often, to follow a rotation, in milliseconds. */
const REREAD_MS = 180_000;
const RETRY = { firstMs: 1_000, longestMs: 30_000 };

function credentialsReference(pool: WorkerPool): string {
  const { token, privateKey } = credentialsOf(pool);
  return JSON.stringify([token, privateKey]);
}

/** When token and key are to be read: at once if never before, if other Secrets are named, or if they fail to connect. */
export function credentialsDueAt({ credentials, pool, session }: PoolMemory): number {
  if (!credentials || credentials.reference !== credentialsReference(pool)) return 0;
  return isFailing(session) && credentials.failures === 0 ? 0 : credentials.nextReadAt;
}

/** Reads token and key from their Secrets. */
export async function refreshCredentials(
  { client, clock, random }: Pick<ApplyContext, 'client' | 'clock' | 'random'>,
  memory: PoolMemory,
  signal: AbortSignal,
): Promise<void> {
  const { pool, session } = memory;
  const { namespace } = pool.metadata;
  const reference = credentialsReference(pool);
  const failing = isFailing(session);
  let isRegistered = true;
  const result = await readCredentials(credentialsOf(pool), namespace, async (name) => {
    const secret = await client.get<Secret>(SECRETS, namespace, name, { signal });
    if (registersItself(pool)) isRegistered = secret !== undefined && hasToken(secret, pool);
    return secret;
  });
  const found = isRegistered ? result : ({ state: 'absent' } as const);
  memory.credentials = rememberCredentials(memory.credentials, reference, found, failing, clock.now(), random);
}

/** A pool that registers itself has its Secret before it has a token. */
const hasToken = (secret: Secret, pool: WorkerPool): boolean =>
  isOwn(secret, pool) && registrationOf(secret)?.token !== undefined;

/** Whatever keeps the session from connecting, a new token may be what mends it: it names address and authority too. */
function isFailing(session: PoolSession | undefined): boolean {
  return session?.status.state === 'failed';
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
  random: () => number,
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
