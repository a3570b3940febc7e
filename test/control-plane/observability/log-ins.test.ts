import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { request } from 'undici';
import { CONTROL_PLANE_METRICS } from '../../../src/api/control-plane-metrics';
import { connectPacket, RawMqtt } from '../broker/support/raw-mqtt';
import { makePool, TestControlPlane, type TestPool } from '../support/control-plane';
import { proofOf, Speaker } from '../support/speaking';

/* Every way to log in, right and wrong, and what is counted of it. */

let controlPlane: TestControlPlane;
let pool: TestPool;
let other: TestPool;
let speaker: Speaker;

beforeAll(async () => {
  controlPlane = await TestControlPlane.start({ metricsPort: 0, tls: false });
  pool = await makePool(controlPlane);
  other = await makePool(controlPlane);
  speaker = new Speaker(controlPlane);
});

afterAll(async () => {
  await speaker?.close();
  await controlPlane.close();
});

/** What is counted, such as `key ok 1`, without an id in it. */
async function counted(): Promise<Map<string, number>> {
  const { body } = await request(`${controlPlane.metricsUrl}/metrics`);
  const { name } = CONTROL_PLANE_METRICS.logIns;
  const series = new RegExp(`^${name}\\{way="(\\w+)",result="(\\w+)"\\} (\\d+)$`, 'gm');
  return new Map(
    [...(await body.text()).matchAll(series)].map(([, way, result, n]) => [`${way} ${result}`, Number(n)]),
  );
}

const JWT_OF_NOBODY = 'e30.e30.e30';

async function byGraphql(secret: string): Promise<void> {
  const { id } = controlPlane.apiKey;
  await speaker.ask('mutation($id:ID!,$secret:String!){apiKeyUser(id: $id, secret: $secret){jwt}}', { id, secret });
}

async function byPage(secret: string): Promise<void> {
  const body = new URLSearchParams({ id: controlPlane.apiKey.id, secret }).toString();
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' };
  await (await speaker.send('POST', '/login', { body, headers })).body.dump();
}

async function basic(secret: string): Promise<void> {
  const Authorization = `Basic ${Buffer.from(`${controlPlane.apiKey.id}:${secret}`).toString('base64')}`;
  await (await speaker.send('GET', '/', { headers: { Authorization } })).body.dump();
}

async function ofPool(jwt: string): Promise<void> {
  const body = JSON.stringify({ session: 's', after: 0, waitSeconds: 0 });
  await (await speaker.send('POST', '/worker/v1/watch', { body, jwt })).body.dump();
}

async function byMqtt(password: string): Promise<void> {
  const client = await RawMqtt.open(controlPlane.mqttUrl);
  try {
    client.send(await connectPacket(other, { password: Buffer.from(password) }));
    await client.next('connack');
  } finally {
    client.close();
  }
}

const right = () => controlPlane.apiKey.secret;
let proof: string;

test.each<[string, string[], () => Promise<void>]>([
  ['the secret of a key', ['key ok'], () => byGraphql(right())],
  ['a wrong secret', ['key refused'], () => byGraphql('a guess')],
  ['a token where the key has a secret', ['oidc refused'], () => byGraphql(JWT_OF_NOBODY)],
  ['a secret that a program sends to a page', ['key ok'], () => basic(right())],
  ['a wrong one', ['key refused'], () => basic('a guess')],
  ['the form of the page', ['page ok'], () => byPage(right())],
  ['the form with a wrong secret', ['page refused'], () => byPage('a guess')],
  ['a proof of a pool', ['pool ok'], async () => ofPool((proof = await proofOf(pool)))],
  ['the same proof once more, which is known', [], () => ofPool(proof)],
  ['a forged proof', ['pool refused'], () => ofPool(proof.replace(/.{8}$/, 'AAAAAAAA'))],
  ['a proof by MQTT', ['mqtt ok'], async () => byMqtt(await proofOf(other))],
  ['no proof by MQTT', ['mqtt refused'], () => byMqtt('no')],
])('%s counts once: %j', async (_, expected, logIn) => {
  const before = await counted();
  await logIn();
  const grown = [...(await counted())].flatMap(([series, n]) =>
    Array.from({ length: n - (before.get(series) ?? 0) }, () => series),
  );
  expect(grown).toEqual(expected);
});
