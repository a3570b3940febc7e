import type { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import {
  ChangesResponse,
  CommitResponse,
  FENCE_HEADER,
  HeartbeatResponse,
  runPath,
  LONGEST_MESSAGE,
  LockResponse,
  LogsResponse,
  OutcomeResponse,
  OutputsResponse,
  Refusal,
  RunSpec,
  UploadedResponse,
  UploadResponse,
} from '../protocol/messages';
import type {
  GitCommit,
  HeartbeatRequest,
  LockInfo,
  LogEntry,
  LogWriter,
  OutcomeRequest,
  Outputs,
  PlanChanges,
  UploadedRequest,
} from '../protocol/messages';
import { trustedAuthorities } from '../network/authorities';
import { connectorOf } from '../network/connector';
import type { Proxies } from '../network/proxies';
import { causeOfFailure } from '../protocol/client/causes';
import type { GitAsked } from '../protocol/client/git-host';
import {
  GIT_REQUEST_HEADERS,
  GIT_RESPONSE_HEADERS,
  pickHeaders,
  type GitAnswer,
  type GitRequest,
} from '../protocol/git-requests';
import { parseJson } from '../protocol/json';
import { IDLE_CONNECTION_MS } from '../protocol/leases';
import { GIT_AUTHORIZATION_HEADER, VCS_CARRIED_HEADER, VCS_REFUSAL_HEADER, VCS_TIMES } from '../protocol/vcs-agents';
import { CallError } from './call-error';
import type { PoolAccess } from './credentials';
import type { Identity } from './identity';

export { CallError } from './call-error';

export interface LauncherClientOptions {
  /** Where the control plane is and how the pool proves itself there, at every call. */
  readonly access: PoolAccess;
  readonly identity: Identity;
  /** How long an answer may take beyond what the call itself waits for. @default 30000 */
  readonly answerTimeoutMs?: number;
  /** @default those of the process's variables */
  readonly proxies?: Proxies;
  /** Shared by several clients, and closed by none of them. @default its own, which trust the authority of the token */
  readonly connections?: Dispatcher;
}

interface Call<T> {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly operation: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: Readable | Uint8Array;
  /** Of the body, where a stream has to be as long. */
  readonly bytes?: number;
  readonly waitMs?: number;
  /** How long nothing may move in the answer. @default that of the client */
  readonly silenceMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether an answer that says that something failed is none of the control plane's. @default it is */
  readonly isOfOthers?: (headers: Dispatcher.ResponseData['headers']) => boolean;
  readonly signal?: AbortSignal;
  readonly read: (body: Dispatcher.ResponseData['body'], status: number) => Promise<T>;
}

/** What a run Pod says to the control plane (src/protocol/messages/launcher.ts), one call a method, without retries. */
export class LauncherClient {
  private agent: { readonly ca: string; readonly connections: Agent } | undefined;

  constructor(private readonly options: LauncherClientOptions) {}

  /** @param asksPolicy whether the run is to be told of for an initialization policy */
  start(asksPolicy = false): Promise<RunSpec> {
    const { podUid } = this.options.identity;
    const able = { servesState: true, clonesGit: true, bringsTool: true, masksInputs: true };
    return this.post('start', { podUid, asksPolicy, ...able }, RunSpec);
  }

  /** The source as a tar.gz stream; the caller reads or destroys it. */
  source(): Promise<Readable> {
    return this.call({ method: 'GET', operation: 'source', read: (body) => Promise.resolve(body) });
  }

  /** Asks the host of the stack's repository through an agent of its pool. The caller reads or destroys the body. */
  async git(git: GitRequest, { headers, authorization, body, signal }: GitAsked): Promise<GitAnswer> {
    let told: Record<string, string> = {};
    let answered = 200;
    const content = await this.call<Readable>({
      method: git.operation === 'info/refs' ? 'GET' : 'POST',
      operation: `git/${git.repository}/${git.operation}`,
      ...(git.operation === 'info/refs' && { query: { service: 'git-upload-pack' } }),
      ...(body && { body }),
      headers: {
        ...pickHeaders(headers, GIT_REQUEST_HEADERS),
        ...(authorization && { [GIT_AUTHORIZATION_HEADER]: authorization }),
      },
      waitMs: VCS_TIMES.answerMs,
      silenceMs: VCS_TIMES.silenceMs,
      signal,
      isOfOthers: (said) => {
        told = pickHeaders(said, [...GIT_RESPONSE_HEADERS, VCS_REFUSAL_HEADER]);
        return said[VCS_CARRIED_HEADER] !== undefined;
      },
      read: (said, status) => {
        answered = status;
        return Promise.resolve(said);
      },
    });
    return { status: answered, headers: told, body: content };
  }

  /** The commit of a git repository that the run is of. */
  async commit(commit: GitCommit): Promise<void> {
    await this.post('commit', { commit }, CommitResponse);
  }

  /** The sealed run state; the caller reads or destroys it. */
  workspace(): Promise<Readable> {
    return this.call({ method: 'GET', operation: 'workspace', read: (body) => Promise.resolve(body) });
  }

  async uploadWorkspace(sealed: Readable, signal: AbortSignal): Promise<void> {
    await this.call({
      method: 'PUT',
      operation: 'workspace',
      body: sealed,
      signal,
      waitMs: STORED_WITHIN_MS,
      read: (body) => body.dump(),
    });
  }

  /** Begins an upload of the workspace in parts; gives its name. */
  async beginUpload(signal: AbortSignal): Promise<string> {
    return (await this.post('upload', {}, UploadResponse, { signal })).upload;
  }

  async uploadPart(upload: string, offset: number, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.call({
      method: 'PUT',
      operation: 'workspace',
      query: { upload, offset: String(offset) },
      body: bytes,
      signal: AbortSignal.any([signal, AbortSignal.timeout(PART_WITHIN_MS)]),
      waitMs: PART_WITHIN_MS,
      read: (body) => body.dump(),
    });
  }

  async endUpload(uploaded: Omit<UploadedRequest, 'fence'>, signal: AbortSignal): Promise<void> {
    await this.post('uploaded', uploaded, UploadedResponse, { signal, waitMs: STORED_WITHIN_MS });
  }

  /** The state of the stack; undefined when there is none. The caller reads or destroys the stream. */
  state(signal: AbortSignal): Promise<Readable | undefined> {
    return this.call({
      method: 'GET',
      operation: 'state',
      signal,
      read: async (body, status) => {
        if (status !== 204) return body;
        await body.dump();
        return undefined;
      },
    });
  }

  /** @param lock of the lock that the tool holds; undefined when it took none */
  async writeState(content: Readable, bytes: number, lock: string | undefined, signal: AbortSignal): Promise<void> {
    await this.call({
      method: 'PUT',
      operation: 'state',
      ...(lock !== undefined && { query: { lock } }),
      body: content,
      bytes,
      signal,
      waitMs: PART_WITHIN_MS,
      read: (body) => body.dump(),
    });
  }

  lockState(lock: LockInfo, signal: AbortSignal): Promise<LockResponse> {
    return this.post('lock', { lock }, LockResponse, { signal });
  }

  unlockState(id: string, signal: AbortSignal): Promise<LockResponse> {
    return this.post('unlock', { id }, LockResponse, { signal });
  }

  async logs(writer: LogWriter, entries: readonly LogEntry[], signal?: AbortSignal): Promise<number> {
    const response = await this.post('logs', { writer, entries }, LogsResponse, { signal });
    return response.acknowledged;
  }

  heartbeat(beat: Omit<HeartbeatRequest, 'fence'>, signal: AbortSignal): Promise<HeartbeatResponse> {
    return this.post('heartbeat', beat, HeartbeatResponse, { signal, waitMs: beat.waitSeconds * 1000 });
  }

  async changes(changes: PlanChanges, signal?: AbortSignal): Promise<void> {
    await this.post('changes', { changes }, ChangesResponse, { signal });
  }

  async outputs(outputs: Outputs): Promise<void> {
    await this.post('outputs', outputs, OutputsResponse);
  }

  outcome(outcome: Omit<OutcomeRequest, 'fence'>, signal?: AbortSignal): Promise<OutcomeResponse> {
    const message = outcome.message.slice(0, LONGEST_MESSAGE);
    return this.post('outcome', { ...outcome, message }, OutcomeResponse, { signal });
  }

  async close(): Promise<void> {
    await this.agent?.connections.destroy();
  }

  private post<T>(
    operation: string,
    body: object,
    schema: z.ZodType<T>,
    limits: { signal?: AbortSignal | undefined; waitMs?: number } = {},
  ): Promise<T> {
    const { signal, waitMs } = limits;
    return this.call({
      method: 'POST',
      operation,
      json: { fence: this.options.identity.fence, ...body },
      ...(signal === undefined ? {} : { signal }),
      ...(waitMs === undefined ? {} : { waitMs }),
      read: async (response) => {
        const parsed = schema.safeParse(await response.json());
        if (parsed.success) return parsed.data;
        throw new CallError('protocol', `The control plane answered ${operation} in a form not understood.`);
      },
    });
  }

  private async call<T>(call: Call<T>): Promise<T> {
    const { access, identity, answerTimeoutMs = 30_000 } = this.options;
    const authorization = `Bearer ${await access.jwt()}`;
    const { endpoint, ca } = access.credentials.token;
    const url = new URL(runPath(identity.runId, identity.attempt, call.operation), endpoint);
    url.search = new URLSearchParams(call.query).toString();
    try {
      const response = await request(url, {
        dispatcher: this.connections(ca),
        method: call.method,
        headers: {
          authorization,
          [FENCE_HEADER]: String(identity.fence),
          ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
          ...(call.body === undefined ? {} : { 'content-type': 'application/octet-stream' }),
          ...(call.bytes === undefined ? {} : { 'content-length': String(call.bytes) }),
          ...call.headers,
        },
        body: call.json === undefined ? (call.body ?? null) : JSON.stringify(call.json),
        headersTimeout: (call.waitMs ?? 0) + answerTimeoutMs,
        bodyTimeout: call.silenceMs ?? answerTimeoutMs,
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      });
      if (isRefusal(call, response)) throw await refused(response, endpoint, call.operation);
      return await call.read(response.body, response.statusCode);
    } catch (error) {
      const failure = asCallError(error, endpoint);
      if (failure instanceof CallError && failure.kind === 'unauthorized') await access.readAgain();
      throw failure;
    }
  }

  /** Connections that trust the authority; those to an earlier one end by themselves. */
  private connections(ca: string): Dispatcher {
    if (this.options.connections) return this.options.connections;
    if (this.agent?.ca === ca) return this.agent.connections;
    void this.agent?.connections.close();
    const { proxies } = this.options;
    const connect = connectorOf({ ca: trustedAuthorities(ca), connectWithinMs: CONNECT_WITHIN_MS, proxies });
    this.agent = { ca, connections: new Agent({ connect, keepAliveTimeout: IDLE_CONNECTION_MS }) };
    return this.agent.connections;
  }
}

/** A connection that is not made by then is given up. */
const CONNECT_WITHIN_MS = 10_000;

/** A part of an upload that is not stored by then is sent again: a connection may be dead without anybody having said so. */
export const PART_WITHIN_MS = 5 * 60_000;

/** How long the control plane may take to store what was uploaded, after its last byte. */
export const STORED_WITHIN_MS = 10 * 60_000;

function isRefusal<T>({ isOfOthers }: Call<T>, { statusCode, headers }: Dispatcher.ResponseData): boolean {
  const isTheirs = isOfOthers?.(headers) ?? false;
  return statusCode >= 300 && !isTheirs;
}

async function refused(response: Dispatcher.ResponseData, endpoint: string, operation: string): Promise<CallError> {
  const text = await response.body.text();
  const parsed = Refusal.safeParse(parseJson(text));
  if (parsed.success) {
    const { code, message, retryAfterSeconds = 0 } = parsed.data;
    return new CallError(code, message, retryAfterSeconds * 1000);
  }
  const kind = response.statusCode >= 500 || response.statusCode === 429 ? 'internal' : 'protocol';
  return new CallError(kind, `${endpoint} answered ${operation} with status ${response.statusCode}.`);
}

function asCallError(error: unknown, endpoint: string): unknown {
  if (error instanceof CallError) return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  const { kind, message } = causeOfFailure(error, endpoint);
  return new CallError(kind === 'certificate' ? kind : 'unreachable', `${sentence(message)}.`);
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
