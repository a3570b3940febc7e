import type { Server, Socket } from 'node:net';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  readonly port: number;
  /** Takes no further connections and ends those that are open. */
  close(): Promise<void>;
}

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
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
