import { X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Hono } from 'hono';
import { Admission } from '../../src/control-plane/admission';
import { EmbeddedBroker } from '../../src/control-plane/broker/embedded-broker';
import { serve } from '../../src/control-plane/http/server';
import { KeyFiles } from '../../src/control-plane/key-files';
import { Authority } from '../../src/control-plane/pki/authority';
import type { ServerIdentity } from '../../src/control-plane/server-identity';
import { proofChecks } from './support/proofs';
import { TestQueue } from './support/queue';

const ADDRESS = { host: '127.0.0.1', port: 0 };

let queue: TestQueue;
let authority: Authority;
let opened: { close(): unknown }[];

beforeEach(async () => {
  queue = await TestQueue.ready();
  authority = await Authority.open(KeyFiles.inDataFolder(queue.folder), Date.now);
  opened = [];
});
afterEach(async () => {
  for (const each of opened.reverse()) await each.close();
  await queue.close();
});

async function pair(): Promise<{ cert: string; key: string }> {
  const { certificate, key } = await authority.issueServer(['localhost', '127.0.0.1']);
  return { cert: certificate, key };
}

/** What somebody sees who connects to a port. */
async function shownAt(port: number): Promise<string> {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca: authority.certificatePem });
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', () => resolve()).once('error', reject));
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

test.each<[string, (identity: ServerIdentity) => Promise<{ readonly port: number; close(): unknown }>]>([
  ['HTTPS', (identity) => serve(new Hono(), ADDRESS, identity, new Admission())],
  [
    'MQTT',
    (identity) => EmbeddedBroker.start(queue.context, { address: ADDRESS, tls: identity, proofs: proofChecks() }),
  ],
])('the server of %s shows the certificate that replaces its first one', async (_, start) => {
  const [first, second] = [await pair(), await pair()];
  let replace: Parameters<ServerIdentity['follow']>[0] = () => undefined;
  const server = await start({ ...first, follow: (follower) => void (replace = follower) });
  opened.push(server);
  expect(await shownAt(server.port)).toBe(new X509Certificate(first.cert).serialNumber);
  replace(second);
  expect(await shownAt(server.port)).toBe(new X509Certificate(second.cert).serialNumber);
});
