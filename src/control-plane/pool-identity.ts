import { X509Certificate } from 'node:crypto';
import { decodeJwt, jwtVerify } from 'jose';
import { POOL_AUDIENCE } from '../protocol/auth';
import { RequestError } from './errors';
import type { Store } from './store';

const CLOCK_TOLERANCE_SECONDS = 60;

/**
 * Says which pool a JWT speaks for: the signature is checked against the pool's certificate on file.
 * @throws RequestError `unauthorized` when the pool is unknown, deleted or reset, or the JWT is not in order.
 */
export async function authenticatePool(store: Store, jwt: string | undefined, now: number): Promise<string> {
  if (!jwt) throw unauthorized('the request carries no token of a pool');
  let poolId: string | undefined;
  try {
    poolId = decodeJwt(jwt).iss;
  } catch {
    throw unauthorized('the token is not a JWT');
  }
  const pool = store.pools.find(poolId ?? '');
  if (!pool) throw unauthorized('the pool is not known: it was deleted, or belongs to another control plane');
  const { publicKey } = new X509Certificate(pool.certificate);
  try {
    const { protectedHeader } = await jwtVerify(jwt, publicKey, {
      audience: POOL_AUDIENCE,
      currentDate: new Date(now),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'iat'],
      maxTokenAge: '10m',
    });
    if (protectedHeader.kid !== pool.fingerprint) throw new Error('kid');
  } catch (error) {
    throw unauthorized(reasonOf(error, decodeKid(jwt) !== pool.fingerprint));
  }
  return pool.id;
}

function reasonOf(error: unknown, isOtherKey: boolean): string {
  if (isOtherKey) return 'the pool was reset: use its new token and key';
  const code = (error as { code?: string }).code;
  if (code === 'ERR_JWT_EXPIRED') return 'the token of the pool has expired: is the clock of its cluster right?';
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED')
    return 'the token of the pool has wrong claims, or was made in the future';
  return 'the token was not signed by the key of the pool';
}

function decodeKid(jwt: string): unknown {
  try {
    return (JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()) as { kid?: unknown }).kid;
  } catch {
    return undefined;
  }
}

function unauthorized(message: string): RequestError {
  return new RequestError('unauthorized', `unauthorized: ${message}`);
}
