import type { Logger } from 'pino';
import type { LogInEnd, LogInObserver } from '../admission/log-ins';
import { RequestError } from '../errors';
import type { SessionEvent, SessionTrail } from '../identity/web-sessions';
import { LIMIT } from '../limits';
import type { Store, Transaction } from '../store';
import type { FieldChanges } from '../store/audit-trail';
import { writeEntry } from './audited';
import { actorOf, type Actor, type Origin } from './actor';
import type { Refusals } from './refusals';

const DAY_MS = 24 * 60 * 60_000;

type SessionAction = SessionEvent['action'];

interface TrailParts {
  readonly store: Pick<Store, 'transaction'>;
  readonly now: () => number;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** What one key has left in the trail today. */
interface Left {
  written: number;
  readonly places: Set<string>;
}

/**
 * The audit trail's entries of log-ins and log-outs. People at the page leave one each time; programs, which log in every few
 * minutes, one a day (UTC) from each address. A day has so many of a key, so that nobody drives out what was changed.
 */
export class LogInTrail implements SessionTrail {
  private day = 0;
  private left = new Map<string, Left>();

  constructor(private readonly parts: TrailParts) {}

  async write(tx: Pick<Transaction, 'auditTrail'>, { action, caller, origin, ended }: SessionEvent): Promise<void> {
    if (!this.takes(caller.id)) return;
    const changes: Record<SessionAction, FieldChanges> = {
      'session.create': { way: { to: 'page' } },
      'session.delete': {},
      'session.delete-all': { sessions: { from: ended ?? 0, to: 0 } },
    };
    await this.insert(tx, action, actorOf(caller, origin), changes[action]);
  }

  /** A program has logged in, which is in, whether or not that can be written down. */
  async noteProgram(way: string, caller: NonNullable<LogInEnd['caller']>, origin: Origin): Promise<void> {
    const { places } = this.leftOf(caller.id);
    if (places.has(origin.address) || !this.takes(caller.id)) return;
    places.add(origin.address);
    const { store, logger } = this.parts;
    const actor = actorOf(caller, origin);
    try {
      await store.transaction((tx) => this.insert(tx, 'session.create', actor, { way: { to: way } }));
    } catch (error) {
      places.delete(origin.address);
      logger.error({ err: error, actor: caller.id }, 'a log-in could not be written into the audit trail');
    }
  }

  private async insert(
    tx: Pick<Transaction, 'auditTrail'>,
    action: SessionAction,
    actor: Actor,
    changes: FieldChanges,
  ): Promise<void> {
    const { newId, now } = this.parts;
    const facts = { object: { id: actor.id, name: actor.name }, changes };
    await writeEntry(tx, action, { entryId: newId(), actor, time: now() }, { facts });
  }

  private takes(keyId: string): boolean {
    const left = this.leftOf(keyId);
    left.written += 1;
    return left.written <= LIMIT.auditedLogIns;
  }

  private leftOf(keyId: string): Left {
    const day = Math.floor(this.parts.now() / DAY_MS);
    if (day !== this.day) this.left = new Map();
    this.day = day;
    const left = this.left.get(keyId) ?? { written: 0, places: new Set() };
    this.left.set(keyId, left);
    return left;
  }
}

/** Writes log-ins of programs into the audit trail, and failed ones: from where they come, and whom they claim to be. */
export const logInObserver =
  (refusals: Refusals, trail: LogInTrail): LogInObserver =>
  async ({ result, logIn: { kind, id, way }, origin, who, caller }) => {
    // Sessions of the page are written down in the transaction that begins them.
    if (caller && way !== 'page') await trail.noteProgram(way, caller, origin);
    if (result !== 'refused') return;
    const actor = { kind: 'nobody', id: '', name: '', role: '', ...origin };
    const refusal = new RequestError('unauthorized', `the log-in with an ${kind} failed`);
    await refusals.note(`address ${who}`, { action: 'session.create', objectId: id }, actor, refusal);
  };
