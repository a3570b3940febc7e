import type { Logger } from 'pino';
import { RequestError, type RefusalCode } from '../errors';
import { requireRight, type Caller, type Right } from '../identity/rights';
import { LIMIT } from '../limits';
import type { Store } from '../store';
import { ACTIONS, type Action, type ObjectKind } from './actions';
import { actorOf, type Actor, type Origin } from './actor';
import type { Related } from './audited';

/** How long refusals of one caller are counted together. */
export const REFUSALS_MS = 60_000;

/** What somebody wanted to do, as far as it is known before anything is looked at: ids as they were given. */
export interface Attempt {
  readonly action: Action;
  readonly objectId?: string | undefined;
  readonly related?: { readonly kind: ObjectKind; readonly id: string } | undefined;
}

interface Refused extends Attempt {
  readonly actor: Actor;
  readonly code: RefusalCode;
  readonly message: string;
}

/** Refusals of one caller in a minute. */
interface Counted {
  written: number;
  more: number;
  last: Refused | undefined;
}

interface RefusalParts {
  readonly store: Pick<Store, 'transaction'>;
  readonly now: () => number;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** Ids and names as somebody gave them who was refused: they may be anything. */
const MOST_GIVEN = 100;

/**
 * The audit trail's entries of attempts that were refused. A minute has few of one caller and few in all: the rest of it is
 * counted, in one entry at its end, so that nobody fills the trail with what is refused.
 */
export class Refusals {
  private minute = 0;
  private timer: NodeJS.Timeout | undefined;
  private counted = new Map<string, Counted>();

  constructor(private readonly parts: RefusalParts) {}

  /** Lets somebody do what their role allows. @throws RequestError `forbidden`, once that is noted */
  async admit(caller: Caller, origin: Origin, right: Right, attempt: Attempt): Promise<Actor> {
    const actor = actorOf(caller, origin);
    try {
      requireRight(caller, right);
    } catch (error) {
      if (error instanceof RequestError) await this.note(`caller ${caller.id}`, attempt, actor, error);
      throw error;
    }
    return actor;
  }

  /**
   * Notes what was refused.
   * @param who whose share of the minute it takes
   */
  async note(who: string, attempt: Attempt, actor: Actor, { code, message }: RequestError): Promise<void> {
    const minute = Math.floor(this.parts.now() / REFUSALS_MS);
    if (minute !== this.minute) await this.flush();
    this.minute = minute;
    const counted = this.countedOf(who);
    const refused = { ...attempt, actor, code, message };
    if (counted.written < LIMIT.auditedRefusals && !this.isFull) {
      counted.written += 1;
      await this.write(refused, 1);
    } else {
      counted.more += 1;
      counted.last = refused;
      this.timer ??= setTimeout(() => void this.flush(), REFUSALS_MS).unref();
    }
  }

  async close(): Promise<void> {
    await this.flush();
  }

  /** Writes down what was counted. */
  private async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const counted = [...this.counted.values()];
    this.counted = new Map();
    for (const { more, last } of counted) {
      if (last) await this.write({ ...last, objectId: '', related: undefined }, more);
    }
  }

  private get isFull(): boolean {
    const written = [...this.counted.values()].reduce((sum, each) => sum + each.written, 0);
    return written >= LIMIT.auditedRefusalsInAll;
  }

  private countedOf(who: string): Counted {
    const key = this.counted.has(who) || this.counted.size < LIMIT.auditedRefusalsInAll ? who : 'others';
    const counted = this.counted.get(key) ?? { written: 0, more: 0, last: undefined };
    this.counted.set(key, counted);
    return counted;
  }

  /** Whoever is refused is refused, whether or not that can be written down. */
  private async write({ action, objectId, related, actor, code, message }: Refused, count: number): Promise<void> {
    const { store, newId, now, logger } = this.parts;
    const entry = {
      ...{ id: newId(), time: now(), action, outcome: 'refused' as const, code, actor, message, count, changes: {} },
      object: { kind: ACTIONS[action].object, id: given(objectId), name: '' },
      related: related ? ({ kind: related.kind, id: given(related.id), name: '' } satisfies Related) : null,
    };
    try {
      await store.transaction((tx) => tx.auditTrail.insert(entry));
    } catch (error) {
      logger.error({ err: error, action, actor: actor.id }, 'a refusal could not be written into the audit trail');
    }
  }
}

const given = (text = ''): string => text.slice(0, MOST_GIVEN);
