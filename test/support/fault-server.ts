import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault, FaultRequest } from './fault-server.faults';
import { refusalOf, seenBy } from './fault-server.faults';
import type { HistoryEvent, SeenRequest, StoredObject } from './fault-server.store';
import { FaultStore } from './fault-server.store';
import { WatchStream } from './fault-server.watch';

export type { Fault } from './fault-server.faults';
export type { StoredObject } from './fault-server.store';

/**
 * A server that speaks as much of the Kubernetes API as a reflector and a client use, over real sockets, and that
 * misbehaves on demand. It holds one collection, whatever its path.
 */
export class FaultServer {
  readonly store = new FaultStore();
  readonly requests: SeenRequest[] = [];
  private readonly faults: Fault[] = [];
  private readonly watches = new Set<WatchStream>();
  private readonly slow: (() => void)[] = [];
  private readonly waiters = new Set<() => void>();
  private readonly server = createServer((request, response) => this.answer(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    for (const watch of this.watches) watch.reset();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next matching request meets this fault; several wait in order. */
  inject(...faults: Fault[]): void {
    this.faults.push(...faults);
  }

  get faultsLeft(): number {
    return this.faults.length;
  }

  /** Answers what was slow. */
  release(): void {
    for (const answer of this.slow.splice(0)) answer();
  }

  /** Stores the object and tells every open watch. */
  put(name: string, fields: Partial<StoredObject> = {}): StoredObject {
    const event = this.store.put(name, fields);
    this.tell(event);
    return event.object;
  }

  remove(name: string): void {
    const event = this.store.remove(name);
    if (event) this.tell(event);
  }

  /** Sends every open watch a bookmark of the newest version. */
  bookmark(): void {
    const object = { kind: 'Pod', apiVersion: 'v1', metadata: { name: '', resourceVersion: this.store.version } };
    for (const watch of this.watches) watch.send({ type: 'BOOKMARK', object });
  }

  /** Ends every open watch; `clean` as the server does after timeoutSeconds, `reset` as a broken network does. */
  endWatches(how: 'clean' | 'reset'): void {
    for (const watch of this.watches) watch[how === 'clean' ? 'end' : 'reset']();
  }

  /** Writes raw text into every open watch. */
  writeRaw(text: string): void {
    for (const watch of this.watches) watch.write(text);
  }

  /** Open watches fall silent: they stay open but say nothing any more, and new changes do not reach them. */
  silence(): void {
    for (const watch of this.watches) watch.silent = true;
  }

  get openWatches(): number {
    return this.watches.size;
  }

  count(verb: SeenRequest['verb']): number {
    return this.requests.filter((request) => request.verb === verb).length;
  }

  /** Resolves when the condition holds; looked at whenever a request comes or a watch ends. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.waiters.add(resolve));
  }

  private changed(): void {
    const waiters = [...this.waiters];
    this.waiters.clear();
    for (const wake of waiters) wake();
  }

  private tell(event: HistoryEvent): void {
    for (const watch of this.watches) watch.send(event);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const seen = seenBy(request, url);
    this.requests.push(seen);
    const at = this.faults.findIndex((fault) => fault.on === seen.verb);
    const fault = at < 0 ? undefined : this.faults.splice(at, 1)[0];
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      this.handle({ seen, body, response }, fault);
      this.changed();
    });
  }

  private handle(request: FaultRequest, fault: Fault | undefined): void {
    const { seen, body, response } = request;
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'slow') return void this.slow.push(() => this.handle(request, undefined));
    if (fault?.kind === 'reset') return void response.socket?.resetAndDestroy();
    if (fault?.kind === 'half-answer') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"metadata":', () => response.socket?.resetAndDestroy());
      return;
    }
    if (fault?.kind === 'answer') return refusalOf(fault, response);
    if (seen.verb === 'watch') return this.openWatch(seen, response, fault);
    const stale = fault?.kind === 'stale' ? fault.version : undefined;
    const answer = this.store.serve(seen, body, stale);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }

  private openWatch(seen: SeenRequest, response: ServerResponse, fault: Fault | undefined): void {
    const from = Number(seen.query.get('resourceVersion'));
    if (from < this.store.oldestVersion) {
      return refusalOf({ on: 'watch', kind: 'answer', status: 410, reason: 'Expired' }, response);
    }
    const watch = new WatchStream(response, () => {
      this.watches.delete(watch);
      this.changed();
    });
    this.watches.add(watch);
    if (fault?.kind === 'silent') watch.silent = true;
    const missed = this.store.since(from);
    for (const event of fault?.kind === 'disorder' ? fault.arrange(missed) : missed) watch.send(event);
    if (fault?.kind === 'raw') {
      watch.write(fault.text);
      if (fault.end) watch.end();
    }
  }
}
