import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, json } from 'node:stream/consumers';
import { decodeProtectedHeader } from 'jose';
import {
  FENCE_HEADER,
  HeartbeatRequest,
  LogsRequest,
  OutcomeRequest,
  StartRequest,
} from '../../../src/protocol/messages';
import type { LogEntry, Refusal, RunSpec } from '../../../src/protocol/messages';

interface Request {
  readonly operation: string;
  readonly body: unknown;
  readonly fence: number;
}

/**
 * The launcher's side of a control plane, with faults at will: what a real one does not do when asked to. Its rules are
 * those of src/protocol/messages/launcher.ts; the whole life of a run is tested on the real control plane.
 */
export class LauncherApi {
  readonly fence = 7;
  readonly logs: Record<'init' | 'relay', LogEntry[]> = { init: [], relay: [] };
  readonly outcomes: OutcomeRequest[] = [];
  readonly requests: string[] = [];
  source = Buffer.alloc(0);
  workspace: Buffer | undefined;
  stopReason: string | undefined;
  startedBy: string | undefined;
  /** Refuses the operation with the code, for as long as it is set. */
  refusals = new Map<string, Refusal['code']>();
  /** Called with the entries of every logs request; false drops the answer after the entries were stored. */
  onLogs: (entries: readonly LogEntry[]) => boolean = () => true;
  /** Fingerprint of the certificate whose key must sign; any, while undefined. */
  acceptedKey: string | undefined;
  private server: Server | undefined;
  private port = 0;
  private stopped: (() => void)[] = [];

  constructor(readonly run: RunSpec) {}

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async open(): Promise<void> {
    const server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    this.stopped.splice(0).forEach((wake) => wake());
    await new Promise<void>((resolve) => {
      if (server === undefined) return resolve();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  stop(reason: string): void {
    this.stopReason = reason;
    this.stopped.splice(0).forEach((wake) => wake());
  }

  /** As one that was restored from a backup made when the relay's log had so many entries. */
  restore(entries: number): void {
    this.logs.relay.length = entries;
  }

  /** The relay's log as a person reads it. */
  text(stream: LogEntry['stream'] | 'all' = 'all'): string {
    const entries = this.logs.relay.filter((entry) => stream === 'all' || entry.stream === stream);
    return entries.map((entry) => entry.text).join('');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = request.url?.split('/').at(-1) ?? '';
    this.requests.push(operation);
    const isJson = request.headers['content-type'] === 'application/json';
    const body: unknown = isJson ? await json(request) : await buffer(request);
    const fence = isJson ? (body as { fence: number }).fence : Number(request.headers[FENCE_HEADER]);
    const code = this.refusalOf(operation, fence, request);
    if (code !== undefined) {
      const status = code === 'internal' ? 503 : 409;
      response.writeHead(status).end(JSON.stringify({ code, message: `the test refuses ${operation}` }));
      return;
    }
    const result = await this.handle({ operation, body, fence });
    if (result === undefined) response.destroy();
    else if (Buffer.isBuffer(result)) response.end(result);
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  }

  private refusalOf(operation: string, fence: number, request: IncomingMessage): Refusal['code'] | undefined {
    const jwt = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const isOtherKey = this.acceptedKey !== undefined && decodeProtectedHeader(jwt).kid !== this.acceptedKey;
    if (isOtherKey) return 'unauthorized';
    return fence === this.fence ? this.refusals.get(operation) : 'fenced';
  }

  private async handle({ operation, body }: Request): Promise<object | undefined> {
    switch (operation) {
      case 'start': {
        this.startedBy = StartRequest.parse(body).podUid;
        return this.run;
      }
      case 'source':
        return this.source;
      case 'workspace':
        if (Buffer.isBuffer(body) && body.length > 0) this.workspace = body;
        return this.workspace ?? {};
      case 'logs': {
        const { writer, entries } = LogsRequest.parse(body);
        const stored = this.logs[writer];
        for (const entry of entries) if (entry.sequence === stored.length + 1) stored.push(entry);
        return this.onLogs(entries) ? { acknowledged: stored.length } : undefined;
      }
      case 'heartbeat': {
        HeartbeatRequest.parse(body);
        if (this.stopReason === undefined) await new Promise<void>((resolve) => this.stopped.push(resolve));
        return { stop: this.stopReason === undefined ? null : { reason: this.stopReason } };
      }
      case 'outcome':
        this.outcomes.push(OutcomeRequest.parse(body));
        return { state: 'FINISHED' };
      default:
        return undefined;
    }
  }
}
