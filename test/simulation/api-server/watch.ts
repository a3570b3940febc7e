import type { Clock } from '../../../src/time';
import { apiVersionOf } from '../../../src/controller/runtime';
import type { Core } from './core';
import { selectorOf } from './reads';
import { answerOf, expired } from './refusals';
import type { Parsed } from './request';
import type { Selector } from './selectors';
import { textOf } from './texts';
import type { Change, EventFate, Stored, WatchEnd, WatchFate } from './types';
import { WatchBody } from './watch-body';

/** The server says so often how far it is where nothing happens. */
const BOOKMARK_MS = 60_000;
/** The last bookmark comes so long before the end. */
const LAST_BOOKMARK_MS = 2_000;

/** One open watch: the server's end of it. */
export class Watch {
  readonly body: WatchBody;
  private readonly matches: Selector;
  private readonly timers = new Set<() => void>();
  private silent = false;
  private dueAt = 0;

  constructor(
    private readonly core: Core,
    private readonly request: Parsed,
    private readonly fate: WatchFate,
    /** Of the process that watches. */
    private readonly clock: Clock,
    private readonly onClose: (watch: Watch) => void,
  ) {
    this.matches = selectorOf(request);
    this.body = new WatchBody(() => this.close());
  }

  get resource(): string {
    return this.request.seen.resource;
  }

  /** Sends what has happened since the version asked for. */
  start(): void {
    const { store } = this.core;
    const { parameters } = this.request;
    const version = Number(parameters.resourceVersion || store.version);
    const end = this.fate.end;
    if (end) this.after(end.afterMs, () => this.end(end.how));
    if (version < store.oldestVersion) {
      this.sendError(expired(`too old resource version: ${version} (${store.oldestVersion})`).refusal);
      return this.end('clean');
    }
    for (const change of store.since(version)) this.take(change);
    const seconds = Number(parameters.timeoutSeconds ?? 1800);
    this.after(seconds * 1000, () => this.end('clean'));
    if (parameters.allowWatchBookmarks !== 'true') return;
    this.bookmarkEvery();
    this.after(seconds * 1000 - LAST_BOOKMARK_MS, () => this.bookmark());
  }

  /** What a change means for a selector: who leaves it is deleted, who enters it is added. */
  take({ resource, type, object, before }: Change): void {
    if (resource !== this.resource) return;
    const was = before !== undefined && this.matches(before);
    const is = type !== 'DELETED' && this.matches(object);
    if (is) this.send(was ? 'MODIFIED' : 'ADDED', textOf(object));
    else if (was) this.send('DELETED', textOf(type === 'DELETED' ? object : asItLeft(before, object)));
  }

  end(how: WatchEnd): void {
    switch (how) {
      case 'silent':
        this.silent = true;
        return;
      case 'clean':
        return this.pass(() => this.body.end());
      case 'reset':
        return this.pass(() =>
          this.body.fail(Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })),
        );
      case 'half-line':
        return this.pass(() => {
          this.body.push('{"type":"MODIFIED","object":{"apiVers');
          this.body.end();
        });
      case 'gone':
        this.sendError(expired('The resourceVersion for the provided watch is too old.').refusal);
        return this.end('clean');
      case 'error':
        this.sendError({
          status: 500,
          reason: 'InternalError',
          message: 'unable to decode an event from the watch stream',
        });
        return this.end('clean');
    }
  }

  close(): void {
    for (const cancel of this.timers) cancel();
    this.timers.clear();
    this.onClose(this);
  }

  private sendError(refusal: Parameters<typeof answerOf>[0]): void {
    this.pass(() => this.body.push(`{"type":"ERROR","object":${JSON.stringify(answerOf(refusal).body)}}\n`));
  }

  private bookmarkEvery(): void {
    this.after(BOOKMARK_MS, () => {
      this.bookmark();
      this.bookmarkEvery();
    });
  }

  private bookmark(): void {
    const { resource } = this.request.rules;
    const metadata = { resourceVersion: String(this.core.store.version), creationTimestamp: null };
    const object = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
    this.send('BOOKMARK', JSON.stringify(object));
  }

  private send(type: Change['type'] | 'BOOKMARK', object: string): void {
    const fate = this.fate.event?.(type) ?? {};
    const line = `{"type":"${type}","object":${object}}\n`;
    for (let copies = fate.copies ?? 1; copies > 0; copies -= 1) this.pass(() => this.body.push(line), fate);
  }

  /** Through the network: in order, unless the fate says otherwise. */
  private pass(arrive: () => void, { delayMs = 1 + 4 * this.core.random(), overtaken = false }: EventFate = {}): void {
    if (this.silent) return;
    const now = this.clock.monotonic();
    const dueAt = overtaken ? now + delayMs : Math.max(this.dueAt, now + delayMs);
    if (!overtaken) this.dueAt = dueAt;
    this.timer(this.clock, dueAt - now, arrive);
  }

  private after(ms: number, callback: () => void): void {
    this.timer(this.core.clock, Math.max(0, ms), callback);
  }

  private timer(clock: Clock, ms: number, callback: () => void): void {
    const cancel = clock.setTimer(ms, () => {
      this.timers.delete(cancel);
      callback();
    });
    this.timers.add(cancel);
  }
}

/** As it was when it still matched, with the version of the change that took it away. */
function asItLeft(before: Stored, { metadata: { resourceVersion } }: Stored): Stored {
  return { ...before, metadata: { ...before.metadata, resourceVersion } };
}
