import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A proxy that tunnels by CONNECT: whatever host is named, it leads to a port of this machine. */
export class ConnectProxy {
  /** What was asked for, as `host:port`. */
  readonly asked: string[] = [];
  /** In place of a tunnel. @default - a tunnel */
  refusal: string | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async start(port: number): Promise<ConnectProxy> {
    const server = createServer();
    const proxy = new ConnectProxy(server, port);
    server.on('connect', ({ url = '' }, client: Socket) => proxy.tunnel(url, client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private tunnel(to: string, client: Socket): void {
    this.asked.push(to);
    if (this.refusal !== undefined) {
      client.end(`HTTP/1.1 ${this.refusal}\r\n\r\n`);
      return;
    }
    const server = connect(this.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => other.destroy());
    }
  }
}
