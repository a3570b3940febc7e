import { createHash } from 'node:crypto';
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { LIMIT } from '../limits';
import { fetchDocument, mayBeFetched } from './issuer-fetch';
import { readKeySet } from './key-set';
import type { OidcTrust } from './oidc-trust';

/** How long fetched keys are taken as they are. */
export const ISSUER_KEYS_FRESH_MS = 10 * 60_000;
/** How long they count while the issuer cannot be reached: a key that it has withdrawn is good no longer than that. */
export const ISSUER_KEYS_STALE_MS = 60 * 60_000;
/** How often an issuer is asked at most, whatever tokens come. */
export const ISSUER_FETCH_EVERY_MS = 15_000;

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.string() });

type Where = Pick<OidcTrust, 'issuer' | 'jwks' | 'jwksUrl' | 'ca'>;

interface Fetched {
  keys: JWTVerifyGetKey | undefined;
  fetchedAt: number;
  triedAt: number;
  failure: Error | undefined;
  /** A fetch that is under way, for all who wait for it. */
  pending: Promise<void> | undefined;
}

/** The keys of issuers, fetched where they are needed and kept for a while. */
export class IssuerKeys {
  /** The one that was asked for the longest ago first. */
  private readonly known = new Map<string, Fetched>();

  constructor(
    private readonly now: () => number,
    private readonly fetch: (url: string, ca: string | null) => Promise<unknown> = fetchDocument,
  ) {}

  /** @throws Error where there are none, with why they cannot be fetched */
  async of(where: Where): Promise<JWTVerifyGetKey> {
    if (where.jwks !== null) return createLocalJWKSet(readKeySet(JSON.parse(where.jwks)));
    const fetched = this.entry(where);
    if (this.now() - fetched.fetchedAt >= ISSUER_KEYS_FRESH_MS) await this.renew(fetched, where);
    if (fetched.keys && this.now() - fetched.fetchedAt < ISSUER_KEYS_STALE_MS) return fetched.keys;
    throw fetched.failure ?? new Error('it could not be fetched');
  }

  /** The keys as they are now, for a token of a key that is not among them; undefined where they were fetched just now. */
  async newer(where: Where): Promise<JWTVerifyGetKey | undefined> {
    if (where.jwks !== null) return undefined;
    const fetched = this.entry(where);
    const before = fetched.keys;
    await this.renew(fetched, where);
    return fetched.keys === before ? undefined : fetched.keys;
  }

  private entry({ issuer, jwksUrl, ca }: Where): Fetched {
    const name = createHash('sha256')
      .update(JSON.stringify([issuer, jwksUrl, ca]))
      .digest('base64');
    const none = { keys: undefined, fetchedAt: -Infinity, triedAt: -Infinity, failure: undefined, pending: undefined };
    const fetched = this.known.get(name) ?? none;
    this.known.delete(name);
    this.known.set(name, fetched);
    const [oldest] = this.known.keys();
    if (this.known.size > LIMIT.apiKeys && oldest !== undefined) this.known.delete(oldest);
    return fetched;
  }

  private async renew(fetched: Fetched, where: Where): Promise<void> {
    if (fetched.pending) return fetched.pending;
    if (this.now() - fetched.triedAt < ISSUER_FETCH_EVERY_MS) return;
    fetched.triedAt = this.now();
    fetched.pending = this.fetchInto(fetched, where).finally(() => (fetched.pending = undefined));
    return fetched.pending;
  }

  private async fetchInto(fetched: Fetched, where: Where): Promise<void> {
    try {
      const url = where.jwksUrl ?? (await this.discovered(where));
      fetched.keys = createLocalJWKSet(readKeySet(await this.fetch(url, where.ca)));
      fetched.fetchedAt = this.now();
      fetched.failure = undefined;
    } catch (error) {
      fetched.failure = error as Error;
    }
  }

  private async discovered({ issuer, ca }: Where): Promise<string> {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const document = Discovery.safeParse(await this.fetch(url, ca));
    if (!document.success) throw new Error(`${url}: it is no discovery document with issuer and jwks_uri`);
    const { issuer: named, jwks_uri: keys } = document.data;
    if (named !== issuer) throw new Error(`${url}: it is of another issuer`);
    if (mayBeFetched(keys) && (keys.startsWith('https:') || issuer.startsWith('http:'))) return keys;
    throw new Error(`${url}: its jwks_uri does not begin with https://`);
  }
}
