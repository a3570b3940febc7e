import { createHash, randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import type { ObjectMeta } from '../../api/meta';
import type { Clock } from '../../time';
import { systemClock } from '../../time';
import type { KubeClient } from './client-types';
import { isNotFound, messageOf } from './errors';
import { EventCorrelator, type EventInput } from './event-correlator';
import type { Logger } from './logger';
import { silentLogger } from './logger';
import { eventMetrics } from './instruments';
import type { KubeObject } from './objects';
import { EVENTS } from './objects';
import { timestamp } from './status';

/** What an event is about. */
interface EventTarget {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

interface EventRecorderOptions {
  client: KubeClient;
  /** Who reports, for example `workerpool-controller`. */
  component: string;
  logger?: Logger;
  clock?: Clock;
  metrics?: Registry;
}

/** The API's Event, as far as it is written. */
interface CoreEvent extends KubeObject {
  involvedObject: {
    apiVersion: string;
    kind: string;
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
  };
  type: string;
  reason: string;
  message: string;
  count: number;
  firstTimestamp: string;
  lastTimestamp: string;
  source: { component: string };
  reportingComponent: string;
  reportingInstance: string;
}

interface Pending {
  target: EventTarget;
  event: EventInput;
  key: string;
  /** How often it happened since the last write. */
  times: number;
  firstAt: number;
  lastAt: number;
}

const CAPACITY = 1_000;
const LONGEST_MESSAGE = 1_024;

/** Writes Events in the background; repeats become a count; drops rather than queues for ever, and never fails a pass. */
export class EventRecorder {
  private readonly pending = new Map<string, Pending>();
  private readonly correlator: EventCorrelator;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: ReturnType<typeof eventMetrics>;
  private writing: Promise<void> | undefined;

  constructor(private readonly options: EventRecorderOptions) {
    this.clock = options.clock ?? systemClock;
    this.logger = options.logger ?? silentLogger;
    this.metrics = eventMetrics(options.metrics);
    this.correlator = new EventCorrelator(this.clock);
  }

  /** Returns at once. */
  event(target: EventTarget, input: EventInput): void {
    const now = this.clock.now();
    const combined = this.correlator.combine(target.metadata.uid ?? '', {
      ...input,
      message: shorten(input.message),
    });
    const event = { ...combined.event, message: shorten(combined.event.message) };
    const key = fingerprint(target, event, combined.sameAs);
    const waiting = this.pending.get(key);
    if (waiting) {
      waiting.event = event;
      waiting.times++;
      waiting.lastAt = now;
      return;
    }
    if (!this.correlator.admits(target.metadata.uid ?? '')) return this.drop('spam');
    if (this.pending.size >= CAPACITY) return this.drop('overflow');
    this.pending.set(key, { target, event, key, times: 1, firstAt: now, lastAt: now });
    this.writing ??= this.drain();
  }

  /** Resolves when everything accepted so far is written or dropped. */
  async flush(): Promise<void> {
    while (this.writing) await this.writing;
  }

  private async drain(): Promise<void> {
    // Let the pass that reports finish first, and let its repeats meet here.
    await Promise.resolve();
    for (const [key, pending] of this.pending) {
      this.pending.delete(key);
      try {
        await this.write(pending);
        this.metrics?.written.inc();
      } catch (error) {
        this.logger.warn({ reason: pending.event.reason, err: messageOf(error) }, 'an event could not be written');
        this.drop('refused');
      }
    }
    this.writing = undefined;
  }

  private async write(pending: Pending): Promise<void> {
    const { client } = this.options;
    const known = this.correlator.written(pending.key);
    if (known) {
      const count = known.count + pending.times;
      const body = { count, lastTimestamp: timestamp(new Date(pending.lastAt)), message: pending.event.message };
      try {
        await client.patch(EVENTS, known.namespace, known.name, body, { type: 'merge' });
        this.correlator.noteWritten(pending.key, { ...known, count });
        return;
      } catch (error) {
        // The API server forgets events after an hour: then it is a new one.
        if (!isNotFound(error)) throw error;
      }
    }
    const created = await client.create(EVENTS, namespaceOf(pending.target), this.build(pending));
    const { name, namespace } = created.metadata;
    this.correlator.noteWritten(pending.key, { name, namespace: namespace ?? '', count: pending.times });
  }

  private build({ target, event, times, firstAt, lastAt }: Pending): CoreEvent {
    const { component } = this.options;
    const { name, namespace, uid, resourceVersion } = target.metadata;
    return {
      metadata: {
        name: `${name.slice(0, 200)}.${randomBytes(8).toString('hex')}`,
        namespace: namespaceOf(target),
      },
      involvedObject: {
        apiVersion: target.apiVersion,
        kind: target.kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      type: event.type,
      reason: event.reason,
      message: event.message,
      count: times,
      firstTimestamp: timestamp(new Date(firstAt)),
      lastTimestamp: timestamp(new Date(lastAt)),
      source: { component },
      reportingComponent: component,
      reportingInstance: '',
    };
  }

  private drop(cause: string): void {
    this.metrics?.dropped.inc({ cause });
  }
}

/** Events about cluster-scoped objects live in `default`, as client-go has it. */
function namespaceOf(target: EventTarget): string {
  return target.metadata.namespace ?? 'default';
}

function fingerprint(target: EventTarget, event: EventInput, sameAs: string): string {
  const { namespace = '', name, uid = '' } = target.metadata;
  const parts = [target.kind, namespace, name, uid, event.type, event.reason, sameAs];
  return createHash('sha256').update(parts.join('\0')).digest('base64');
}

function shorten(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE - 1)}…`;
}
