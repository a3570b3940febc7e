import type { Registry } from 'prom-client';
import type { Clock } from '../../time';
import { backoffMs, sleep, systemClock } from '../../time';
import { isAborted, KubeError, messageOf, TerminalError } from './errors';
import type { Logger } from './logger';
import { silentLogger } from './logger';
import { queueMetrics } from './metrics';

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
  /** First delay after a failure, doubled each time, with jitter; @default 100 */
  baseDelayMs?: number;
  /** @default 60,000 */
  maxDelayMs?: number;
  logger?: Logger;
  clock?: Clock;
  /** From 0 up to but without 1, for jitter; @default Math.random */
  random?: () => number;
  metrics?: Registry;
}

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

  /** Keys that wait for their turn; delayed ones do not count. */
  get depth(): number {
    return this.waiting.size;
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
    } else if (!this.waiting.has(key)) {
      this.waiting.set(key, this.clock.monotonic());
      this.metrics?.adds.inc();
      this.metrics?.depth.set(this.waiting.size);
      this.pump();
    }
  }

  /** Adds the key after the delay. Of several delays for one key the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.state === 'stopped') return;
    if (delayMs <= 0) return this.add(key);
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

  /** Takes no further key and lets the running passes finish; after graceMs their signal is aborted. */
  async stop(graceMs = 10_000): Promise<void> {
    this.state = 'stopped';
    for (const { cancel } of this.delayed.values()) cancel();
    this.delayed.clear();
    this.waiting.clear();
    this.again.clear();
    const finished = new AbortController();
    const patience = sleep(this.clock, graceMs, finished.signal).then(() => this.aborting.abort());
    await this.whenIdle();
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
      if (result?.requeueAfterMs !== undefined) this.addAfter(key, result.requeueAfterMs);
    } catch (error) {
      this.fail(key, error);
    } finally {
      this.metrics?.worked.observe((this.clock.monotonic() - startedAt) / 1000);
      this.running.delete(key);
      if (this.again.delete(key)) this.add(key);
      this.pump();
      if (this.isIdle()) for (const wake of this.idleWaiters) wake();
      if (this.isIdle()) this.idleWaiters.clear();
    }
  }

  private fail(key: string, error: unknown): void {
    if (this.aborting.signal.aborted && isAborted(error)) return;
    this.metrics?.errors.inc();
    if (error instanceof TerminalError) {
      this.failures.delete(key);
      this.logger.error({ queue: this.name, key, err: error }, 'pass failed and waits for a change');
      return;
    }
    const failures = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failures);
    const { baseDelayMs = 100, maxDelayMs = 60_000, random = Math.random } = this.options;
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
    this.logger.warn(fields, 'pass failed and will be repeated');
    this.addAfter(key, delayMs);
  }

  private isIdle(): boolean {
    return this.running.size === 0 && (this.waiting.size === 0 || this.state === 'new');
  }
}
