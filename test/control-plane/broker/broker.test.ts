import { afterEach, beforeEach, expect, test } from '@jest/globals';
import mqtt, { type MqttClient } from 'mqtt';
import { signPoolJwt } from '../../../src/protocol/auth';
import { readonlyTopic, writeonlyTopic } from '../../../src/protocol/mqtt-topics';
import { makePool, newWorker, TestControlPlane, type TestPool } from '../support/control-plane';

let controlPlane: TestControlPlane;
let [mine, other]: TestPool[] = [];
let clients: MqttClient[];

beforeEach(async () => {
  clients = [];
  controlPlane = await TestControlPlane.start();
  [mine, other] = [await makePool(controlPlane, 'mine'), await makePool(controlPlane, 'other')];
});

afterEach(async () => {
  for (const client of clients) client.end(true);
  await controlPlane.close();
});

async function connect(pool: TestPool, username = pool.id): Promise<MqttClient> {
  const { token, privateKeyPem } = pool;
  const password = await signPoolJwt({ poolId: token.poolId, certificate: token.certificate, privateKeyPem });
  const client = mqtt.connect(token.mqtt, { username, password, ca: token.ca, reconnectPeriod: 0, protocolVersion: 4 });
  clients.push(client);
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
  client.on('error', () => undefined);
  return client;
}

test('a pool cannot come in under the name of another', async () => {
  await expect(connect(mine!, other!.id)).rejects.toThrow('Bad username or password');
});

test.each([
  ['the views of another pool', () => readonlyTopic(other!.id, '+')],
  ['the requests of its own pool', () => writeonlyTopic(mine!.id, '+')],
  ['everything', () => '#'],
])('a pool cannot subscribe to %s', async (_, topic) => {
  const client = await connect(mine!);
  await expect(client.subscribeAsync(topic(), { qos: 1 })).rejects.toThrow();
});

test('what a pool writes below the topics of another ends its connection and changes nothing', async () => {
  const client = await connect(mine!);
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  const body = { session: 's', workers: [newWorker()] };
  client.publish(writeonlyTopic(other!.id, 's'), JSON.stringify({ op: 'register', id: '1', body }), { qos: 1 });
  await closed;
  expect(controlPlane.admin.workers(other!.id)).toEqual([]);
});
