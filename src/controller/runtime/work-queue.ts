import type { Registry } from 'prom-client';
import type { Clock } from '../../time';
import { backoffMs, sleep, systemClock } from '../../time';
import { bounded } from './bounded';
import { isHalted, KubeError, messageOf } from './errors';
import type { Logger } from './logger';
import { silentLogger } from './logger';
import { queueMetrics } from './instruments';

export interface ReconcileResult {
  /** Look again after so many ms, unless a change comes sooner. */
  requeueAfterMs?: number;
}

/** One level-based pass: it gets a key, reads the state for itself, and may be called at any time, any number of times. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult | void>;

export interface WorkQueueOptions {
  /** Names the queue in metrics and logs. */
  name: string;
  reconcile: Reconcile;
  /** Keys at work at once; @default 4 */
  concurrency?: number;
  /** First delay after a failure, doubled each time, with jitter; @default 500 */
  baseDelayMs?: number;
  /** @default 60,000 */
  maxDelayMs?: number;
  /** From the start of a pass, news of its key wait so long for more, so that a storm of them costs few passes; @default 0 */
  quietMs?: number;
  logger?: Logger;
  clock?: Clock;
  /** From 0 up to but without 1, for jitter; @default Math.random */
  random?: () => number;
  metrics?: Registry;
}

interface StopOptions {
  /** How long running passes may take to finish before their signal is aborted; @default GRACE_MS */
  graceMs?: number;
  /** How long they are waited for after that; @default ABANDON_MS */
  abandonMs?: number;
}

/** How long passes that are under way may take to end when everything stops. */
export const GRACE_MS = 10_000;
/** What was told to stop and does not is waited for no longer than this. */
export const ABANDON_MS = 3_000;

/** Nothing but news makes the pass of a key begin again sooner, whatever delay a pass asks for. */
const SHORTEST_REPEAT_MS = 250;

interface Delayed {
  dueAt: number;
  cancel: () => void;
}

/** De-duplicates keys, never works on the same key twice at once, backs off on errors. */
export class WorkQueue {
  readonly name: string;
  /** Waiting keys in their order, with the time they came. */
  private readonly waiting = new Map<string, number>();
  /** Keys at work, with the time they began. */
  private readonly running = new Map<string, number>();
  /** Keys added while at work: they go again. */
  private readonly again = new Set<string>();
  private readonly delayed = new Map<string, Delayed>();
  /** Keys that had a pass just now; true when there have been news of them since. */
  private readonly resting = new Map<string, boolean>();
  private readonly failures = new Map<string, number>();
  private readonly idleWaiters = new Set<() => void>();
  private readonly aborting = new AbortController();
  private state: 'new' | 'started' | 'stopped' = 'new';
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: ReturnType<typeof queueMetrics>;

  constructor(private readonly options: WorkQueueOptions) {
    this.name = options.name;
    this.clock = options.clock ?? systemClock;
    this.logger = options.logger ?? silentLogger;
    this.metrics = queueMetrics(options.metrics, options.name);
  }

  /** How long, in ms, the oldest waiting key or running pass has been there; 0 when there is none. */
  get oldestMs(): number {
    const times = [...this.running.values(), this.waiting.values().next().value ?? Infinity];
    const oldest = Math.min(...times);
    return oldest === Infinity ? 0 : this.clock.monotonic() - oldest;
  }

  add(key: string): void {
    if (this.state === 'stopped') return;
    if (this.running.has(key)) {
      this.again.add(key);
    } else if (this.resting.has(key)) {
      this.resting.set(key, true);
    } else if (!this.waiting.has(key)) {
      this.waiting.set(key, this.clock.monotonic());
      this.metrics?.adds.inc();
      this.metrics?.depth.set(this.waiting.size);
      this.pump();
    }
  }

  /**
   * Adds the key after the delay. Of several delays for one key the earliest counts; a pass that begins before it is due
   * takes its place, and says itself when to look again.
   */
  addAfter(key: string, delayMs: number): void {
    if (this.state === 'stopped') return;
    const dueAt = this.clock.monotonic() + delayMs;
    const present = this.delayed.get(key);
    if (present && present.dueAt <= dueAt) return;
    present?.cancel();
    const cancel = this.clock.setTimer(delayMs, () => {
      this.delayed.delete(key);
      this.add(key);
    });
    this.delayed.set(key, { dueAt, cancel });
  }

