import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { Pool } from 'undici';
import { connectorOf } from '../../network/connector';
import { destinationOf, Proxies } from '../../network/proxies';
import type { Clock } from '../../time';
import type { Credentials, LoadCredentials } from './credentials';
import { KubeError, REASON, messageOf } from './errors';

/** Credentials are read again after this time, as client-go does with token files. */
const CREDENTIALS_TTL_MS = 30_000;
/** The API server closes idle connections after 90 s; ours go first, so that no request meets a closing one. */
const KEEP_ALIVE_MS = 60_000;
const LONGEST_CONNECT_MS = 10_000;

export interface TransportOptions {
  load: LoadCredentials;
  clock: Clock;
  /** Connections at once; undefined for as many as there are requests. */
  connections?: number;
  /** The longest silence before and within an answer; 0 for no limit. */
  headersTimeoutMs: number;
  bodyTimeoutMs: number;
  userAgent: string;
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query below the server's root. */
  path: string;
  body?: string;
  contentType?: string;
  signal?: AbortSignal;
  /** Asked when a connection is free for it, right before it leaves this machine. @default it may */
  mayBeSent?: () => boolean;
}

/** The head of an answer, and its body as it comes in. */
export interface KubeAnswer {
  status: number;
  retryAfter: string | string[] | undefined;
  body: AsyncIterable<Buffer> & { destroy(): unknown };
}

interface HttpAnswer extends KubeAnswer {
  /** By the clock of the server. */
  date: string | undefined;
  body: Readable & { text(): Promise<string>; dump(): Promise<void> };
}

interface Connection {
  fingerprint: string;
  dispatcher: Dispatcher;
  basePath: string;
  headers: Record<string, string>;
  loadedAt: number;
}

/** How requests reach an API server, and how answers come back. */
export interface KubeTransport {
  send(request: HttpRequest): Promise<KubeAnswer>;
  text(request: HttpRequest, answer: KubeAnswer): Promise<string>;
  refreshCredentials(): void;
  close(): Promise<void>;
}

/** HTTP/1.1 to one API server over a keep-alive pool that is replaced when the TLS credentials change. */
export class Transport implements KubeTransport {
  private connection: Connection | undefined;
  private loading: Promise<Connection> | undefined;
  private closed = false;

  constructor(private readonly options: TransportOptions) {}

  /** Resolves as soon as the head of the answer is there; rejects with KubeError when there is none. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const name = `${request.method} ${request.path}`;
    if (this.closed) throw failure(name, REASON.aborted, 'the client is closed');
    const { dispatcher, basePath, headers } = await this.connect(name);
    try {
      const answer = await dispatcher.request({
        method: request.method,
        origin: this.origin,
        path: basePath + request.path,
        headers: {
          accept: 'application/json',
          'user-agent': this.options.userAgent,
          ...headers,
          ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
        },
        body: request.body ?? null,
        // Otherwise undici gives the connection up after a DELETE with a body: a TLS handshake for every deleted object.
        reset: false,
        signal: request.signal ?? null,
        headersTimeout: this.options.headersTimeoutMs,
        bodyTimeout: this.options.bodyTimeoutMs,
        mayBeSent: request.mayBeSent,
      } as Dispatcher.RequestOptions);
      const { 'retry-after': retryAfter, date } = answer.headers;
      return { status: answer.statusCode, retryAfter, date: [date].flat()[0], body: answer.body };
    } catch (error) {
      throw classify(name, error, request.signal);
    }
  }

  /** Reads an answer to its end. */
  async text(request: HttpRequest, answer: HttpAnswer): Promise<string> {
    try {
      return await answer.body.text();
    } catch (error) {
      throw classify(`${request.method} ${request.path}`, error, request.signal);
    }
  }

  /** The next request reads the credentials again: the server refused the ones in use. */
  refreshCredentials(): void {
    if (this.connection) this.connection.loadedAt = -Infinity;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.connection?.dispatcher.destroy();
  }

  private origin = '';

  private connect(name: string): Promise<Connection> | Connection {
    const { connection } = this;
    if (connection && this.options.clock.monotonic() - connection.loadedAt < CREDENTIALS_TTL_MS) return connection;
    this.loading ??= this.load(name).finally(() => (this.loading = undefined));
    return this.loading;
  }

