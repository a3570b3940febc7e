import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { parseJson } from '../../protocol/json';
import { ConfigurationError, RequestError } from '../errors';
import type { KeyFiles } from '../key-files';
import { DownloadTickets } from './download-tickets';
import { IssuerKeys } from './issuer-keys';
import { jwtVerify } from './jwt-verify';
import type { OidcTrust } from './oidc-trust';
import { OidcTokens } from './oidc-tokens';
import type { Store } from '../store';
import { isRole, type Caller, type Role } from './rights';

/** Ten hours, as the clients of Spacelift expect; a token must outlive a long `terraform apply`. */
const USER_JWT_SECONDS = 36_000;

/** An hour where tokens stand for the secret: whoever gets no new ones has no session for long. */
export const OIDC_JWT_SECONDS = 3_600;

const SIGNING_KEY_BYTES = 32;

/** How exactly it is known when a key was used last: a log-in a second writes nothing. */
const LAST_USED_MS = 60 * 60_000;

const ApiKey = z.object({ id: z.string().min(1), secret: z.string().min(16) });
export type ApiKey = z.infer<typeof ApiKey>;

export interface Session {
  readonly caller: Caller;
  readonly jwt: string;
  /** Seconds since the epoch. */
  readonly validUntil: number;
}

/** That somebody knows the secret of a key, or has a token for it. */
export interface KeyProof {
  readonly caller: Caller;
  /** Of the key as it is now, for `stillIs`. */
  readonly stamp: string;
  /** How long a session may last that it is exchanged for, in milliseconds. */
  readonly longestMs: number;
}

export interface ApiKeyParts {
  readonly keys: KeyFiles;
  /** The start key, where it is given. */
  readonly given: ApiKey | undefined;
  readonly store: Store;
  /** The public URL, which the JWTs are for. */
  readonly audience: () => string;
  readonly now: () => number;
  /** @default - of `now`, with keys that are fetched */
  readonly oidcTokens?: OidcTokens;
}

/** A key as it is checked, whether it is the start key or one of the database. */
interface Known extends Omit<Caller, 'kind'> {
  readonly secretHash: string;
  /** Whose tokens stand for the secret, as JSON. */
  readonly oidc: string | null;
  /** Undefined for the start key, of which that is not known. */
  readonly lastUsedAt?: number | null;
}

/**
 * The API keys of people and programs, and the JWTs that they are exchanged for. The start key comes from the operator and is
 * in no database: an admin who cannot be locked out. A JWT holds a stamp of the key as it was; each use looks at the key
 * again, so that one that was deleted, or has another role or secret, has no JWT at any replica.
 */
export class ApiKeys {
  private readonly startKey: Known;
  private readonly oidcTokens: OidcTokens;
  readonly tickets: DownloadTickets;

  private constructor(
    readonly key: ApiKey,
    private readonly signingKey: Uint8Array,
    private readonly parts: Omit<ApiKeyParts, 'keys' | 'given'>,
  ) {
    const { id, secret } = key;
    this.startKey = { id, name: id, role: 'admin', secretHash: hashOf(secret), oidc: null };
    this.tickets = new DownloadTickets({ key: signingKey, audience: parts.audience, now: parts.now });
    this.oidcTokens = parts.oidcTokens ?? new OidcTokens(new IssuerKeys(parts.now), parts.now);
  }

  /** Reads `admin-key.json` and `jwt.key`, or makes them at first start. A given key is not written down. */
  static open({ keys, given, ...parts }: ApiKeyParts): ApiKeys {
    const key = given ? ApiKey.parse(given) : readKey(keys);
    return new ApiKeys(key, readSigningKey(keys), parts);
  }

  /** What the JWTs are for. */
  get publicUrl(): string {
    return this.parts.audience();
  }

  /** Undefined for a wrong id or secret. @throws RequestError for a token in place of a secret, as `OidcTokens` */
  async exchange(id: string, secret: string): Promise<Session | undefined> {
    const known = await this.check(id, secret);
    return known && this.sessionOf(known, this.used(known));
  }

  /** Whose id and secret they are; undefined where they are wrong. @throws as `exchange` */
  async authenticate(id: string, secret: string): Promise<Caller | undefined> {
    const known = await this.check(id, secret);
    return known && this.used(known);
  }

  /** The same, for a session that is kept elsewhere. */
  async prove(id: string, secret: string): Promise<KeyProof | undefined> {
    const known = await this.check(id, secret);
    return known && { caller: this.used(known), stamp: this.stampOf(known), longestMs: longestSeconds(known) * 1000 };
  }

