import { request as requestHttp, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { TadaDocumentNode } from 'gql.tada';
// By itself: the whole of graphql takes some 30 ms to load, at each command.
import { print } from 'graphql/language/printer.js';
import { PlainAgent, SecureAgent } from '../../network/agents';
import { RefusedError, UnavailableError } from './refused';
import { UserError } from '../run-program';
import type { Connection } from './connection';
import { LOG_IN, VIEWER } from './documents';
import { traceHeaders } from './trace-headers';
import { wantsTls, whyUnreachable } from './unreachable';

/** Longest silence before an answer begins: an upload is on disk by then. */
const ANSWER_TIMEOUT_MS = 300_000;
/** How long it may take until somebody is there to be asked. */
const CONNECT_WITHIN_MS = 30_000;
/** Longest silence within an answer; a log that is followed says every ten seconds that it lives. */
const SILENCE_MS = 60_000;
/** How long a connection is kept without a request: less than a server or a proxy does. */
const IDLE_MS = 4_000;

interface Request {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  /** Whether it changes nothing, so that it may be sent twice. */
  readonly onlyReads?: boolean;
}

/** What a request hears over a connection that the other end has closed. */
const WAS_CLOSED = new Set(['ECONNRESET', 'EPIPE']);

interface ApiError {
  readonly message: string;
  /** `internal`: it failed at what it may have begun. All others are refusals. */
  readonly extensions?: { readonly code?: string };
}

/** Answers that say nothing of the request itself: too many at once, or a control plane that stops or starts. */
const UNAVAILABLE = new Set([429, 502, 503, 504]);

/** A control plane as the commands see it; every failure is a UserError with a sentence. Runs on Node 20, too. */
export class ApiClient {
  private readonly agent: Agent;
  private jwt: Promise<string> | undefined;
  private loggedIn = false;
  /** Whether the JWT is one that was kept, and may have ended by now. */
  private isKept = false;

  constructor(
    private readonly connection: Connection,
    private readonly connectWithinMs = CONNECT_WITHIN_MS,
  ) {
    const { url, ca } = connection;
    const kept = { keepAlive: true, timeout: IDLE_MS, tunnelWithinMs: connectWithinMs };
    this.agent = url.startsWith('https:') ? new SecureAgent({ ...kept, ...(ca && { ca }) }) : new PlainAgent(kept);
  }

  /** Runs a GraphQL document as the API key's user. */
  async query<Result, Variables extends object>(
    document: TadaDocumentNode<Result, Variables>,
    ...[variables = {} as Variables]: object extends Variables ? [Variables?] : [Variables]
  ): Promise<Result> {
    const jwt = await this.login();
    try {
      return await this.post(document, variables, jwt);
    } catch (error) {
      const isOver = error instanceof RefusedError && error.code === 'unauthorized';
      if (!this.isKept || !isOver) throw error;
      this.forgetKept();
      return this.post(document, variables, await this.login());
    }
  }

  /** One that stands for the API key for a while. Secret. */
  async token(): Promise<string> {
    // One that was kept may have ended.
    await this.query(VIEWER);
    return this.login();
  }

  /** Uploads a stream. @returns what is answered */
  async upload<Answer extends object>(path: string, body: Readable): Promise<Answer> {
    await this.login();
    // It cannot be sent twice, so that a session that has ended is to be known before.
    if (this.isKept && !this.loggedIn && (await this.query(VIEWER)).viewer === null) this.forgetKept();
    return (await jsonOf(await this.send(path, { method: 'PUT', body }))) as Answer;
  }

  /** The chunks of a streamed answer. */
  async stream(path: string): Promise<Readable> {
    return this.send(path, { method: 'GET', onlyReads: true });
  }

  /** Of the control plane. */
  get url(): string {
    return this.connection.url;
  }

  /** Whether address and API key have proved right. */
  get hasLoggedIn(): boolean {
    return this.loggedIn;
  }

  close(): void {
    this.agent.destroy();
  }

  private login(): Promise<string> {
    return (this.jwt ??= this.keptOrNew().catch((error: unknown) => {
      this.jwt = undefined;
      throw error;
    }));
  }

  private async keptOrNew(): Promise<string> {
    const { id, secret, session } = this.connection;
    const kept = session?.read();
    this.isKept = kept !== undefined;
    if (kept !== undefined) return kept;
    const { apiKeyUser } = await this.post(LOG_IN, { id, secret: secret() });
    const { jwt, validUntil } = apiKeyUser ?? {};
    this.loggedIn = true;
    if (jwt && validUntil) session?.write(jwt, validUntil);
    return jwt ?? '';
  }

  private forgetKept(): void {
    this.connection.session?.forget();
    this.jwt = undefined;
    this.loggedIn = false;
  }

  private async post<Result, Variables extends object>(
    document: TadaDocumentNode<Result, Variables>,
    variables: Variables,
    jwt?: string,
  ): Promise<Result> {
    const response = await this.reach('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(jwt ? { authorization: `Bearer ${jwt}` } : {}) },
      body: JSON.stringify({ query: print(document), variables }),
      onlyReads: !document.definitions.some((each) => 'operation' in each && String(each.operation) !== 'query'),
    });
    const answer = await jsonOf<{ data?: Result; errors?: ApiError[] }>(response);
    const [error] = answer.errors ?? [];
    if (error) throw refusal(error.message, error.extensions?.code);
    if (!answer.data) {
      const { url } = this.connection;
      const other = (await wantsTls(url)) ?? `${url} answers ${response.statusCode}, but not as a control plane does`;
      throw failure(response, other);
    }
    this.loggedIn ||= jwt !== undefined;
    return answer.data;
  }

  private async send(path: string, options: Request, again = false): Promise<IncomingMessage> {
    const jwt = this.login();
    const response = await this.reach(path, { ...options, headers: { authorization: `Bearer ${await jwt}` } });
    if (response.statusCode === 200) return response;
    if (response.statusCode === 401 && this.jwt === jwt) this.forgetKept();
    // The token may have run out while a log was followed.
    if (response.statusCode === 401 && !again && options.method === 'GET') {
      response.resume();
      return this.send(path, options, true);
    }
    const { message, code } = await jsonOf<{ message?: string; code?: string }>(response);
    if (message === undefined) throw failure(response, `the control plane answers ${response.statusCode}`);
    throw refusal(message, code);
  }

  private async reach(path: string, request: Request): Promise<IncomingMessage> {
    try {
      return await this.answer(`${this.connection.url}${path}`, request);
    } catch (error) {
      throw error instanceof UserError
        ? error
        : new UnavailableError(await whyUnreachable(this.connection.url, error as Error));
    }
  }

  private limitConnecting(request: ClientRequest, socket: Socket): void {
    if (!socket.connecting) return;
    const late = () => request.destroy(Object.assign(new Error('nobody answers there'), { code: 'ETIMEDOUT' }));
    const timer = setTimeout(late, this.connectWithinMs);
    const isThere = 'encrypted' in socket ? 'secureConnect' : 'connect';
    for (const event of [isThere, 'close']) socket.once(event, () => clearTimeout(timer));
  }

  private answer(url: string, asked: Request): Promise<IncomingMessage> {
    const { method, body, onlyReads = false, ...given } = asked;
    const headers = { ...traceHeaders(process.env), ...given.headers };
    const start = url.startsWith('https:') ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const request = start(url, { method, headers, agent: this.agent, timeout: ANSWER_TIMEOUT_MS });
      let isAnswered = false;
      request.once('response', (response) => {
        isAnswered = true;
        response.setTimeout(SILENCE_MS, () => response.destroy(new Error('nothing was heard for a minute')));
        resolve(response);
      });
      request.once('socket', (socket) => this.limitConnecting(request, socket));
      request.once('timeout', () => request.destroy(new Error('no answer came within five minutes')));
      // Stays: a refused upload may be cut off after its answer.
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The other end gave up the kept connection, maybe before it had the request; a fresh one is never reused.
        const mayRepeat = !isAnswered && onlyReads && request.reusedSocket && WAS_CLOSED.has(error.code ?? '');
        if (mayRepeat) this.answer(url, asked).then(resolve, reject);
        else reject(error);
      });
      if (body === undefined || typeof body === 'string') request.end(body);
      else pipeline(body, request).catch(reject);
    });
  }
}

/** What the control plane refuses, by its code. */
function refusal(message: string, code: string | undefined): UserError {
  if (code === 'unavailable' || code === 'too-many-requests') return new UnavailableError(message);
  return code === 'internal' ? new UserError(message) : new RefusedError(message, code);
}

function failure({ statusCode = 0 }: IncomingMessage, message: string): UserError {
  return UNAVAILABLE.has(statusCode) ? new UnavailableError(message) : new UserError(message);
}

async function jsonOf<T extends object>(response: IncomingMessage): Promise<T | Record<string, never>> {
  return (await json(response).catch(() => ({}))) as T;
}