  /** Keys added before wait for it. */
  start(): void {
    if (this.state === 'new') this.state = 'started';
    this.pump();
  }

  /** Takes no further key and lets the running passes finish, then aborts them, then gives them up. */
  async stop({ graceMs = GRACE_MS, abandonMs = ABANDON_MS }: StopOptions = {}): Promise<void> {
    this.state = 'stopped';
    for (const { cancel } of this.delayed.values()) cancel();
    this.delayed.clear();
    this.waiting.clear();
    this.again.clear();
    const finished = new AbortController();
    const patience = sleep(this.clock, graceMs, finished.signal).then(() => this.aborting.abort());
    try {
      await bounded(this.clock, graceMs + abandonMs, undefined, () => this.whenIdle());
    } catch {
      this.logger.error({ queue: this.name, keys: [...this.running.keys()].slice(0, 10) }, 'passes do not end: left');
    }
    finished.abort();
    await patience;
  }

  /** Resolves when no key waits for its turn or is at work; delayed ones do not count. */
  whenIdle(): Promise<void> {
    if (this.isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.add(resolve));
  }

  private pump(): void {
    if (this.state !== 'started') return;
    for (const [key, addedAt] of this.waiting) {
      if (this.running.size >= (this.options.concurrency ?? 4)) break;
      this.waiting.delete(key);
      this.delayed.get(key)?.cancel();
      this.delayed.delete(key);
      this.metrics?.waited.observe((this.clock.monotonic() - addedAt) / 1000);
      this.running.set(key, this.clock.monotonic());
      void this.work(key);
    }
    this.metrics?.depth.set(this.waiting.size);
  }

  private async work(key: string): Promise<void> {
    const startedAt = this.clock.monotonic();
    try {
      const result = await this.options.reconcile(key, this.aborting.signal);
      this.failures.delete(key);
      if (result?.requeueAfterMs !== undefined) this.repeat(key, result.requeueAfterMs, startedAt);
    } catch (error) {
      this.fail(key, error, startedAt);
    } finally {
      this.metrics?.worked.observe((this.clock.monotonic() - startedAt) / 1000);
      this.running.delete(key);
      const news = this.again.delete(key);
      this.rest(key, startedAt);
      if (news) this.add(key);
      this.pump();
      if (this.isIdle()) for (const wake of this.idleWaiters) wake();
      if (this.isIdle()) this.idleWaiters.clear();
    }
  }

  private repeat(key: string, delayMs: number, startedAt: number): void {
    this.addAfter(key, Math.max(delayMs, startedAt + SHORTEST_REPEAT_MS - this.clock.monotonic(), 0));
  }

  private rest(key: string, startedAt: number): void {
    const restMs = startedAt + (this.options.quietMs ?? 0) - this.clock.monotonic();
    if (restMs <= 0) return;
    this.resting.set(key, false);
    this.clock.setTimer(restMs, () => {
      const news = this.resting.get(key);
      this.resting.delete(key);
      if (news) this.add(key);
    });
  }

  private fail(key: string, error: unknown, startedAt: number): void {
    // What a stopped queue was at is the next leader's to do.
    if (this.aborting.signal.aborted) return;
    this.metrics?.errors.inc();
    const failures = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failures);
    const { baseDelayMs = 500, maxDelayMs = 60_000, random = Math.random } = this.options;
    const backoff = backoffMs(failures, { firstMs: baseDelayMs, longestMs: maxDelayMs, random });
    const retryAfterMs = error instanceof KubeError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    const delayMs = Math.max(backoff, retryAfterMs);
    this.metrics?.retries.inc();
    const fields = {
      queue: this.name,
      key,
      failures,
      delayMs,
      err: error instanceof KubeError ? messageOf(error) : error,
    };
    // A thousand passes that were held back say nothing that the elector does not.
    this.logger[isHalted(error) ? 'debug' : 'warn'](fields, 'pass failed and will be repeated');
    this.repeat(key, delayMs, startedAt);
  }

  private isIdle(): boolean {
    return this.running.size === 0 && (this.waiting.size === 0 || this.state === 'new');
  }
}