  /** Whose key it was when it had that stamp; undefined where it is not as it was then. */
  async stillIs(id: string, stamp: string): Promise<Caller | undefined> {
    const known = await this.find(id);
    return known && equal(stamp, this.stampOf(known)) ? this.used(known) : undefined;
  }

  /** Whom a JWT was made for; undefined when it is not valid, or not any more. */
  async verify(jwt: string): Promise<Caller | undefined> {
    const claims = await this.claimsOf(jwt);
    return claims && this.stillIs(claims.id, claims.stamp);
  }

  private async claimsOf(jwt: string): Promise<{ readonly id: string; readonly stamp: string } | undefined> {
    try {
      const { payload } = await jwtVerify<{ stamp?: unknown }>(jwt, this.signingKey, {
        algorithms: ['HS256'],
        audience: this.publicUrl,
        currentDate: new Date(this.parts.now()),
      });
      const { sub, stamp } = payload;
      return typeof sub === 'string' && typeof stamp === 'string' ? { id: sub, stamp } : undefined;
    } catch {
      return undefined;
    }
  }

  private async sessionOf(known: Known, caller: Caller): Promise<Session> {
    const issuedAt = Math.floor(this.parts.now() / 1000);
    const validUntil = issuedAt + longestSeconds(known);
    const jwt = await new SignJWT({ stamp: this.stampOf(known) })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(known.id)
      .setAudience(this.publicUrl)
      .setIssuedAt(issuedAt)
      .setExpirationTime(validUntil)
      .sign(this.signingKey);
    return { caller, jwt, validUntil };
  }

  private async check(id: string, secret: string): Promise<Known | undefined> {
    const known = await this.find(id);
    // An unknown key takes as long as a known one.
    const isRight = equal(hashOf(secret), known?.secretHash ?? '');
    if (known && known.oidc !== null) {
      await this.oidcTokens.check(JSON.parse(known.oidc) as OidcTrust, secret);
      return known;
    }
    return known && isRight ? known : undefined;
  }

  private async find(id: string): Promise<Known | undefined> {
    if (id === this.startKey.id) return this.startKey;
    const record = await this.parts.store.read.apiKeys.find(id);
    // A role of a later version is none here.
    if (!record || !isRole(record.role)) return undefined;
    return { ...record, role: record.role };
  }

  /** Nobody waits for that to be written down. */
  private used(known: Known): Caller {
    const { store, now } = this.parts;
    const { id, lastUsedAt } = known;
    if (lastUsedAt === null || (lastUsedAt !== undefined && now() - lastUsedAt >= LAST_USED_MS)) {
      void store.transaction((tx) => tx.apiKeys.update(id, { lastUsedAt: now() })).catch(() => undefined);
    }
    return callerOf(known);
  }

  /** Another one as soon as the key has another secret or role, or trusts other tokens. */
  private stampOf({ id, secretHash, role, oidc }: Known): string {
    const trust = oidc === null ? '' : `\n${oidc}`;
    return createHmac('sha256', this.signingKey).update(`${id}\n${secretHash}\n${role}${trust}`).digest('base64url');
  }
}

/** How long a session of a key lasts at most. */
const longestSeconds = ({ oidc }: Known): number => (oidc === null ? USER_JWT_SECONDS : OIDC_JWT_SECONDS);

/** What a secret is stored as. It is random, and long enough that nobody can try them all: no slow hash is needed. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** The prefix lets scanners for leaked secrets find it. */
export const newSecret = (): string => `wpk_${randomBytes(32).toString('base64url')}`;

/** A secret that `newSecret` may have made. @throws RequestError `malformed` for another one */
export function checkSecret(secret: string): string {
  if (/^wpk_[\w-]{43}$/.test(secret)) return secret;
  throw new RequestError('malformed', 'the secret of a key is made here, and this one was not');
}

/** A fresh `jwt.key`. */
export const newSigningKey = (): string => `${randomBytes(SIGNING_KEY_BYTES).toString('base64')}\n`;

/** A fresh `admin-key.json`. */
export const newApiKey = (): string =>
  `${JSON.stringify({ id: 'admin', secret: randomBytes(24).toString('base64url') } satisfies ApiKey, null, 2)}\n`;

function callerOf({ id, name, role }: { id: string; name: string; role: Role }): Caller {
  return { id, name, role, kind: 'API key' };
}

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
