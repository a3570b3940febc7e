import { Client, type Dispatcher } from 'undici';
import { connectorOf, type ConnectorOptions } from '../../network/connector';
import { Gate } from '../gate';
import { IDLE_CONNECTION_MS } from '../leases';

/** Connections that a session keeps: one for its long poll, one for what it asks beside it. */
const KEPT = 2;
/** Connections beside those, while more is asked at the same time. */
const FURTHER = 2;
/** How long a further connection stays when nothing is asked over it. */
const FURTHER_IDLE_MS = 1_000;

/**
 * Largest answer that is read: the views of the most workers of a session have about a quarter of it. One control plane must not
 * fill the memory of a controller that serves the pools of others, too.
 */
export const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

/** What is said of a connection that the other end has closed. */
const WAS_CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

export interface HttpRequest {
  /** Behind that of the endpoint. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How long the answer may take to begin, and between two pieces of it. */
  readonly answerWithinMs: number;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly text: string;
}

/**
 * The HTTP connections of one session. A control plane has them of every pool, at some 60 KiB each, so that few are kept;
 * they take turns, and none of the kept ones is without a request for longer than a long poll takes.
 */
export class Connections {
  private readonly places = new Gate(KEPT + FURTHER);
  /** Without a request; the one that has been so for longest comes first. */
  private readonly kept: Client[];
  private readonly further: Client[];
  private readonly all: readonly Client[];
  private readonly prefix: string;

  constructor(endpoint: string, options: ConnectorOptions) {
    const { origin, pathname } = new URL(endpoint);
    this.prefix = pathname.replace(/\/$/, '');
    // One for all, since it is what remembers TLS sessions.
    const connect = connectorOf(options);
    const clients = (count: number, keepAliveTimeout: number, most = {}) =>
      Array.from(
        { length: count },
        () => new Client(origin, { connect, keepAliveTimeout, maxResponseSize: LARGEST_ANSWER_BYTES, ...most }),
      );
    this.kept = clients(KEPT, IDLE_CONNECTION_MS);
    // What the server says of its own patience is not for them.
    this.further = clients(FURTHER, FURTHER_IDLE_MS, { keepAliveMaxTimeout: FURTHER_IDLE_MS });
    this.all = [...this.kept, ...this.further];
  }

  /** Sends a POST request over a connection that has none, and reads the answer. */
  async post(request: HttpRequest): Promise<HttpAnswer> {
    const leave = await this.places.enter();
    const free = this.kept.length > 0 ? this.kept : this.further;
    const client = free.shift()!;
    const isKnown = client.stats.connected;
    try {
      return await this.send(client, request).catch((error: unknown) => {
        // The other end, or a proxy, may have given it up before it had the request; every operation may be repeated.
        if (isKnown && WAS_CLOSED.has((error as { code?: string }).code ?? '')) return this.send(client, request);
        throw error;
      });
    } finally {
      free.push(client);
      leave();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((client) => client.destroy()));
  }

  private async send(
    client: Client,
    { path, headers, body, answerWithinMs, signal }: HttpRequest,
  ): Promise<HttpAnswer> {
    const options: Dispatcher.RequestOptions = {
      method: 'POST',
      path: `${this.prefix}${path}`,
      headers,
      body,
      headersTimeout: answerWithinMs,
      bodyTimeout: answerWithinMs,
      ...(signal && { signal }),
    };
    const answer = await client.request(options);
    return { statusCode: answer.statusCode, text: await answer.body.text() };
  }
}
