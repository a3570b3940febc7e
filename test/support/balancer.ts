import { connect, createServer, type Server, type Socket } from 'node:net';
import { listen, type Listener } from '../../src/control-plane/listen';

/** How long a back end may take to accept a connection. */
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * A plain TCP load balancer on the loopback interface, as they stand before replicas: each connection goes to the next back
 * end that accepts it, and is reset when there is none or when its back end goes away.
 */
export class Balancer {
  private next = 0;
  /** Ports of the loopback interface. */
  backEnds: readonly number[] = [];

  private constructor(private readonly listener: Listener) {}

  static async start(): Promise<Balancer> {
    // The server must not end an answer because the question is complete.
    const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    const balancer = new Balancer(await listen(server, { host: '127.0.0.1', port: 0 }));
    server.on('connection', (client: Socket) => void balancer.carry(client));
    return balancer;
  }

  get port(): number {
    return this.listener.port;
  }

  close(): Promise<void> {
    return this.listener.close();
  }

  private async carry(client: Socket): Promise<void> {
    client.on('error', () => undefined);
    const backEnd = await this.connectToNext();
    if (!backEnd) {
      client.resetAndDestroy();
      return;
    }
    client.on('close', () => backEnd.destroy());
    backEnd.on('close', (hadError) => (hadError ? client.resetAndDestroy() : client.destroySoon()));
    client.pipe(backEnd);
    backEnd.pipe(client);
  }

  private async connectToNext(): Promise<Socket | undefined> {
    const { backEnds } = this;
    const first = this.next++;
    for (let tried = 0; tried < backEnds.length; tried += 1) {
      const socket = await connected(backEnds[(first + tried) % backEnds.length]!);
      if (socket) return socket;
    }
    return undefined;
  }
}

function connected(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy());
    socket.once('connect', () => {
      socket.setTimeout(0);
      resolve(socket);
    });
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(undefined));
  });
}
