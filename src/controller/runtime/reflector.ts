import type { Registry } from 'prom-client';
import type { Clock } from '../../time';
import { systemClock } from '../../time';
import type { Cache } from './cache';
import type { KubeClient } from './client-types';
import type { Logger } from './logger';
import { silentLogger } from './logger';
import { reflectorMetrics } from './instruments';
import type { KubeObject, ResourceType } from './objects';
import { ReflectorLoop } from './reflector-loop';

export interface ReflectorOptions<T extends KubeObject> {
  client: KubeClient;
  resource: ResourceType;
  cache: Cache<T>;
  /** @default every namespace */
  namespaces?: readonly string[];
  labelSelector?: string;
  /** Objects of a page: a whole page is in memory at once, as text and as objects. @default 200 */
  pageSize?: number;
  /** A watch that brings neither event nor bookmark for so long is replaced; the server sends one a minute; @default 90,000 */
  watchdogMs?: number;
  /** Compares the cache with a fresh list so often, and repairs it; 0 for never; @default 1,800,000 */
  auditMs?: number;
  logger?: Logger;
  clock?: Clock;
  /** From 0 up to but without 1, for jitter; @default Math.random */
  random?: () => number;
  metrics?: Registry;
}

/** Keeps a cache true to the API server: list, watch, and again, whatever happens. One loop for each namespace. */
export class Reflector<T extends KubeObject> {
  private readonly loops: ReflectorLoop<T>[];
  private readonly stopping = new AbortController();
  private running: Promise<unknown> | undefined;
  private readonly firstLists: Promise<unknown>;

  constructor(private readonly options: ReflectorOptions<T>) {
    const scopes = options.namespaces ?? [''];
    const metrics = reflectorMetrics(options.metrics, options.resource.plural);
    this.loops = scopes.map(
      (scope) =>
        new ReflectorLoop({
          client: options.client,
          resource: options.resource,
          cache: options.cache,
          scope,
          labelSelector: options.labelSelector,
          pageSize: options.pageSize ?? 200,
          watchdogMs: options.watchdogMs ?? 90_000,
          auditMs: options.auditMs ?? 30 * 60_000,
          logger: options.logger ?? silentLogger,
          clock: options.clock ?? systemClock,
          random: options.random ?? Math.random,
          metrics,
        }),
    );
    this.firstLists = Promise.all(this.loops.map((loop) => loop.synced));
    this.firstLists.catch(() => undefined);
    options.cache.expect(scopes);
  }

  /** Plural of the resource, to name the reflector by. */
  get name(): string {
    return this.options.resource.plural;
  }

  get synced(): boolean {
    return this.options.cache.synced;
  }

  /** How long ago, in ms, the quietest namespace last proved to work, by a list, an event or a bookmark. */
  get silentMs(): number {
    return Math.max(0, ...this.loops.map((loop) => loop.silentMs));
  }

  /** How long ago, in ms, the idlest namespace last heard something or saw an attempt fail. */
  get idleMs(): number {
    return Math.max(0, ...this.loops.map((loop) => loop.idleMs));
  }

  start(): void {
    this.running ??= Promise.all(this.loops.map((loop) => loop.run(this.stopping.signal)));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const loop of this.loops) loop.giveUp();
    await this.running;
  }

  /** Resolves when the cache is synced; rejects when stopped before. */
  async whenSynced(): Promise<void> {
    await this.firstLists;
  }
}
