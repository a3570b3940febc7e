import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { LIMIT } from '../../../src/control-plane/limits';
import { signPoolJwt } from '../../../src/protocol/auth';
import { PROOF_PROPERTY, writeonlyTopic } from '../../../src/protocol/mqtt-topics';
import { makePool, TestControlPlane, type TestPool } from '../support/control-plane';
import { connectPacket, RawMqtt } from './support/raw-mqtt';

/** From where somebody guesses. */
const GUESSER = '127.0.0.2';
const TOO_MANY = 0x9f;
const PUBLISH = { cmd: 'publish', qos: 0, retain: false, dup: false } as const;

let controlPlane: TestControlPlane;
let pool: TestPool;
let agent: Agent;
let clients: RawMqtt[] = [];

beforeAll(async () => {
  controlPlane = await TestControlPlane.start({ tls: false });
  agent = new Agent({ localAddress: GUESSER, connections: 20 });
});

beforeEach(async () => {
  pool = await makePool(controlPlane);
});

afterEach(() => {
  for (const client of clients) client.close();
  clients = [];
});

afterAll(async () => {
  await agent?.destroy();
  await controlPlane.close();
});

const proof = () =>
  signPoolJwt({ poolId: pool.id, certificate: pool.token.certificate, privateKeyPem: pool.privateKeyPem });
const forgedOf = (jwt: string) => jwt.replace(/.{8}$/, 'AAAAAAAA');

async function overHttp(jwt: string): Promise<number> {
  const { statusCode, body } = await request(`${controlPlane.url}/worker/v1/watch`, {
    method: 'POST',
    dispatcher: agent,
    headers: { authorization: `Bearer ${jwt}` },
    body: JSON.stringify({ session: 's', after: 0, waitSeconds: 0 }),
  });
  await body.dump();
  return statusCode;
}

async function connected(from: string, jwt?: string): Promise<RawMqtt> {
  const client = await RawMqtt.open(controlPlane.mqttUrl, from);
  clients.push(client);
  client.send(await connectPacket(pool, jwt === undefined ? {} : { password: Buffer.from(jwt) }));
  return client;
}

/** Brings proofs over HTTP that are none, until another would be refused unseen. Every third of a second one more is looked at. */
async function guess(): Promise<void> {
  const forged = forgedOf(await proof());
  for (let left = 2 * LIMIT.failedProofs; left > 0; left -= 20) {
    const statuses = await Promise.all(Array.from({ length: 20 }, () => overHttp(forged)));
    if (statuses.every((status) => status === 429)) return;
  }
}

/** Does something right after more guesses than are borne, until it is refused as too many. */
async function refusal<T extends { reasonCode?: number }>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    await guess();
    const packet = await attempt();
    if (packet.reasonCode === TOO_MANY || tries === 10) return packet;
  }
}

describe('who has brought too many proofs over HTTP that were none', () => {
  test('is refused over MQTT as well, with words that say so, and nobody at another address is', async () => {
    const connack = await refusal(async () => (await connected(GUESSER)).next('connack'));
    expect(connack).toMatchObject({
      reasonCode: TOO_MANY,
      properties: { reasonString: expect.stringContaining('too many failed log-ins from this address') },
    });
    expect(await (await connected('127.0.0.1')).next('connack')).toMatchObject({ reasonCode: 0 });
  });

  test('is heard over MQTT by a proof that was found good over HTTP', async () => {
    const good = await proof();
    expect(await overHttp(good)).toBe(200);
    await guess();
    expect(await (await connected(GUESSER, good)).next('connack')).toMatchObject({ reasonCode: 0 });
  });
});

test('proofs that come with requests over MQTT are counted with those over HTTP', async () => {
  const payload = JSON.stringify({ op: 'watch', id: 'x', body: { session: 's', after: 0, waitSeconds: 0 } });
  const good = await proof();
  expect(await overHttp(good)).toBe(200);
  const disconnect = await refusal(async () => {
    const client = await connected(GUESSER, good);
    await client.next('connack');
    const properties = { userProperties: { [PROOF_PROPERTY]: forgedOf(await proof()) } };
    client.send({ ...PUBLISH, topic: writeonlyTopic(pool.id, 's'), payload, properties });
    return client.next('disconnect');
  });
  expect(disconnect).toMatchObject({ reasonCode: TOO_MANY });
});
