import { randomBytes, timingSafeEqual, createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { writeFileDurably } from '../durable-file';

/** Ten hours, as the clients of Spacelift expect; a token must outlive a long `terraform apply`. */
const USER_JWT_SECONDS = 36_000;

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

  /** Reads `admin-key.json` and `jwt.key` of a folder, or makes them at first start. A given key is not written down. */
  static open(folder: string, given: ApiKey | undefined, audience: () => string, now: () => number): ApiKeys {
    const signingPath = join(folder, 'jwt.key');
    if (!existsSync(signingPath)) writeFileDurably(signingPath, randomBytes(32).toString('base64'), 0o600);
    const signingKey = Buffer.from(readFileSync(signingPath, 'utf8'), 'base64');
    return new ApiKeys(
      given ? ApiKey.parse(given) : readKey(join(folder, 'admin-key.json')),
      signingKey,
      audience,
      now,
    );
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

function readKey(path: string): ApiKey {
  if (!existsSync(path)) {
    const key: ApiKey = { id: 'admin', secret: randomBytes(24).toString('base64url') };
    writeFileDurably(path, `${JSON.stringify(key, null, 2)}\n`, 0o600);
    return key;
  }
  const parsed = ApiKey.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success)
    throw new Error(
      `${path} must hold {"id": "...", "secret": "at least 16 characters"}: mend it, or delete it for a new key`,
    );
  return parsed.data;
}

function equal(left: string, right: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}
