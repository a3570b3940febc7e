import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { TestControlPlane } from './support/control-plane';
import { until } from '../support/until';

let controlPlane: TestControlPlane;
let sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await controlPlane.close();
});

/** A connection that has said nothing, not even hello to TLS. */
async function silent(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('error', reject));
  return socket.on('error', () => undefined);
}

test('a connection in the middle of its TLS handshake does not hold up the end of the control plane', async () => {
  controlPlane = await TestControlPlane.start();
  const both = await Promise.all([silent(controlPlane.url), silent(controlPlane.mqttUrl)]);
  // A server takes a connection when it looks the next time.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await controlPlane.close();
  for (const socket of both) await until(() => socket.closed, 'the connection ends');
  await expect(silent(controlPlane.url)).rejects.toThrow('ECONNREFUSED');
});
