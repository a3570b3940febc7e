import type { Clock } from '../../time';
import { backoffMs, sleep } from '../../time';
import type { Cache } from './cache';
import type { KubeClient } from './client-types';
import { isGone, KubeError, messageOf, REASON, WatchErrorEvent } from './errors';
import type { Logger } from './logger';
import type { reflectorMetrics } from './instruments';
import type { KubeObject, ResourceType } from './objects';
import { compareVersions } from './objects';
import { Watchdog } from './watchdog';

const BACKOFF = { firstMs: 800, longestMs: 30_000 };
/** A watch that ended sooner without a word counts as a failure, so that it is not repeated in a tight loop. */
const SHORT_WATCH_MS = 1_000;
/** After so many watches in a row that brought nothing but failure, only a new list helps. */
const FAILURES_BEFORE_RELIST = 3;
/** Lists in a row that look older than what we know, before we believe that the cluster itself went back (a restore). */
const STALE_LISTS_BEFORE_BELIEF = 5;

interface ReflectorLoopOptions<T extends KubeObject> {
  client: KubeClient;
  resource: ResourceType;
  cache: Cache<T>;
  /** A namespace, or '' for all. */
  scope: string;
  labelSelector: string | undefined;
  pageSize: number;
  watchdogMs: number;
  auditMs: number;
  logger: Logger;
  clock: Clock;
  random: () => number;
  metrics: ReturnType<typeof reflectorMetrics>;
}

/** One namespace's list and watch, repeated until stopped. No error ends it. */
export class ReflectorLoop<T extends KubeObject> {
  readonly synced: Promise<void>;
  private resolveSynced!: () => void;
  private rejectSynced!: (error: Error) => void;
  /** The newest version seen; where the next watch begins. */
  private version: string | undefined;
  private mustList = true;
  private failures = 0;
  private staleLists = 0;
  private progressAt: number;
  private activeAt: number;
  private auditAt = Infinity;

  constructor(private readonly options: ReflectorLoopOptions<T>) {
    this.progressAt = this.activeAt = options.clock.monotonic();
    this.synced = new Promise((resolve, reject) => {
      this.resolveSynced = resolve;
      this.rejectSynced = reject;
    });
  }

  get silentMs(): number {
    return this.options.clock.monotonic() - this.progressAt;
  }

