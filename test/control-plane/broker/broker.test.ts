import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { IConnectPacket, IPublishPacket, ISubscribePacket } from 'mqtt-packet';
import { signPoolJwt } from '../../../src/protocol/auth';
import { readonlyTopic, writeonlyTopic } from '../../../src/protocol/mqtt-topics';
import { until } from '../../support/until';
import { makePool, newWorker, TestControlPlane, type TestPool } from '../support/control-plane';
import { makeKey } from '../support/credentials';
import { connectPacket, RawMqtt } from './support/raw-mqtt';

let controlPlane: TestControlPlane;
let [mine, other]: TestPool[] = [];
let clients: RawMqtt[] = [];
let aheadMs = 0;
/** Where the control plane's clock stands still; undefined while it goes. */
let stoodAt: number | undefined;

beforeAll(async () => {
  controlPlane = await TestControlPlane.start({ tls: false, now: () => (stoodAt ?? Date.now()) + aheadMs });
  [mine, other] = [await makePool(controlPlane, 'mine'), await makePool(controlPlane, 'other')];
});

afterEach(() => {
  for (const client of clients) client.close();
  clients = [];
  aheadMs = 0;
  stoodAt = undefined;
});

afterAll(() => controlPlane.close());

async function join(pool = mine!, version: 4 | 5 = 5): Promise<RawMqtt> {
  const client = await RawMqtt.pool(controlPlane.mqttUrl, pool, version);
  clients.push(client);
  return client;
}

async function connectWith(given: Partial<IConnectPacket>): Promise<RawMqtt> {
  const client = await RawMqtt.open(controlPlane.mqttUrl);
  clients.push(client);
  client.send(await connectPacket(mine!, given));
  return client;
}

const versions = [4, 5] as const;

describe('a CONNECT', () => {
  test.each<[string, () => Promise<Partial<IConnectPacket>> | Partial<IConnectPacket>, number, number]>([
    ['under the name of another pool', () => ({ username: other!.id }), 4, 0x86],
    ['without a proof', () => ({ password: Buffer.from('no') }), 4, 0x86],
    ['with a proof of another pool', async () => ({ password: (await connectPacket(other!)).password! }), 4, 0x86],
    ['with a will', () => ({ will: { topic: readonlyTopic(mine!.id, 'x'), payload: 'gone' } }), 5, 0x83],
  ])('%s is refused in the words of both versions', async (_, given, returnCode, reasonCode) => {
    const [old, present] = [
      await connectWith({ ...(await given()), protocolVersion: 4 }),
      await connectWith(await given()),
    ];
    expect(await old.next('connack')).toMatchObject({ returnCode });
    expect(await present.next('connack')).toMatchObject({
      reasonCode,
      properties: { reasonString: expect.stringMatching(/\w+ \w+/) },
    });
    await Promise.all([old.ended(), present.ended()]);
  });

  test('that wants its session kept is refused in 3.1.1, and told in 5 that it is not', async () => {
    const old = await connectWith({ protocolVersion: 4, clean: false });
    expect(await old.next('connack')).toMatchObject({ returnCode: 2 });
    const present = await connectWith({ clean: false, properties: { sessionExpiryInterval: 3600 } });
    expect(await present.next('connack')).toMatchObject({
      reasonCode: 0,
      sessionPresent: false,
      properties: {
        sessionExpiryInterval: 0,
        maximumQoS: 1,
        retainAvailable: false,
        sharedSubscriptionAvailable: false,
      },
    });
  });

  test.each([
    ['MQTT 3.1', 'MQIsdp', 3],
    ['a version that is not known', 'MQTT', 6],
  ])('of %s is refused with the code for versions', async (_, protocolId, version) => {
    const client = await RawMqtt.open(controlPlane.mqttUrl);
    clients.push(client);
    client.version = 4;
    client.write(
      Buffer.from([
        0x10,
        protocolId.length + 12,
        0,
        protocolId.length,
        ...Buffer.from(protocolId),
        version,
        2,
        0,
        60,
        0,
        4,
        ...Buffer.from('name'),
      ]),
    );
    expect(await client.next('connack')).toMatchObject({ returnCode: 1 });
  });

  test('with the client id of another connection of the pool ends that one, and no connection of another pool', async () => {
    const clientId = randomUUID();
    const foreign = await RawMqtt.open(controlPlane.mqttUrl);
    clients.push(foreign);
    foreign.send(await connectPacket(other!, { clientId }));
    await foreign.next('connack');
    const first = await connectWith({ clientId });
    await first.next('connack');
    const second = await connectWith({ clientId });
    await second.next('connack');
    expect(await first.next('disconnect')).toMatchObject({ reasonCode: 0x8e });
    foreign.send({ cmd: 'pingreq' });
    await foreign.next('pingresp');
  });
});

