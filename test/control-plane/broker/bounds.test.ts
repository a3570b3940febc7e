import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EmbeddedBroker } from '../../../src/control-plane/broker/embedded-broker';
import type { BrokerLimits } from '../../../src/control-plane/broker/limits';
import { readonlyTopic } from '../../../src/protocol/mqtt-topics';
import { otherEndOf } from '../../support/other-end';
import { until } from '../../support/until';
import { makePool, newWorker, type TestPool } from '../support/control-plane';
import { proofChecks } from '../support/proofs';
import { TestQueue } from '../support/queue';
import { announced, connectPacket, RawMqtt } from './support/raw-mqtt';

const KIB = 1024;

let queue: TestQueue;
let pool: TestPool;
let broker: EmbeddedBroker | undefined;
let clients: RawMqtt[] = [];

beforeEach(async () => {
  queue = await TestQueue.ready();
  // The time of the proofs, which are made by the machine's clock.
  Object.assign(queue.context, { now: Date.now });
  pool = await makePool(queue, 'other');
});

afterEach(async () => {
  for (const client of clients) client.close();
  clients = [];
  await broker?.close();
  await queue.close();
});

async function bounded(limits: Partial<BrokerLimits>): Promise<string> {
  const address = { host: '127.0.0.1', port: 0 };
  broker = await EmbeddedBroker.start(queue.context, { address, tls: null, proofs: proofChecks(), limits });
  return `mqtt://127.0.0.1:${broker.port}`;
}

async function stranger(url: string, address?: string): Promise<RawMqtt> {
  const client = await RawMqtt.open(url, address);
  clients.push(client);
  return client;
}

async function join(url: string): Promise<RawMqtt> {
  const client = await RawMqtt.pool(url, pool);
  clients.push(client);
  return client;
}

test('a connection that does not prove who it is ends in time, and one that has proved it stays', async () => {
  const url = await bounded({ unprovedMs: 3_000 });
  const known = await join(url);
  const silent = await stranger(url);
  await silent.ended();
  known.send({ cmd: 'pingreq' });
  await known.next('pingresp');
});

test.each<[string, Partial<BrokerLimits>]>([
  ['an address that has too many', { unprovedPerAddress: 1 }],
  ['the address that has the most, where all together have too many without a proof,', { unprovedConnections: 2 }],
  ['the address that has the most, where all together have too many,', { connections: 2 }],
])('%s loses the oldest, and nobody else one', async (_, limits) => {
  const url = await bounded(limits);
  const oldest = await stranger(url, '127.0.0.2');
  const others = [await stranger(url, '127.0.0.3'), await stranger(url, '127.0.0.2')];
  await oldest.ended();
  for (const other of others) {
    other.send(await connectPacket(pool));
    expect(await other.next('connack')).toMatchObject({ reasonCode: 0 });
  }
});

test('a pool has no more connections than it may', async () => {
  const url = await bounded({ connectionsPerPool: 2 });
  for (let i = 0; i < 2; i++) await join(url);
  const third = await stranger(url);
  third.send(await connectPacket(pool));
  expect(await third.next('connack')).toMatchObject({
    reasonCode: 0x97,
    properties: { reasonString: 'the pool has 2 connections already' },
  });
});

test('a packet that does not come whole ends the connection', async () => {
  const client = await join(await bounded({ packetMs: 300 }));
  client.write(announced('publish', 100 * KIB));
  expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x81 });
});

test('a pool that holds more than it may loses the connection that asks for more, and no other', async () => {
  const url = await bounded({ heldBytesPerPool: 300 * KIB });
  const [first, second] = [await join(url), await join(url)];
  first.write(announced('publish', 400 * KIB));
  const held = await otherEndOf(first.socket);
  first.write(Buffer.alloc(100 * KIB));
  await until(() => held.bytesRead >= 100 * KIB, 'the broker holds what the first has sent');
  second.write(announced('publish', 400 * KIB));
  second.write(Buffer.alloc(300 * KIB));
  expect(await second.next('disconnect')).toMatchObject({ reasonCode: 0x97 });
  await second.ended();
  expect(first.socket.destroyed).toBe(false);
});

test('a connection has no more subscriptions than it may', async () => {
  const client = await join(await bounded({ subscriptionsPerConnection: 2 }));
  const subscriptions = ['a', 'b'].map((name) => ({ topic: readonlyTopic(pool.id, name), qos: 1 as const }));
  client.packets.length = 0;
  client.send({ cmd: 'subscribe', messageId: 2, subscriptions });
  expect(await client.next('suback')).toMatchObject({ granted: [0, 0x97] });
});

test('a client that takes nothing of what it is sent loses its connection', async () => {
  const client = await join(await bounded({ drainMs: 300, unsentBytes: 64 * KIB }));
  await client.ask(pool, 'register', { workers: Array.from({ length: 1000 }, (_, i) => newWorker(`w${i}`)) });
  client.socket.pause();
  for (let i = 0; i < 300; i++) client.request(pool, 'watch', { after: 0, waitSeconds: 0 });
  // It hears nothing itself: its own side is full.
  await until(() => broker?.openConnections === 0, 'the connection ends');
});
