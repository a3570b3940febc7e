import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { until } from './until';

/** Connections to the servers of this process, by the port at the client's end. */
const accepted = new Map<number, Socket>();

subscribe('net.server.socket', (message) => {
  const { socket } = message as { socket: Socket };
  const { remotePort } = socket;
  if (remotePort !== undefined) accepted.set(remotePort, socket);
});

/**
 * What a server of this process has of a client's connection, once it has taken it: a client that does not read cannot see
 * for itself whether its connection has ended, or what of it has arrived.
 */
export function otherEndOf({ localPort }: Socket): Promise<Socket> {
  return until(() => accepted.get(localPort ?? 0), 'the server takes the connection');
}
