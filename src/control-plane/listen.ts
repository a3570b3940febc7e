import { createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface ListenAddress {
  /** An address; `localhost` is both of the loopback, `::` every address of both families. */
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  readonly port: number;
  readonly connections: number;
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
export async function listen(server: Server, { host, port }: ListenAddress): Promise<Listener> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
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
