import { z } from 'zod';
import { Ulid } from './messages';
import { shapeAdvice, withShapeAdvice, type SecretPart } from './secret-shapes';

/** An address of a control plane: programs put their own paths below it, so that it has none. */
const address = (protocol: RegExp) =>
  z.url({ protocol, abort: true }).refine((value) => {
    const { hostname, pathname, search, hash, username, password } = new URL(value);
    return hostname !== '' && /^\/*$/.test(pathname) && `${search}${hash}${username}${password}` === '';
  });

/** `https://host:port`, or `http://` behind a proxy, without a path. */
export const HttpAddress = address(/^https?$/);

/** `mqtts://host:port`, or `mqtt://`. */
export const MqttAddress = address(/^mqtts?$/);

/** What a pool's token says: where the control plane is, how to know it, and the pool's own certificate. Not secret by itself. */
export const PoolToken = z.object({
  version: z.literal(1),
  /** ULID of the pool. */
  poolId: Ulid,
  endpoint: HttpAddress,
  mqtt: MqttAddress,
  /** PEM of the authority that signed the control plane's certificate; '' trusts those that Node.js knows. */
  ca: z.string(),
  /** PEM of the pool's certificate; its fingerprint names the key that signs the pool's JWTs. */
  certificate: z.string().includes('-----BEGIN CERTIFICATE-----'),
});
export type PoolToken = z.infer<typeof PoolToken>;

/** The token or the key of a pool cannot be read; the message says what is wrong and is safe to show. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';

  constructor(
    readonly part: 'token' | 'privateKey' | 'pair',
    message: string,
  ) {
    super(message);
  }
}

/** Base64 as it lies in the Secret. */
export function encodeToken(token: PoolToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64');
}

/**
 * Reads a token as the control plane hands it out. White space around it is ignored.
 * @throws CredentialsError when it is not base64 of the JSON above.
 */
export function parseToken(base64: string): PoolToken {
  let json: unknown;
  try {
    json = JSON.parse(decodeBase64(base64, 'token'));
  } catch (error) {
    if (error instanceof CredentialsError) throw error;
    const advice = shapeAdvice('token', base64) ?? 'use the token file exactly as the control plane made it';
    throw new CredentialsError('token', `the token is base64, but not of a worker pool configuration: ${advice}`);
  }
  const parsed = PoolToken.safeParse(json);
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ');
    throw new CredentialsError(
      'token',
      `the token has missing or malformed parts (${where}): make a new one for the pool`,
    );
  }
  return parsed.data;
}

/** Decodes strictly, because Node's own decoder ignores what it does not know. @throws CredentialsError */
export function decodeBase64(base64: string, part: SecretPart): string {
  const compact = base64.replace(/\s+/g, '');
  if (compact === '') throw new CredentialsError(part, `the ${part} is empty`);
  const illegal = /[^A-Za-z0-9+/=]/.exec(compact);
  if (illegal) {
    const words = `unable to base64 decode ${part}: illegal base64 data at input byte ${illegal.index}`;
    throw new CredentialsError(part, withShapeAdvice(words, part, base64));
  }
  return Buffer.from(compact, 'base64').toString('utf8');
}
