import type { KubeClient, ResourceType } from '../../../src/controller/runtime';
import { JsonKubeClient } from '../../../src/controller/runtime/client';
import type { Clock } from '../../../src/time';
import { rawAnswer, type RawAnswer } from './answers';
import { Collector } from './collector';
import { createCore, type Core } from './core';
import { remove } from './deletion';
import { evict, followBudgets } from './eviction';
import { Kubelet } from './kubelet';
import { resourceKey } from './kinds';
import { get, list } from './reads';
import { ApiRefusal, conflict, noSuchResource } from './refusals';
import { parseRequest, type Parsed } from './request';
import { readScale } from './scale';
import { Store } from './store';
import { listText, textOf } from './texts';
import { SimulatedTransport, type ServerEnd } from './transport';
import type {
  ApiRequest,
  Change,
  ClientOptions,
  RequestFate,
  SimulatedApiServerOptions,
  Stored,
  WatchEnd,
  WatchFate,
} from './types';
import { User } from './user';
import { Watch } from './watch';
import { create, patch, present, update } from './writes';

const SUCCESS = '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}';
/** The API server forgets Events after this time. */
const EVENTS_LIVE_MS = 3_600_000;

/**
 * A Kubernetes API server without sockets and without time of its own: what it is asked happens when the clock's timers
 * fire, and goes wrong as `faults` says. `contract.ts` holds the cases in which it answers as the real one does.
 *
 * Clients are the controller's own (`JsonKubeClient`), with its retries, budget and permits, over a transport of ours.
 */
export class SimulatedApiServer implements ServerEnd {
  readonly clock: Clock;
  readonly random: () => number;
  /** What nodes do. */
  readonly kubelet: Kubelet;
  /** What people do. */
  readonly user: User;
  private readonly core: Core;
  private readonly watches = new Set<Watch>();

  constructor({ clock, random, faults = {} }: SimulatedApiServerOptions) {
    this.clock = clock;
    this.random = random;
    this.core = createCore({ store: new Store(clock), clock, random, faults });
    this.core.store.onChange((change) => {
      for (const watch of this.watches) watch.take(change);
    });
    new Collector(this.core).start();
    followBudgets(this.core);
    this.kubelet = new Kubelet(this.core);
    this.user = new User((request) => this.handle(request));
    for (const name of ['default', 'kube-system']) this.user.createNamespace(name);
  }

  /** What one process holds. */
  client({ name, signal, clock = this.clock }: ClientOptions): KubeClient {
    return new JsonKubeClient(() => Promise.reject(new Error('a simulated client has no credentials')), {
      clock,
      random: this.random,
      transport: ({ headersTimeoutMs: timeoutMs }) =>
        new SimulatedTransport({ server: this, name, clock, signal, timeoutMs }),
    });
  }

  /** What is stored at this moment: the truth, not what a cache makes of it. */
  objects(resource: ResourceType): readonly Stored[] {
    return [...this.core.store.all(resourceKey(resource)).values()];
  }

  /** Everything that ever changed, oldest first. */
  get history(): readonly Change[] {
    return this.core.store.history;
  }

  get version(): number {
    return this.core.store.version;
  }

  get openWatches(): number {
    return this.watches.size;
  }

  /** Told of each change at the moment at which it happens. */
  onChange(listener: (change: Change) => void): void {
    this.core.store.onChange(listener);
  }

  /** Forgets what has happened so far: watches and pages from before now are refused with 410. */
  compact(): void {
    this.core.store.compact();
  }

  /** Ends all watches, as a restart does. */
  endWatches(how: WatchEnd): void {
    for (const watch of [...this.watches]) watch.end(how);
  }

  /** Answers at once and without faults. */
  handle(request: ApiRequest): RawAnswer {
    const parsed = this.parse(request);
    return 'status' in parsed ? parsed : this.carryOut(parsed, 0);
  }

  parse(request: ApiRequest): Parsed | RawAnswer {
    return answered(() => parseRequest(request));
  }

  carryOut(request: Parsed, staleBy: number): RawAnswer {
    if (request.seen.resource === 'events') this.forgetEvents();
    return answered(() => this.answer(request, staleBy));
  }

  fateOf({ seen }: Parsed): RequestFate {
    return this.core.faults.request?.(seen) ?? {};
  }

  fateOfWatch({ seen }: Parsed): WatchFate {
    return this.core.faults.watch?.(seen) ?? {};
  }

  openWatch(request: Parsed, fate: WatchFate, clock: Clock): Watch {
    const watch = new Watch(this.core, request, fate, clock, (closed) => this.watches.delete(closed));
    this.watches.add(watch);
    watch.start();
    return watch;
  }

  private answer(request: Parsed, staleBy: number): RawAnswer {
    const { core } = this;
    const { seen, rules } = request;
    if (seen.subresource === 'binding') return { status: 201, text: this.bind(request) };
    if (seen.subresource === 'eviction') return { status: 201, text: evict(core, request) };
    if (seen.subresource === 'scale' && seen.verb === 'get') return { status: 200, text: readScale(core, request) };
    switch (seen.verb) {
      case 'get':
        return { status: 200, text: textOf(get(core, request, staleBy)) };
      case 'list':
        return { status: 200, text: listText(rules, list(core, request, staleBy)) };
      case 'create':
        return { status: 201, text: textOf(create(core, request)) };
      case 'update':
        return { status: 200, text: textOf(update(core, request)) };
      case 'patch':
        return { status: 200, text: textOf(patch(core, request)) };
      case 'delete':
        remove(core, request);
        return { status: 200, text: SUCCESS };
      case 'watch':
        throw noSuchResource();
    }
  }

  private bind(request: Parsed): string {
    const pod = present(this.core, request);
    const { target } = JSON.parse(request.text ?? '{}') as { target?: { name?: string } };
    if (!this.kubelet.bind(pod, target?.name ?? '')) throw conflict(request.rules, pod.metadata.name);
    return SUCCESS;
  }

  private forgetEvents(): void {
    const { store, clock } = this.core;
    for (const [key, { metadata }] of store.all('events')) {
      if (clock.now() - Date.parse(metadata.creationTimestamp) < EVENTS_LIVE_MS) break;
      store.remove('events', key, 'etcd');
    }
  }
}

function answered<T>(work: () => T): T | RawAnswer {
  try {
    return work();
  } catch (error) {
    if (error instanceof ApiRefusal) return rawAnswer(error.refusal);
    throw error;
  }
}
