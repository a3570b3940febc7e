import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { Agent, request, type Dispatcher } from 'undici';
import { listen, type Listener } from '../../../../src/control-plane/listen';

export interface ServerPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer | string;
}

/** A request that has come to the gateway. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  /** Asks the control plane; may be done again, which sends the same once more. */
  forward(): Promise<Answer>;
}

/** What a gateway does with a request. */
export type Treat = (exchange: Exchange) => Promise<Answer>;

/** As gateways answer by themselves. */
export const gatewayError = (status: 502 | 503 | 504): Answer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html><body><h1>${status}</h1></body></html>`,
});

const DELIVER: Treat = (exchange) => exchange.forward();

/** Of one connection alone. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'host',
]);

/** A reverse proxy that ends TLS, asks the control plane over TLS of its own, and treats requests as a fault wants it. */
export class Gateway {
  treat: Treat = DELIVER;
  private readonly agent: Agent;

  private constructor(
    private readonly listener: Listener,
    ca: string,
    private readonly backEnd: () => number,
  ) {
    this.agent = new Agent({ connect: { ca }, headersTimeout: 0, bodyTimeout: 0 });
  }

  /** @param backEnd port of the control plane, on the loopback interface */
  static async start({ certificate, key }: ServerPair, ca: string, backEnd: () => number): Promise<Gateway> {
    const server = createServer({ cert: certificate, key });
    const gateway = new Gateway(await listen(server, { host: '127.0.0.1', port: 0 }), ca, backEnd);
    server.on('request', (asked: IncomingMessage, answer: ServerResponse) => void gateway.carry(asked, answer));
    return gateway;
  }

  get port(): number {
    return this.listener.port;
  }

  heal(): void {
    this.treat = DELIVER;
  }

  async close(): Promise<void> {
    await this.agent.destroy();
    await this.listener.close();
  }

  private async carry(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await buffer(asked).catch(() => undefined);
    if (!body) return;
    const { method = 'GET', url: path = '/' } = asked;
    const forward = (): Promise<Answer> => this.forward(method, path, asked.headers, body);
    const {
      status,
      headers,
      body: content,
    } = await this.treat({ method, path, forward }).catch(() => gatewayError(502));
    if (answer.destroyed) return;
    answer.writeHead(status, endToEnd(headers ?? {}));
    answer.end(content);
  }

  private async forward(
    method: Dispatcher.HttpMethod,
    path: string,
    headers: IncomingHttpHeaders,
    body: Buffer,
  ): Promise<Answer> {
    const response = await request(`https://127.0.0.1:${this.backEnd()}${path}`, {
      dispatcher: this.agent,
      method,
      headers: endToEnd(headers),
      ...(method !== 'GET' && { body }),
    });
    const content = Buffer.from(await response.body.arrayBuffer());
    return { status: response.statusCode, headers: response.headers, body: content };
  }
}

function endToEnd(headers: NonNullable<Answer['headers']>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP_BY_HOP.has(name) ? [] : [[name, value]],
    ),
  );
}
