import { createHash } from 'node:crypto';
import { jwtVerify as verify, type JWTPayload, type JWTVerifyOptions } from 'jose';

/** Signatures that are known of a key: those that were checked last. */
const MOST = 1_000;

type Options = Required<Pick<JWTVerifyOptions, 'algorithms' | 'currentDate'>> & { readonly audience: string };

const known = new WeakMap<Uint8Array, Map<string, JWTPayload>>();

/**
 * Verifies a JWT of ours as `jose` does, and its signature only once: programs send the same one for hours.
 * @throws an error of `jose` for one that is not in order
 */
export async function jwtVerify<Claims>(
  jwt: string,
  key: Uint8Array,
  options: Options,
): Promise<{ readonly payload: JWTPayload & Claims }> {
  const verified = known.get(key) ?? new Map<string, JWTPayload>();
  known.set(key, verified);
  const name = createHash('sha256').update(jwt).digest('base64');
  const before = verified.get(name);
  if (before && isGood(before, options)) return { payload: before as JWTPayload & Claims };
  verified.delete(name);
  const { payload } = await verify<Claims>(jwt, key, options);
  verified.set(name, payload);
  const [oldest] = verified.keys();
  if (verified.size > MOST && oldest !== undefined) verified.delete(oldest);
  return { payload };
}

/** What may have changed since its signature was checked; all else is looked at anew. */
function isGood({ aud, exp = 0 }: JWTPayload, { audience, currentDate }: Options): boolean {
  return aud === audience && exp > Math.floor(currentDate.getTime() / 1000);
}
