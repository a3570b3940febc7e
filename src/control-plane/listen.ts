import type { Server, Socket } from 'node:net';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What a server bears of callers. A stranger is a connection that has not proved yet who it is. */
export interface ListenLimits {
  /** Open connections altogether. @default no limit */
  readonly connections?: number;
  /** Strangers altogether. @default no limit */
  readonly strangers?: number;
  /** Strangers from one address: an IPv4 address, or the first 64 bits of an IPv6 one. @default no limit */
  readonly strangersPerAddress?: number;
  /** How long a connection may stay a stranger, TLS handshake included, in milliseconds. @default no limit */
  readonly strangerMs?: number;
}

/** A connection, or the TLS connection over it. */
type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>;

export interface Listener {
  readonly port: number;
  readonly connections: number;
  readonly strangers: number;
  /** Says that a connection has proved who it is: the limits of strangers are no longer for it. */
  proven(peer: Peer): void;
  /** Takes no further connections and ends those that are open. */
  close(): Promise<void>;
}

/**
 * Listens, and knows every connection from its first packet: a server of Node's knows those only whose TLS handshake is
 * over, and its `close` would wait for the others (and for all that they ask for afterwards).
 */
export async function listen(
  server: Server,
  { host, port }: ListenAddress,
  limits: ListenLimits = {},
): Promise<Listener> {
  const sockets = new Set<Socket>();
  const strangers = new Strangers(limits);
  server.on('connection', (socket) => {
    if (sockets.size >= (limits.connections ?? Infinity) || !strangers.admit(socket)) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as { port: number }).port,
    get connections() {
      return sockets.size;
    },
    get strangers() {
      return strangers.size;
    },
    proven: (peer) => strangers.forget(nameOf(peer)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

class Strangers {
  /** What ends their being strangers, by the name that a connection and the TLS connection over it share. */
  private readonly open = new Map<string, () => void>();
  private readonly perAddress = new Map<string, number>();

  constructor(private readonly limits: ListenLimits) {}

  get size(): number {
    return this.open.size;
  }

  admit(socket: Socket): boolean {
    // It has gone already.
    if (socket.remoteAddress === undefined) return false;
    const { strangers = Infinity, strangersPerAddress = Infinity, strangerMs } = this.limits;
    const address = networkOf(socket.remoteAddress);
    const others = this.perAddress.get(address) ?? 0;
    if (this.open.size >= strangers || others >= strangersPerAddress) return false;
    const name = nameOf(socket);
    const timer = strangerMs === undefined ? undefined : setTimeout(() => socket.destroy(), strangerMs);
    this.perAddress.set(address, others + 1);
    this.open.set(name, () => {
      clearTimeout(timer);
      this.open.delete(name);
      const left = (this.perAddress.get(address) ?? 1) - 1;
      if (left > 0) this.perAddress.set(address, left);
      else this.perAddress.delete(address);
    });
    socket.once('close', () => this.forget(name));
    return true;
  }

  forget(name: string): void {
    this.open.get(name)?.();
  }
}

function nameOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress}|${remotePort}`;
}

/** Whoever has one IPv6 address usually has 2^64 of them. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1]!;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before!.length - after!.length);
  const groups = [...before!, ...Array<string>(zeros).fill('0'), ...after!];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