describe('a pool', () => {
  test.each<[string, () => string, number]>([
    ['the views of another pool', () => readonlyTopic(other!.id, '+'), 0x87],
    ['the requests of its own pool', () => writeonlyTopic(mine!.id, '+'), 0x87],
    ['everything', () => '#', 0x87],
    ['a share of the requests', () => '$share/control-plane/spacelift/writeonly/+/+', 0x9e],
    ['what is no filter', () => readonlyTopic(mine!.id, 'a+'), 0x8f],
  ])('cannot subscribe to %s', async (_, topic, code) => {
    const subscribe: ISubscribePacket = { cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: topic(), qos: 1 }] };
    for (const version of versions) {
      const client = await join(mine, version);
      client.send(subscribe);
      const suback = await until(
        () => client.packets.find((packet) => packet.cmd === 'suback' && packet.messageId === 7),
        'the subscription is answered',
      );
      expect(suback).toMatchObject({ granted: [version === 5 ? code : 0x80] });
    }
  });

  test.each<[string, Partial<IPublishPacket>, number]>([
    ['to be retained', { retain: true }, 0x9a],
    ['of QoS 2', { qos: 2, messageId: 3 }, 0x9b],
    ['by a topic alias', { properties: { topicAlias: 1 } }, 0x94],
    ['to no session', { topic: 'spacelift/writeonly/x' }, 0x87],
  ])('that publishes %s is told why, its connection ends, and nothing is done', async (_, given, reasonCode) => {
    for (const version of versions) {
      const client = await join(mine, version);
      const payload = JSON.stringify({ op: 'register', id: '1', body: { session: 's', workers: [newWorker()] } });
      const packet = { topic: writeonlyTopic(mine!.id, 's'), payload, qos: 0, retain: false, dup: false } as const;
      if (version === 4 && given.properties) continue;
      client.send({ cmd: 'publish', ...packet, ...given });
      await client.ended();
      if (version === 5) expect(await client.next('disconnect')).toMatchObject({ reasonCode });
    }
    expect(await controlPlane.admin.workers(mine!.id)).toEqual([]);
  });

  test('that writes below the topics of another ends its connection and changes nothing', async () => {
    const client = await join();
    client.request(other!, 'register', { workers: [newWorker()] });
    await client.ended();
    expect(await controlPlane.admin.workers(other!.id)).toEqual([]);
  });

  test('that comes back under the same name finds nothing of what it had before', async () => {
    const clientId = randomUUID();
    const first = await connectWith({ clientId, clean: false });
    await first.next('connack');
    first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: readonlyTopic(mine!.id, '+'), qos: 1 }] });
    await first.next('suback');
    first.close();
    const worker = newWorker();
    const asking = await join();
    await asking.ask(mine!, 'register', { workers: [worker] });
    const second = await connectWith({ clientId, clean: false });
    expect(await second.next('connack')).toMatchObject({ sessionPresent: false });
    await controlPlane.admin.setDrained(mine!.id, worker.id, true);
    await until(() => asking.published(readonlyTopic(mine!.id, worker.id)).length > 0, 'the view is published');
    expect(second.packets.map(({ cmd }) => cmd)).toEqual(['connack']);
    await asking.ask(mine!, 'retire', { workers: [worker.id] });
  });

  test('gets a reply to each request over the connection that asked, and to a broken one none', async () => {
    for (const version of versions) {
      const [asking, listening] = [await join(mine, version), await join(mine, version)];
      const topic = writeonlyTopic(mine!.id, 's');
      asking.send({ cmd: 'publish', topic, payload: 'no JSON', qos: 1, messageId: 9, retain: false, dup: false });
      expect(await asking.next('puback')).toMatchObject({ messageId: 9 });
      expect(await asking.ask(mine!, 'watch', { after: 0, waitSeconds: 0 })).toMatchObject({
        body: { revision: expect.any(Number) },
      });
      expect(await asking.ask(mine!, 'watch', { after: 0, waitSeconds: 5 })).toMatchObject({
        refusal: { code: 'malformed', message: expect.stringContaining('does not wait') },
      });
      expect(await asking.ask(mine!, 'watch', { after: 0, waitSeconds: 0, session: 't' })).toMatchObject({
        refusal: { code: 'malformed' },
      });
      expect(asking.replies(mine!)).toHaveLength(3);
      expect(listening.replies(mine!)).toEqual([]);
    }
  });
});

