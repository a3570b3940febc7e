import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { parseJson } from '../../protocol/json';
import { ConfigurationError } from '../errors';
import type { KeyFiles } from '../key-files';
import { jwtVerify } from './jwt-verify';

/** Ten hours, as the clients of Spacelift expect; a token must outlive a long `terraform apply`. */
const USER_JWT_SECONDS = 36_000;

const SIGNING_KEY_BYTES = 32;

const ApiKey = z.object({ id: z.string().min(1), secret: z.string().min(16) });
export type ApiKey = z.infer<typeof ApiKey>;

/** The API key of people and programs, and the JWTs that it is exchanged for. */
export class ApiKeys {
  private constructor(
    readonly key: ApiKey,
    private readonly signingKey: Uint8Array,
    private readonly audience: () => string,
    private readonly now: () => number,
  ) {}

  /** Reads `admin-key.json` and `jwt.key`, or makes them at first start. A given key is not written down. */
  static open(keys: KeyFiles, given: ApiKey | undefined, audience: () => string, now: () => number): ApiKeys {
    const key = given ? ApiKey.parse(given) : readKey(keys);
    // Of the API key as well, so that JWTs do not outlive the secret that they were exchanged for.
    const signingKey = createHmac('sha256', readSigningKey(keys)).update(`${key.id}\n${key.secret}`).digest();
    return new ApiKeys(key, signingKey, audience, now);
  }

  /** The public URL, which the JWTs are for. */
  get publicUrl(): string {
    return this.audience();
  }

  /** Undefined for a wrong id or secret. */
  async exchange(id: string, secret: string): Promise<{ jwt: string; validUntil: number } | undefined> {
    if (!this.matches(id, secret)) return undefined;
    const issuedAt = Math.floor(this.now() / 1000);
    const validUntil = issuedAt + USER_JWT_SECONDS;
    const jwt = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(id)
      .setAudience(this.audience())
      .setIssuedAt(issuedAt)
      .setExpirationTime(validUntil)
      .sign(this.signingKey);
    return { jwt, validUntil };
  }

  /** In constant time. */
  matches(id: string, secret: string): boolean {
    const idIsRight = equal(id, this.key.id);
    return equal(secret, this.key.secret) && idIsRight;
  }

  /** The id of the key that a JWT was made for; undefined when it is not valid. */
  async verify(jwt: string): Promise<string | undefined> {
    try {
      const { payload } = await jwtVerify(jwt, this.signingKey, {
        algorithms: ['HS256'],
        audience: this.audience(),
        currentDate: new Date(this.now()),
      });
      return payload.sub === this.key.id ? payload.sub : undefined;
    } catch {
      return undefined;
    }
  }
}

/** A fresh `jwt.key`. */
export const newSigningKey = (): string => `${randomBytes(SIGNING_KEY_BYTES).toString('base64')}\n`;

/** A fresh `admin-key.json`. */
export const newApiKey = (): string =>
  `${JSON.stringify({ id: 'admin', secret: randomBytes(24).toString('base64url') } satisfies ApiKey, null, 2)}\n`;

function readSigningKey(keys: KeyFiles): Uint8Array {
  const key = Buffer.from(keys.readOrMake('jwt.key', newSigningKey), 'base64');
  if (key.length >= SIGNING_KEY_BYTES) return key;
  throw new ConfigurationError(
    `${keys.path('jwt.key')} must hold ${SIGNING_KEY_BYTES} random bytes or more in base64: sessions that a shorter key signs could be forged`,
  );
}

function readKey(keys: KeyFiles): ApiKey {
  const parsed = ApiKey.safeParse(parseJson(keys.readOrMake('admin-key.json', newApiKey)));
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    `${keys.path('admin-key.json')} must hold {"id": "...", "secret": "at least 16 characters"}: mend it, or delete it for a new key`,
  );
}

function equal(left: string, right: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}
