import { connect, createServer, type Server, type Socket } from 'node:net';
import { listen, type Listener } from '../../../../src/control-plane/listen';

/** How long a back end may take to accept a connection. */
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * What becomes of what is sent: it is delivered; nothing is, and nobody is told (`silent`); what the back end says is lost
 * alone (`deaf`); each connection is reset (`refused`).
 */
type Mode = 'delivered' | 'silent' | 'deaf' | 'refused';

interface Pair {
  readonly client: Socket;
  readonly backEnd: Socket;
  /** Lost a byte, so that its ends never hear of each other again, not even that the other is gone. */
  isDead: boolean;
}

/**
 * The network between clients and servers of this machine, as a TCP load balancer: each connection goes to the next back end
 * that accepts it. What it carries may be lost, late or cut off.
 */
export class FaultyPath {
  private next = 0;
  private mode: Mode = 'delivered';
  private delayMs = 0;
  private readonly pairs = new Set<Pair>();
  /** Connections of clients that lead nowhere. */
  private readonly loose = new Set<Socket>();

  /** @param backEnds ports of the loopback interface */
  private constructor(
    private readonly listener: Listener,
    public backEnds: readonly number[],
  ) {}

  static async start(backEnds: readonly number[] = []): Promise<FaultyPath> {
    const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    const path = new FaultyPath(await listen(server, { host: '127.0.0.1', port: 0 }), backEnds);
    server.on('connection', (client: Socket) => void path.carry(client));
    return path;
  }

  get port(): number {
    return this.listener.port;
  }

  /** As before any fault; connections that have lost something stay as they are. */
  heal(): void {
    this.mode = 'delivered';
    this.delayMs = 0;
  }

  /** From now on nothing is delivered, and nobody is told. */
  swallow(): void {
    this.mode = 'silent';
  }

  /** From now on no answer arrives; what is asked does. */
  swallowAnswers(): void {
    this.mode = 'deaf';
  }

  /** From now on all connections are reset. */
  refuse(): void {
    this.mode = 'refused';
    this.cut();
  }

  /** From now on each piece takes so long. */
  slowDown(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Resets the connections that there are. */
  cut(): void {
    for (const { client, backEnd } of this.pairs) {
      client.resetAndDestroy();
      backEnd.resetAndDestroy();
    }
    for (const client of this.loose) client.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    await this.listener.close();
  }

  private async carry(client: Socket): Promise<void> {
    client.on('error', () => undefined);
    if (this.mode === 'refused') return void client.resetAndDestroy();
    if (this.mode === 'silent') return this.leadNowhere(client);
    const backEnd = await this.connectToNext();
    if (!backEnd) return void client.resetAndDestroy();
    const pair: Pair = { client, backEnd, isDead: false };
    this.pairs.add(pair);
    this.pipe(pair, client, backEnd);
    this.pipe(pair, backEnd, client);
    client.resume();
  }

  private leadNowhere(client: Socket): void {
    this.loose.add(client);
    client.on('close', () => this.loose.delete(client));
    client.resume();
  }

  private pipe(pair: Pair, from: Socket, to: Socket): void {
    const isLost = (): boolean => {
      const isAnswer = from === pair.backEnd;
      pair.isDead ||= this.mode === 'silent' || (this.mode === 'deaf' && isAnswer);
      return pair.isDead;
    };
    const later = (work: () => void): void => {
      if (this.delayMs === 0) work();
      else setTimeout(work, this.delayMs);
    };
    from.on('data', (piece: Buffer) => {
      if (!isLost()) later(() => to.writable && to.write(piece));
    });
    from.on('end', () => {
      if (!isLost()) later(() => to.end());
    });
    from.on('close', (hadError) => {
      this.pairs.delete(pair);
      if (isLost()) return void this.loose.add(to);
      later(() => (hadError ? to.resetAndDestroy() : to.destroySoon()));
    });
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
