import { randomBytes } from 'node:crypto';
import { LIMIT } from '../limits';
import type { Store, Transaction } from '../store';
import type { WebSessionRecord } from '../store/web-sessions';
import { hashOf, type ApiKeys } from './api-keys';
import type { Caller } from './rights';
import { keyTopic } from './stream-rights';

/** How long a session at the web pages lasts, whatever is done in it. */
export const WEB_SESSION_MS = 10 * 60 * 60_000;
/** How long it lasts while nothing is done in it; a page that keeps itself up to date does nothing. */
export const WEB_SESSION_IDLE_MS = 4 * 60 * 60_000;
/** How exactly it is known when a session was used last: most requests write nothing. */
const USED_MS = 60_000;

export interface WebSession {
  readonly caller: Caller;
  readonly startedAt: number;
  /** To the minute. */
  readonly usedAt: number;
  /** Unless it ends before, because nothing is done in it. */
  readonly endsAt: number;
}

/** That a session began or ended because somebody wanted it so. */
export interface SessionEvent {
  readonly action: 'session.create' | 'session.delete' | 'session.delete-all';
  readonly caller: Caller;
  readonly origin: Place;
  /** How many sessions were ended, where all were. */
  readonly ended?: number;
}

/** Where a request comes from, and what the client says that it is. */
interface Place {
  readonly address: string;
  readonly client: string;
}

/** Keeps who logged in and out. */
export interface SessionTrail {
  /** In the transaction in which that happens. */
  write(tx: Transaction, event: SessionEvent): Promise<void>;
}

interface Credentials {
  readonly id: string;
  readonly secret: string;
  /** The session that the browser has, if any. */
  readonly former: string | undefined;
  readonly origin: Place;
}

/**
 * Sessions of people at the web pages. A browser has a random id in a cookie, the database its hash, so that every replica
 * knows it and nobody who reads the database can use it. Each use looks at the key again.
 */
export class WebSessions {
  constructor(
    private readonly store: Store,
    private readonly apiKeys: ApiKeys,
    private readonly now: () => number,
    private readonly trail: SessionTrail,
  ) {}

  /**
   * A session with an id that nobody had before, in place of the one that the browser has. The one that its key has not used
   * for the longest goes where there are too many.
   * @param mayBegin @throws where the key may not
   * @returns undefined for a wrong id or secret
   * @throws RequestError as `ApiKeys.exchange`
   */
  async begin(
    { id, secret, former, origin }: Credentials,
    mayBegin: (caller: Caller) => void,
  ): Promise<{ readonly sessionId: string; readonly caller: Caller } | undefined> {
    const proof = await this.apiKeys.prove(id, secret);
    if (!proof) return undefined;
    const { caller, stamp, longestMs } = proof;
    mayBegin(caller);
    const sessionId = randomBytes(32).toString('base64url');
    const now = this.now();
    const endsAt = now + Math.min(WEB_SESSION_MS, longestMs);
    const session = { idHash: hashOf(sessionId), keyId: caller.id, stamp, createdAt: now, usedAt: now, endsAt };
    await this.store.transaction(async (tx) => {
      await tx.webSessions.deleteEnded(now, now - WEB_SESSION_IDLE_MS);
      if (former !== undefined) await tx.webSessions.delete(hashOf(former));
      const others = await tx.webSessions.ofKey(caller.id);
      for (const { idHash } of others.slice(LIMIT.webSessionsOfKey - 1)) await tx.webSessions.delete(idHash);
      await tx.webSessions.insert(session);
      await this.trail.write(tx, { action: 'session.create', caller, origin });
      await tx.notify([keyTopic(caller.id)]);
    });
    return { sessionId, caller };
  }

  /** Undefined for one that has ended. */
  async find(sessionId: string): Promise<WebSession | undefined> {
    const session = await this.store.read.webSessions.find(hashOf(sessionId));
    if (!session || !this.lasts(session)) return undefined;
    const caller = await this.apiKeys.stillIs(session.keyId, session.stamp);
    const { createdAt: startedAt, usedAt, endsAt } = session;
    return caller && { caller, startedAt, usedAt, endsAt };
  }

  /** The same, for a request of a person, which may go on where that cannot be written down. */
  async use(sessionId: string): Promise<WebSession | undefined> {
    const session = await this.find(sessionId);
    const now = this.now();
    if (session && now - session.usedAt >= USED_MS) {
      await this.store.transaction((tx) => tx.webSessions.use(hashOf(sessionId), now)).catch(() => undefined);
    }
    return session;
  }

  /** How many of a key last. */
  async count(keyId: string): Promise<number> {
    return (await this.store.read.webSessions.ofKey(keyId)).filter((session) => this.lasts(session)).length;
  }

  /** Of one that has ended by itself nothing is written down. */
  async end(sessionId: string, origin: Place): Promise<void> {
    const caller = (await this.find(sessionId))?.caller;
    await this.store.transaction(async (tx) => {
      const session = await tx.webSessions.find(hashOf(sessionId));
      if (!session) return;
      await tx.webSessions.delete(session.idHash);
      if (caller) await this.trail.write(tx, { action: 'session.delete', caller, origin });
      await tx.notify([keyTopic(session.keyId)]);
    });
  }

  /** Every one of a key, in whatever browser. */
  async endAll(caller: Caller, origin: Place): Promise<void> {
    await this.store.transaction(async (tx) => {
      const lasting = (await tx.webSessions.ofKey(caller.id)).filter((session) => this.lasts(session));
      await tx.webSessions.deleteOfKey(caller.id);
      await this.trail.write(tx, { action: 'session.delete-all', caller, origin, ended: lasting.length });
      await tx.notify([keyTopic(caller.id)]);
    });
  }

  private lasts({ endsAt, usedAt }: WebSessionRecord): boolean {
    return this.now() < endsAt && this.now() < usedAt + WEB_SESSION_IDLE_MS;
  }
}
