import { X509Certificate } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { POOL_AUDIENCE } from '../../protocol/auth';
import { RequestError } from '../errors';
import type { Tables } from '../store';

const CLOCK_TOLERANCE_SECONDS = 60;
const LONGEST_TOKEN_AGE_SECONDS = 600;

/**
 * Says which pool a JWT speaks for: the signature is checked against the pool's certificate on file.
 * @throws RequestError `unauthorized` when the pool is unknown, deleted or reset, or the JWT is not in order.
 */
export async function authenticatePool(tables: Tables, jwt: string | undefined, now: number): Promise<string> {
  return (await provePool(tables, jwt, now)).poolId;
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
export async function provePool(tables: Tables, jwt: string | undefined, now: number): Promise<PoolProof> {
  const { poolId, replacedAt, fingerprint, expiresAt } = await authenticate(tables, jwt, now);
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
): Promise<string> {
  const { poolId, replacedAt } = await authenticate(tables, jwt, now);
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

async function authenticate(tables: Tables, jwt: string | undefined, now: number): Promise<Authenticated> {
  if (!jwt) throw unauthorized('the request carries no token of a pool');
  let poolId: string | undefined;
  let kid: string | undefined;
  try {
    poolId = decodeJwt(jwt).iss;
    kid = decodeProtectedHeader(jwt).kid;
  } catch {
    throw unauthorized('the token is not a JWT');
  }
  const pool = await tables.pools.find(poolId ?? '');
  if (!pool) throw unauthorized('the pool is not known: it was deleted, or belongs to another control plane');
  const former = kid === pool.fingerprint ? undefined : await tables.pools.formerCredentials(pool.id, kid ?? '');
  if (kid !== pool.fingerprint && !former) throw wasReset();
  let expiresAt: number;
  try {
    const { payload } = await jwtVerify(jwt, new X509Certificate((former ?? pool).certificate).publicKey, {
      audience: POOL_AUDIENCE,
      currentDate: new Date(now),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'iat'],
      maxTokenAge: LONGEST_TOKEN_AGE_SECONDS,
    });
    const { exp = 0, iat = 0 } = payload;
    expiresAt = (Math.min(exp, iat + LONGEST_TOKEN_AGE_SECONDS) + CLOCK_TOLERANCE_SECONDS) * 1000;
  } catch (error) {
    throw unauthorized(reasonOf(error));
  }
  return { poolId: pool.id, replacedAt: former?.replacedAt ?? null, fingerprint: kid ?? '', expiresAt };
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