  private async load(name: string): Promise<Connection> {
    let credentials: Credentials;
    try {
      credentials = await this.options.load();
    } catch (error) {
      throw failure(name, 'CredentialsUnreadable', `the credentials cannot be read: ${messageOf(error)}`, error);
    }
    const loadedAt = this.options.clock.monotonic();
    const fingerprint = fingerprintOf(credentials);
    const previous = this.connection;
    if (previous && previous.fingerprint === fingerprint) {
      previous.headers = credentials.headers;
      previous.loadedAt = loadedAt;
      return previous;
    }
    const url = new URL(credentials.server);
    this.origin = url.origin;
    this.connection = {
      fingerprint,
      dispatcher: (await this.dispatcherFor(url.origin, credentials)).compose(askBeforeSending),
      basePath: url.pathname.replace(/\/$/, ''),
      headers: credentials.headers,
      loadedAt,
    };
    // Requests on their way keep the old pool until they are done.
    void previous?.dispatcher.close().catch(() => undefined);
    return this.connection;
  }

  /** An address that swallows packets must not take longer to find out than a server that does not answer. */
  private get connectTimeoutMs(): number {
    return Math.min(LONGEST_CONNECT_MS, this.options.headersTimeoutMs || LONGEST_CONNECT_MS);
  }

  private async dispatcherFor(origin: string, credentials: Credentials): Promise<Dispatcher> {
    if (credentials.proxy) return credentials.proxy();
    const tls = { ...credentials.tls, keepAlive: true, keepAliveInitialDelay: 30_000 };
    const proxies = new Proxies();
    const isProxied = !credentials.isOwnCluster && proxies.for(destinationOf(origin)) !== undefined;
    return new Pool(origin, {
      connections: this.options.connections ?? null,
      connect: isProxied
        ? connectorOf({ tls: { ...tls, allowH2: false }, connectWithinMs: this.connectTimeoutMs, proxies })
        : { ...tls, timeout: this.connectTimeoutMs },
      keepAliveTimeout: KEEP_ALIVE_MS,
      pipelining: 1,
      allowH2: false,
    });
  }
}

/** Requests wait for a free connection; meanwhile the permission to send them may be gone. */
const askBeforeSending: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { mayBeSent } = options as { mayBeSent?: () => boolean };
  if (mayBeSent) {
    const start = handler.onRequestStart?.bind(handler);
    handler.onRequestStart = (controller, context) => {
      // Thrown and not aborted, because that would cost the connection.
      if (!mayBeSent()) {
        const message = 'not sent, because this process does not lead at this moment';
        throw failure(`${options.method} ${options.path}`, REASON.notLeading, message);
      }
      start?.(controller, context);
    };
  }
  return dispatch(options, handler);
};

function fingerprintOf({ server, tls }: Credentials): string {
  const hash = createHash('sha256').update(`${server}\0${tls.servername}\0${tls.rejectUnauthorized}\0`);
  for (const part of [tls.ca, tls.cert, tls.key]) hash.update(part ?? '').update('\0');
  return hash.digest('hex');
}

/** A KubeError for whatever broke a connection. */
export function classify(request: string, error: unknown, signal: AbortSignal | undefined): KubeError {
  if (error instanceof KubeError) return error;
  if (signal?.aborted) return failure(request, REASON.aborted, 'aborted', error);
  const code = (error as { code?: string } | null)?.code ?? '';
  const reason = /TIMEOUT|ETIMEDOUT/.test(code) ? REASON.timeout : REASON.connectionFailed;
  return failure(request, reason, causeOf(error), error);
}

/** True when the request cannot have reached the server, so that even a create may be repeated. */
export function neverSent(error: KubeError): boolean {
  const code = (error.cause as { code?: string } | null | undefined)?.code ?? '';
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'].includes(code);
}

function causeOf(error: unknown): string {
  // Node reports the attempts on several addresses as one error with an empty message.
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return messageOf(error) || 'the connection failed';
}

function failure(request: string, reason: string, message: string, cause?: unknown): KubeError {
  return new KubeError({ status: 0, reason, message: `${request}: ${message}`, cause });
}
