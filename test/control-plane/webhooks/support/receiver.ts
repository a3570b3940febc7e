import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}

/** What a receiver does with each request: a status, or something else. */
export type Answer = number | RequestListener;

/** Takes webhooks on the loopback, and answers as a test says. */
export class Receiver {
  readonly received: Received[] = [];
  /** Connections that were made to it. */
  connections = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly scheme: 'http' | 'https',
    public answer: Answer,
  ) {
    server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    server.on('request', (request, response) => {
      void text(request).then(
        (body) => {
          this.received.push({ headers: request.headers, body, path: request.url ?? '' });
          if (typeof this.answer === 'number') response.writeHead(this.answer).end();
          else this.answer(request, response);
        },
        () => undefined,
      );
    });
  }

  static async start(answer: Answer = 200, tls?: { readonly key: string; readonly cert: string }): Promise<Receiver> {
    const server = tls ? createTlsServer(tls) : createServer();
    const receiver = new Receiver(server, tls ? 'https' : 'http', answer);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The changes that it was told, as `run state`, in the order in which they came. */
  get told(): string[] {
    return this.received.map(({ body }) => {
      const { run, state } = JSON.parse(body) as { run?: { id: string }; state: string };
      return run ? `${run.id} ${state}` : state;
    });
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