  get idleMs(): number {
    return this.options.clock.monotonic() - this.activeAt;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.mustList) await this.list(signal);
        await this.watch(signal);
      } catch (error) {
        if (!signal.aborted) await this.recover(error, signal);
      }
    }
  }

  giveUp(): void {
    this.rejectSynced(new Error(`The watch of ${this.options.resource.plural} was stopped before its first list.`));
  }

  private async list(signal: AbortSignal): Promise<void> {
    const { client, resource, cache, pageSize, metrics } = this.options;
    const items: T[] = [];
    let version: string | undefined;
    let next: string | undefined;
    do {
      const page = await client.list<T>(resource, {
        ...this.selection(),
        limit: pageSize,
        ...(next === undefined ? {} : { continue: next }),
        signal,
      });
      for (const item of page.items) items.push(cache.trim(item));
      version ??= page.resourceVersion;
      next = page.continue;
      this.progress();
    } while (next !== undefined);
    this.takeOver(items, version);
    metrics?.lists.inc();
  }

  private takeOver(items: T[], version: string): void {
    const { cache, scope, logger, clock, auditMs, random, metrics, resource } = this.options;
    const stale = (compareVersions(version, this.version) ?? 0) < 0;
    this.staleLists = stale ? this.staleLists + 1 : 0;
    if (stale && this.staleLists < STALE_LISTS_BEFORE_BELIEF) {
      const message = `The list of ${resource.plural} is of version ${version}, but ${this.version} was seen before.`;
      throw new KubeError({ status: 0, reason: 'StaleList', message });
    }
    if (stale)
      logger.warn({ resource: resource.plural, version }, 'the API server went back in time; its list is taken');
    const watchedUpTo = this.version;
    const changed = cache.replace(scope, items, version, stale);
    this.reportRepairs(changed, watchedUpTo);
    this.staleLists = 0;
    this.version = version;
    this.mustList = false;
    this.auditAt = auditMs > 0 ? clock.monotonic() + auditMs * (0.9 + 0.2 * random()) : Infinity;
    metrics?.items.set(cache.size);
    this.resolveSynced();
  }

  /** A change that is no newer than what the watch had reached should have come through the watch: it was lost. */
  private reportRepairs(changed: readonly T[], watchedUpTo: string | undefined): void {
    const missed = changed.filter(
      (object) => (compareVersions(object.metadata.resourceVersion, watchedUpTo) ?? 1) <= 0,
    );
    if (watchedUpTo === undefined || missed.length === 0) return;
    this.options.metrics?.repaired.inc(missed.length);
    this.options.logger.info(
      { resource: this.options.resource.plural, objects: missed.length },
      'a new list put right what the watch had not shown',
    );
  }

  private async watch(signal: AbortSignal): Promise<void> {
    const { client, resource, clock, random, metrics, watchdogMs } = this.options;
    const watchdog = new Watchdog({ clock, silenceMs: watchdogMs, until: this.auditAt, signal });
    const startedAt = clock.monotonic();
    let openedAt = Infinity;
    let received = 0;
    metrics?.watches.inc();
    try {
      const events = client.watch<T>(resource, {
        ...this.selection(),
        resourceVersion: this.version ?? '',
        timeoutSeconds: Math.round(300 + 300 * random()),
        onOpen: () => (openedAt = clock.monotonic()),
        signal: watchdog.signal,
      });
      for await (const event of events) {
        received++;
        watchdog.feed();
        this.progress();
        this.failures = 0;
        if (event.type !== 'BOOKMARK') this.take(event.type, event.object);
        this.advance(event.object.metadata.resourceVersion);
      }
    } catch (error) {
      if (watchdog.verdict === 'until') {
        this.mustList = true;
        return;
      }
      if (watchdog.verdict === 'silence') throw silence(resource, watchdogMs);
      if (wasCut(error) && clock.monotonic() - openedAt > this.longestBackoffMs) this.failures = 0;
      throw error;
    } finally {
      watchdog.end();
    }
    if (received === 0 && clock.monotonic() - startedAt < SHORT_WATCH_MS) throw shortWatch(resource);
    this.failures = 0;
  }

  /** A watch that outlived it and was cut, by a proxy that ends quiet streams say, was no failure of a row. */
  private get longestBackoffMs(): number {
    return backoffMs(this.failures + 1, { ...BACKOFF, random: () => 1 });
  }

  private take(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    const { cache, metrics } = this.options;
    metrics?.events.inc();
    if (type === 'DELETED') cache.remove(object);
    else cache.apply(cache.trim(object));
    metrics?.items.set(cache.size);
  }

  /** Never back: a repeated or reordered event says nothing about where the stream is. */
  private advance(version: string | undefined): void {
    if (version !== undefined && (compareVersions(version, this.version) ?? 1) > 0) this.version = version;
  }

  private async recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, logger, random, metrics, resource, scope } = this.options;
    this.failures++;
    this.activeAt = clock.monotonic();
    const expired = isGone(error);
    if (expired || error instanceof WatchErrorEvent || this.failures % FAILURES_BEFORE_RELIST === 0)
      this.mustList = true;
    const reason = error instanceof KubeError ? error.reason : 'Unexpected';
    metrics?.failures.inc({ resource: resource.plural, reason });
    // An expired version is the ordinary end of a long quiet time: the first one in a row is mended at once.
    const backoff = expired && this.failures === 1 ? 0 : backoffMs(this.failures, { ...BACKOFF, random });
    const retryAfterMs = error instanceof KubeError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    const waitMs = Math.max(backoff, retryAfterMs);
    logger[expired ? 'info' : 'warn'](
      {
        resource: resource.plural,
        namespace: scope || undefined,
        reason,
        err: messageOf(error),
        waitMs,
        relist: this.mustList,
      },
      'list or watch failed and will be repeated',
    );
    await sleep(clock, waitMs, signal);
  }

  private progress(): void {
    this.progressAt = this.activeAt = this.options.clock.monotonic();
  }

  private selection(): { namespace?: string; labelSelector?: string } {
    const { scope, labelSelector } = this.options;
    return {
      ...(scope === '' ? {} : { namespace: scope }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
    };
  }
}

function wasCut(error: unknown): boolean {
  return error instanceof KubeError && error.reason === REASON.connectionFailed;
}

function silence(resource: ResourceType, watchdogMs: number): KubeError {
  const message = `The watch of ${resource.plural} brought nothing for ${watchdogMs} ms, not even a bookmark.`;
  return new KubeError({ status: 0, reason: 'Silence', message });
}

function shortWatch(resource: ResourceType): KubeError {
  const message = `The watch of ${resource.plural} was closed as soon as it was opened.`;
  return new KubeError({ status: 0, reason: 'ShortWatch', message });
}