describe('the rights of a connection end', () => {
  const watch = { after: 0, waitSeconds: 0 };

  /** Connects with a proof that has so long to live, and says hello; the clock stands still, however long that takes. */
  async function provenFor(ms: number): Promise<RawMqtt> {
    const { token, privateKeyPem } = mine!;
    // Proofs count in whole seconds.
    const expiresAt = Math.ceil(Date.now() / 1000) * 1000;
    stoodAt = expiresAt - ms;
    // Five minutes of life and one of tolerance are over then.
    const now = expiresAt - 360_000;
    const jwt = await signPoolJwt({ poolId: mine!.id, certificate: token.certificate, privateKeyPem, now });
    const client = await connectWith({ password: Buffer.from(jwt) });
    await client.next('connack');
    return client;
  }

  test('when its proof expires, though it says nothing', async () => {
    const client = await provenFor(100);
    aheadMs = 200;
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x87 });
    await client.ended();
  });

  test('when its proof has expired by the clock of the control plane, at the next request', async () => {
    const client = await join();
    aheadMs = 370_000;
    expect(await client.ask(mine!, 'watch', watch)).toMatchObject({ refusal: { code: 'unauthorized' } });
    await client.ended();
  });

  test('not while its requests bring new proofs', async () => {
    const client = await provenFor(100);
    const { token, privateKeyPem } = mine!;
    const proof = await signPoolJwt({ poolId: mine!.id, certificate: token.certificate, privateKeyPem });
    const payload = JSON.stringify({ op: 'watch', id: '1', body: { session: 's', ...watch } });
    const topic = writeonlyTopic(mine!.id, 's');
    const properties = { userProperties: { proof } };
    client.send({ cmd: 'publish', topic, payload, qos: 1, messageId: 1, retain: false, dup: false, properties });
    await client.next('puback');
    aheadMs = 200;
    await sleep(200);
    client.send({ cmd: 'pingreq' });
    await client.next('pingresp');
  });

  test('not by the proof of another pool, which a request brings', async () => {
    const client = await join();
    const proof = (await connectPacket(other!)).password!.toString();
    const payload = JSON.stringify({ op: 'watch', id: '1', body: { session: 's', ...watch } });
    const properties = { userProperties: { proof } };
    const topic = writeonlyTopic(mine!.id, 's');
    client.send({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false, properties });
    const [reply] = await until(() => client.replies(mine!).length > 0 && client.replies(mine!), 'a reply');
    expect(reply).toMatchObject({ refusal: { code: 'unauthorized' } });
  });

  test.each<[string, (pool: TestPool) => unknown]>([
    ['the pool is reset', async (pool) => controlPlane.admin.resetPool(pool.id, (await makeKey()).csr)],
    ['the pool is deleted', (pool) => controlPlane.admin.deletePool(pool.id)],
  ])('when %s, wherever in its making it is', async (_, end) => {
    const pool = await makePool(controlPlane, 'ending');
    const connected = await join(pool);
    const packet = await connectPacket(pool);
    const coming = await RawMqtt.open(controlPlane.mqttUrl);
    clients.push(coming);
    coming.send(packet);
    await end(pool);
    expect(await connected.next('disconnect')).toMatchObject({ reasonCode: 0x87 });
    await Promise.all([connected.ended(), coming.ended()]);
  });
});
