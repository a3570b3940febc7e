import { decodeJwt, decodeProtectedHeader } from 'jose';
import { RequestError } from '../errors';
import type { Tables } from '../store';
import type { ProofCheck } from './proof-checks';

/**
 * Says which pool a JWT speaks for: the signature is checked against the pool's certificate on file.
 * @throws RequestError `unauthorized` when the pool is unknown, deleted or reset, or the JWT is not in order;
 * `too-many-requests` after many failures.
 */
export async function authenticatePool(
  tables: Tables,
  jwt: string | undefined,
  now: number,
  check: ProofCheck,
): Promise<string> {
  return (await provePool(tables, jwt, now, check)).poolId;
}

/** What a JWT proved, and until when. */
export interface PoolProof {
  readonly poolId: string;
  readonly jwt: string;
  /** Of the certificate whose key signed it. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The same, for a connection over which the proof counts on. @throws RequestError `unauthorized` */
export async function provePool(
  tables: Tables,
  jwt: string | undefined,
  now: number,
  check: ProofCheck,
): Promise<PoolProof> {
  const { poolId, replacedAt, fingerprint, expiresAt } = await authenticate(tables, jwt, now, check);
  if (replacedAt !== null) throw wasReset();
  return { poolId, jwt: jwt ?? '', fingerprint, expiresAt };
}

/** Whether a proof still counts: it has not expired, and the pool was neither reset nor deleted. */
export async function isGoodProof(
  tables: Tables,
  { poolId, fingerprint, expiresAt }: PoolProof,
  now: number,
): Promise<boolean> {
  return now < expiresAt && (await tables.pools.find(poolId))?.fingerprint === fingerprint;
}

/**
 * The same for what a run Pod says of an attempt. Credentials that a reset has replaced are good for the attempts that
 * had started before it, until their worker is free again: they finish and report, and can do nothing else.
 */
export async function authenticateAttempt(
  tables: Tables,
  jwt: string | undefined,
  now: number,
  { runId, attempt }: { readonly runId: string; readonly attempt: number },
  check: ProofCheck,
): Promise<string> {
  const { poolId, replacedAt } = await authenticate(tables, jwt, now, check);
  if (replacedAt === null) return poolId;
  const assignment = await tables.assignments.find(runId, attempt);
  const { startedAt = null, releasedAt = null } = assignment?.poolId === poolId ? assignment : {};
  if (startedAt === null || startedAt > replacedAt || releasedAt !== null) throw wasReset();
  return poolId;
}

interface Authenticated {
  readonly poolId: string;
  /** When a reset replaced the credentials; null for the present ones. */
  readonly replacedAt: number | null;
  readonly fingerprint: string;
  /** When the proof ends, with what clocks may differ. */
  readonly expiresAt: number;
}

async function authenticate(
  tables: Tables,
  jwt: string | undefined,
  now: number,
  { verified, attempt }: ProofCheck,
): Promise<Authenticated> {
  if (!jwt) throw unauthorized('the request carries no token of a pool');
  const before = verified.known(jwt);
  const claims = before ?? claimsOf(jwt);
  const pool = claims?.poolId === undefined ? undefined : await tables.pools.find(claims.poolId);
  if (!pool) return attempt('', () => refuse(claims ? UNKNOWN_POOL : NO_JWT));
  const kid = claims?.kid ?? '';
  const former = kid === pool.fingerprint ? undefined : await tables.pools.formerCredentials(pool.id, kid);
  const credentials = former ? { ...former, fingerprint: kid } : kid === pool.fingerprint ? pool : undefined;
  const found = { poolId: pool.id, replacedAt: former?.replacedAt ?? null, fingerprint: kid };
  if (credentials && before && now < before.endsAt) return { ...found, expiresAt: before.endsAt };
  return attempt(pool.id, async () => {
    if (!credentials) throw wasReset();
    const expiresAt = await verified
      .verify(jwt, pool.id, credentials, now)
      .catch((error: unknown) => refuse(reasonOf(error)));
    return { ...found, expiresAt };
  });
}

const NO_JWT = 'the token is not a JWT';
const UNKNOWN_POOL = 'the pool is not known: it was deleted, or belongs to another control plane';

/** Whose proof it says that it is, by a stranger's word. Undefined for what is no JWT. */
function claimsOf(jwt: string): { readonly poolId: string | undefined; readonly kid: string | undefined } | undefined {
  try {
    const { iss } = decodeJwt<{ iss?: unknown }>(jwt);
    const { kid } = decodeProtectedHeader(jwt) as { kid?: unknown };
    return { poolId: textOf(iss), kid: textOf(kid) };
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function refuse(why: string): never {
  throw unauthorized(why);
}

function wasReset(): RequestError {
  return unauthorized('the pool was reset: use its new token and key');
}

function reasonOf(error: unknown): string {
  const code = (error as { code?: string }).code;
  if (code === 'ERR_JWT_EXPIRED') return 'the token of the pool has expired: is the clock of its cluster right?';
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED')
    return 'the token of the pool has wrong claims, or was made in the future';
  return 'the token was not signed by the key of the pool';
}

function unauthorized(message: string): RequestError {
  return new RequestError('unauthorized', `unauthorized: ${message}`);
}
