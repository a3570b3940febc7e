import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { buffer, json } from 'node:stream/consumers';
import { decodeProtectedHeader } from 'jose';
import {
  ChangesRequest,
  CommitRequest,
  FENCE_HEADER,
  HeartbeatRequest,
  LogsRequest,
  OutcomeRequest,
  OutputsRequest,
  StartRequest,
  UploadedRequest,
} from '../../../src/protocol/messages';
import type { GitCommit, LogEntry, PlanChanges, Refusal, RunSpec } from '../../../src/protocol/messages';
import { freePort } from '../../support/own-servers';

interface Request {
  readonly operation: string;
  readonly query: URLSearchParams;
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
  readonly changes: PlanChanges[] = [];
  readonly outputs: OutputsRequest[] = [];
  readonly commits: GitCommit[] = [];
  readonly requests: string[] = [];
  source = Buffer.alloc(0);
  workspace: Buffer | undefined;
  /** The parts of uploads of the workspace, by the name of the upload, as they were stored. */
  readonly uploads: { readonly offset: number; readonly bytes: Buffer }[][] = [];
  /** Called with every part, by its number in its upload; what it gives happens in place of the usual. */
  onPart: (part: { upload: number; number: number }) => 'drop' | 'lose-answer' | 'upload-lost' | undefined = () =>
    undefined;
  stopReason: string | undefined;
  startedBy: string | undefined;
  /** The last request to start. */
  started: StartRequest | undefined;
  /** Refuses the operation with the code, for as long as it is set. */
  refusals = new Map<string, Refusal['code']>();
  /** Called with the entries of every logs request; false drops the answer after the entries were stored. */
  onLogs: (entries: readonly LogEntry[]) => boolean = () => true;
  /** Called with every outcome, before it is answered. */
  onOutcome: () => Promise<void> = () => Promise.resolve();
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
    if (this.server) return;
    const server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
    // It may be closed and opened again on it, while the launcher connects all the time.
    this.port ||= await freePort();
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
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

  /** Answers the heartbeats that wait, and those to come, with a refusal. */
  refuseHeartbeats(code: Refusal['code']): void {
    this.refusals.set('heartbeat', code);
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
    const { pathname, searchParams: query } = new URL(request.url ?? '', this.endpoint);
    const operation = pathname.split('/').at(-1) ?? '';
    this.requests.push(operation);
    const isJson = request.headers['content-type'] === 'application/json';
    const body: unknown = isJson ? await json(request) : await buffer(request);
    const fence = isJson ? (body as { fence: number }).fence : Number(request.headers[FENCE_HEADER]);
    const code = this.refusalOf(operation, fence, request);
    const result = code ?? this.takeCommit(operation, body) ?? (await this.handle({ operation, query, body, fence }));
    if (typeof result === 'string') {
      const status = result === 'internal' ? 503 : 409;
      response.writeHead(status).end(JSON.stringify({ code: result, message: `the test refuses ${operation}` }));
    } else if (result === undefined) response.destroy();
    else if (Buffer.isBuffer(result)) response.end(result);
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  }

  private takeCommit(operation: string, body: unknown): object | undefined {
    if (operation !== 'commit') return undefined;
    this.commits.push(CommitRequest.parse(body).commit);
    return {};
  }

  private ofWorkspace(query: URLSearchParams, body: Buffer): object | Refusal['code'] | undefined {
    if (query.has('upload')) return this.takePart(query, body);
    if (body.length > 0) this.workspace = body;
    return this.workspace ?? {};
  }

  private takePart(query: URLSearchParams, bytes: Buffer): object | Refusal['code'] | undefined {
    const [upload, offset] = [Number(query.get('upload')), Number(query.get('offset'))];
    const fault = this.onPart({ upload, number: this.uploads[upload]!.length });
    if (fault === 'upload-lost') return fault;
    if (fault !== 'drop') this.uploads[upload]!.push({ offset, bytes });
    return fault === undefined ? {} : undefined;
  }

  private end({ upload, size, sha256 }: UploadedRequest): object | Refusal['code'] {
    const whole = Buffer.alloc(size);
    for (const { offset, bytes } of this.uploads[Number(upload)]!) bytes.copy(whole, offset);
    if (createHash('sha256').update(whole).digest('hex') !== sha256) return 'upload-lost';
    this.workspace = whole;
    return {};
  }

  private refusalOf(operation: string, fence: number, request: IncomingMessage): Refusal['code'] | undefined {
    const jwt = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const isOtherKey = this.acceptedKey !== undefined && decodeProtectedHeader(jwt).kid !== this.acceptedKey;
    if (isOtherKey) return 'unauthorized';
    return fence === this.fence ? this.refusals.get(operation) : 'fenced';
  }

  private async beat(body: unknown): Promise<object | Refusal['code'] | undefined> {
    HeartbeatRequest.parse(body);
    if (this.stopReason === undefined) await new Promise<void>((resolve) => this.stopped.push(resolve));
    if (this.refusals.has('heartbeat')) return this.refusals.get('heartbeat');
    return { stop: this.stopReason === undefined ? null : { reason: this.stopReason } };
  }

  private hear(operation: 'changes' | 'outputs', body: unknown): object {
    if (operation === 'changes') this.changes.push(ChangesRequest.parse(body).changes);
    else this.outputs.push(OutputsRequest.parse(body));
    return {};
  }

  private async handle({ operation, query, body }: Request): Promise<object | Refusal['code'] | undefined> {
    switch (operation) {
      case 'start': {
        this.started = StartRequest.parse(body);
        this.startedBy = this.started.podUid;
        return this.run;
      }
      case 'source':
        return this.source;
      case 'upload':
        return { upload: String(this.uploads.push([]) - 1) };
      case 'uploaded':
        return this.end(UploadedRequest.parse(body));
      case 'workspace':
        return this.ofWorkspace(query, body as Buffer);
      case 'logs': {
        const { writer, entries } = LogsRequest.parse(body);
        const stored = this.logs[writer];
        for (const entry of entries) if (entry.sequence === stored.length + 1) stored.push(entry);
        return this.onLogs(entries) ? { acknowledged: stored.length } : undefined;
      }
      case 'heartbeat':
        return this.beat(body);
      case 'changes':
      case 'outputs':
        return this.hear(operation, body);
      case 'outcome':
        this.outcomes.push(OutcomeRequest.parse(body));
        await this.onOutcome();
        return { state: 'FINISHED' };
      default:
        return undefined;
    }
  }
}
