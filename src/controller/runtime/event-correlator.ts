import type { Clock } from '../../time';
import { LruMap } from './lru-map';
import { TokenBucket } from './token-bucket';

/** What is told of an object. */
export interface EventInput {
  type: 'Normal' | 'Warning';
  /** One word in UpperCamelCase. */
  reason: string;
  /** One plain sentence; longer than 1,024 characters is cut, as the API demands. */
  message: string;
}

/** Where an event was written, and how often it has happened. */
interface WrittenEvent {
  namespace: string;
  name: string;
  count: number;
}

interface CombinedEvent {
  event: EventInput;
  /** Events of one kind and object with the same are one. */
  sameAs: string;
}

interface Similar {
  since: number;
  messages: Set<string>;
}

/** client-go's words. */
const COMBINED = '(combined from similar events)';
const CAPACITY = 1_000;
const WINDOW_MS = 10 * 60_000;
/** Different messages of one reason, within the window, before they are written as one. */
const SIMILAR_LIMIT = 10;
/** For one object: 25 events at once, then one each five minutes. Both figures are client-go's. */
const BURST = 25;
const QPS = 1 / 300;

/** Remembers what was written, so that repeats are counted, similar ones combined and floods stopped. Bounded. */
export class EventCorrelator {
  private readonly known = new LruMap<string, WrittenEvent>(CAPACITY);
  private readonly similar = new LruMap<string, Similar>(CAPACITY);
  private readonly budgets = new LruMap<string, TokenBucket>(CAPACITY);

  constructor(private readonly clock: Clock) {}

  /** The event itself, or the one that stands for many of its kind whose messages differ and shows the newest of them. */
  combine(uid: string, event: EventInput): CombinedEvent {
    const key = `${uid}/${event.type}/${event.reason}`;
    const now = this.clock.monotonic();
    let entry = this.similar.get(key);
    if (!entry || now - entry.since > WINDOW_MS) entry = { since: now, messages: new Set() };
    this.similar.set(key, entry);
    if (entry.messages.has(event.message)) return { event, sameAs: event.message };
    if (entry.messages.size < SIMILAR_LIMIT) {
      entry.messages.add(event.message);
      return { event, sameAs: event.message };
    }
    return { event: { ...event, message: `${COMBINED}: ${event.message}` }, sameAs: COMBINED };
  }

  /** False when the object has had more events than anyone reads. */
  admits(uid: string): boolean {
    let budget = this.budgets.get(uid);
    if (!budget) this.budgets.set(uid, (budget = new TokenBucket(QPS, BURST, this.clock)));
    return budget.tryTake();
  }

  written(key: string): WrittenEvent | undefined {
    return this.known.get(key);
  }

  noteWritten(key: string, event: WrittenEvent): void {
    this.known.set(key, event);
  }
}
