import { createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface ListenAddress {
  /** An address; `localhost` is both of the loopback, `::` every address of both families. */
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
export type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>;

export interface Listener {
  readonly port: number;
  readonly connections: number;
  readonly strangers: number;
  /** Says that a connection has proved who it is: the limits of strangers are no longer for it. */
  proven(peer: Peer): void;
  /** Takes no further connections; those that are open stay. */
  stop(): void;
  /** Takes no further connections and ends those that are open. */
  close(): Promise<void>;
}

/** How often a free port is looked for that is free at every address. */
const ATTEMPTS = 20;

export const isEveryAddress = (host: string): boolean => host === '::' || host === '0.0.0.0';

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
  const [first, ...others] = addressesOf(host, localAddresses());
  const servers = await listenAt(server, first, others, port);
  const stopped: Promise<void>[] = [];
  const stop = () => {
    if (stopped.length > 0) return;
    for (const each of servers) stopped.push(new Promise((resolve) => each.close(() => resolve())));
  };
  return {
    port: portOf(server),
    get connections() {
      return sockets.size;
    },
    get strangers() {
      return strangers.size;
    },
    proven: (peer) => strangers.forget(nameOf(peer)),
    stop,
    close: async () => {
      stop();
      for (const socket of sockets) socket.destroy();
      await Promise.all(stopped);
    },
  };
}

/** The addresses to listen on, of those that the machine has. */
export function addressesOf(host: string, local: ReadonlySet<string>): readonly [string, ...string[]] {
  const hasIpv6 = [...local].some((address) => address.includes(':'));
  if (host === '::') return [hasIpv6 ? '::' : '0.0.0.0'];
  if (host !== 'localhost') return [host];
  return local.has('::1') ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
}

function localAddresses(): ReadonlySet<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)));
}

/** Servers on all of the addresses and the same port; what comes in at the others is handed to the first. */
async function listenAt(
  server: Server,
  first: string,
  others: readonly string[],
  port: number,
): Promise<readonly Server[]> {
  for (let attempt = 1; ; attempt++) {
    const servers = [server];
    try {
      await bind(server, first, port);
      for (const host of others) {
        const other = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
          server.emit('connection', socket);
        });
        await bind(other, host, portOf(server));
        servers.push(other);
      }
      return servers;
    } catch (error) {
      await Promise.all(servers.map((each) => new Promise((resolve) => each.close(resolve))));
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isTaken || port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

const portOf = (server: Server): number => (server.address() as { port: number }).port;

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

/** What a connection and the TLS connection over it have in common. */
export function nameOf({ remoteAddress, remotePort }: Peer): string {
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
