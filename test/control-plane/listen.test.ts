import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { addressesOf } from '../../src/control-plane/listen';
import { makePool, TestControlPlane } from './support/control-plane';
import { otherEndOf } from '../support/other-end';
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
  await Promise.all(both.map(otherEndOf));
  await controlPlane.close();
  for (const socket of both) await until(() => socket.closed, 'the connection ends');
  await expect(silent(controlPlane.url)).rejects.toThrow('ECONNREFUSED');
});

const machine = (...addresses: string[]) => new Set(['127.0.0.1', ...addresses]);

test.each([
  ['localhost, where there is IPv6', 'localhost', machine('::1', 'fd00::2'), ['127.0.0.1', '::1']],
  ['localhost, where there is none', 'localhost', machine('10.0.0.5'), ['127.0.0.1']],
  ['every address, where there is IPv6', '::', machine('::1'), ['::']],
  ['every address, where there is none', '::', machine(), ['0.0.0.0']],
  ['every address of IPv4', '0.0.0.0', machine('::1'), ['0.0.0.0']],
  ['one address', '::1', machine('::1'), ['::1']],
])('%s: listens on what the machine has', (_, host, local, expected) => {
  expect(addressesOf(host, local)).toEqual(expected);
});

const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));

/** Of the loopback's addresses those that this machine has, as URLs have them. */
const loopback = ['127.0.0.1', ...(own.includes('::1') ? ['[::1]'] : [])];

test.each(['localhost', '::'])(
  'at %s a control plane is reached by both families, under its certificate',
  async (host) => {
    controlPlane = await TestControlPlane.start({ host });
    const { port } = new URL(controlPlane.url);
    const agent = new Agent({ connect: { ca: controlPlane.ca } });
    for (const address of loopback) {
      const { statusCode, body } = await request(`https://${address}:${port}/healthz`, { dispatcher: agent });
      await body.dump();
      expect(statusCode).toBe(200);
    }
    expect(controlPlane.endpoint).toBe(`https://localhost:${port}`);
    await agent.destroy();
  },
);

test('tokens of a control plane on an address of IPv6 have it in brackets', async () => {
  controlPlane = await TestControlPlane.start({ publicUrl: 'https://[fd00::2]:8443/' });
  const { endpoint, mqtt } = (await makePool(controlPlane)).token;
  const { port } = new URL(controlPlane.mqttUrl);
  expect({ endpoint, mqtt }).toEqual({ endpoint: 'https://[fd00::2]:8443', mqtt: `mqtts://[fd00::2]:${port}` });
  const certificate = new X509Certificate(readFileSync(controlPlane.file('server.pem')));
  expect(certificate.checkIP('fd00::2')).toBe('fd00::2');
});
