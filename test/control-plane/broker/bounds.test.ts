import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EmbeddedBroker } from '../../../src/control-plane/broker/embedded-broker';
import type { BrokerLimits } from '../../../src/control-plane/broker/limits';
import { readonlyTopic } from '../../../src/protocol/mqtt-topics';
import { makePool, newWorker, type TestPool } from '../support/control-plane';
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
  broker = await EmbeddedBroker.start(queue.context, { address: { host: '127.0.0.1', port: 0 }, tls: null, limits });
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
  const url = await bounded({ strangerMs: 500 });
  const known = await join(url);
  const silent = await stranger(url);
  await silent.ended();
  known.send({ cmd: 'pingreq' });
  await known.next('pingresp');
});

test('strangers from one address take no room from those of another', async () => {
  const url = await bounded({ strangersPerAddress: 2 });
  for (let i = 0; i < 2; i++) await stranger(url, '127.0.0.2');
  const third = await stranger(url, '127.0.0.2');
  await third.ended();
  await join(url);
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
  first.write(Buffer.alloc(100 * KIB));
  await new Promise((resolve) => setTimeout(resolve, 100));
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
  await new Promise((resolve) => setTimeout(resolve, 1000));
  client.ignore();
  await client.ended();
});
