import type { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import {
  FENCE_HEADER,
  HeartbeatResponse,
  LAUNCHER_PATH,
  LogsResponse,
  OutcomeResponse,
  Refusal,
  RunSpec,
} from '../protocol/messages';
import type { HeartbeatRequest, LogEntry, LogWriter, OutcomeRequest } from '../protocol/messages';
import { causeOfFailure } from '../protocol/client/causes';
import { parseJson } from '../protocol/json';
import type { Identity } from './identity';

/** Why a call did not succeed: a refusal's code, or that no (sensible) answer came. */
export type CallFailure = Refusal['code'] | 'unreachable' | 'certificate' | 'protocol';

/** A call to the control plane failed. The message is a plain sentence with the endpoint and without secrets. */
export class CallError extends Error {
  override readonly name = 'CallError';

  constructor(
    readonly kind: CallFailure,
    message: string,
  ) {
    super(message);
  }

  /** Whether the same call may succeed later without anybody changing it. */
  get retryable(): boolean {
    return ['unreachable', 'certificate', 'protocol', 'internal', 'unauthorized'].includes(this.kind);
  }
}

export interface LauncherClientOptions {
  /** `https://host:port` of the control plane. */
  readonly endpoint: string;
  /** PEM of the authority that its certificate must come from; '' trusts the system's. */
  readonly ca: string;
  /** Gives the JWT of the pool, at every call. */
  readonly jwt: () => Promise<string>;
  readonly identity: Identity;
  /** How long an answer may take beyond what the call itself waits for. @default 30000 */
  readonly answerTimeoutMs?: number;
}

interface Call<T> {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly operation: string;
  readonly json?: unknown;
  readonly body?: Readable;
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
  readonly read: (body: Dispatcher.ResponseData['body']) => Promise<T>;
}

/** What a run Pod says to the control plane (src/protocol/messages/launcher.ts), one call a method, without retries. */
export class LauncherClient {
  private readonly agent: Agent;

  constructor(private readonly options: LauncherClientOptions) {
    this.agent = new Agent({
      connect: { timeout: 10_000, ...(options.ca === '' ? {} : { ca: options.ca }) },
      keepAliveTimeout: 30_000,
    });
  }

  start(): Promise<RunSpec> {
    return this.post('start', { podUid: this.options.identity.podUid }, RunSpec);
  }

  /** The source as a tar.gz stream; the caller reads or destroys it. */
  source(): Promise<Readable> {
    return this.call({ method: 'GET', operation: 'source', read: (body) => Promise.resolve(body) });
  }

  /** The sealed run state; the caller reads or destroys it. */
  workspace(): Promise<Readable> {
    return this.call({ method: 'GET', operation: 'workspace', read: (body) => Promise.resolve(body) });
  }

  async uploadWorkspace(sealed: Readable, signal: AbortSignal): Promise<void> {
    await this.call({ method: 'PUT', operation: 'workspace', body: sealed, signal, read: (body) => body.dump() });
  }

  async logs(writer: LogWriter, entries: readonly LogEntry[], signal?: AbortSignal): Promise<number> {
    const response = await this.post('logs', { writer, entries }, LogsResponse, { signal });
    return response.acknowledged;
  }

  heartbeat(beat: Omit<HeartbeatRequest, 'fence'>, signal: AbortSignal): Promise<HeartbeatResponse> {
    return this.post('heartbeat', beat, HeartbeatResponse, { signal, waitMs: beat.waitSeconds * 1000 });
  }

  outcome(outcome: Omit<OutcomeRequest, 'fence'>, signal?: AbortSignal): Promise<OutcomeResponse> {
    return this.post('outcome', outcome, OutcomeResponse, { signal });
  }

  async close(): Promise<void> {
    await this.agent.destroy();
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
        throw new CallError('protocol', `${this.options.endpoint} answered ${operation} in a form not understood.`);
      },
    });
  }

  private async call<T>(call: Call<T>): Promise<T> {
    const { endpoint, identity, answerTimeoutMs = 30_000 } = this.options;
    const url = new URL(LAUNCHER_PATH(identity.runId, identity.attempt, call.operation), endpoint);
    const authorization = `Bearer ${await this.options.jwt()}`;
    try {
      const response = await request(url, {
        dispatcher: this.agent,
        method: call.method,
        headers: {
          authorization,
          [FENCE_HEADER]: String(identity.fence),
          ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
          ...(call.body === undefined ? {} : { 'content-type': 'application/octet-stream' }),
        },
        body: call.json === undefined ? (call.body ?? null) : JSON.stringify(call.json),
        headersTimeout: (call.waitMs ?? 0) + answerTimeoutMs,
        bodyTimeout: answerTimeoutMs,
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      });
      if (response.statusCode >= 300) throw await refused(response, endpoint, call.operation);
      return await call.read(response.body);
    } catch (error) {
      throw asCallError(error, endpoint);
    }
  }
}

async function refused(response: Dispatcher.ResponseData, endpoint: string, operation: string): Promise<CallError> {
  const text = await response.body.text();
  const parsed = Refusal.safeParse(parseJson(text));
  if (parsed.success) return new CallError(parsed.data.code, parsed.data.message);
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
