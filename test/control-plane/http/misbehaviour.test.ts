import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { request } from 'undici';
import { signPoolJwt } from '../../../src/protocol/auth';
import { AnotherCaller } from '../support/another-caller';
import { ControlPlaneApart } from '../support/apart/control-plane-apart';
import type { TestPool } from '../support/control-plane';
import { chunk, head, post, RudeCaller } from '../support/rude-caller';
import type { Rudeness } from '../support/rude-caller.worker';

// Where it is slow, it is done some times more.
jest.setTimeout(300_000);

let controlPlane: ControlPlaneApart;
let caller: RudeCaller;
let another: AnotherCaller;
/** The one that misbehaves. */
let bad: TestPool;
/** Of the API key, for those that misbehave after a log-in. */
let user: string;
let tests = 0;

beforeAll(async () => {
  controlPlane = await ControlPlaneApart.start({ tls: false, mqttPort: null });
  caller = new RudeCaller(controlPlane.url);
  another = await AnotherCaller.open(controlPlane, await controlPlane.makePool('good'));
  const { id, secret } = controlPlane.apiKey;
  const { body } = await request(`${controlPlane.url}/graphql`, { method: 'POST', body: logIn(id, secret) });
  user = ((await body.json()) as { data: { apiKeyUser: { jwt: string } } }).data.apiKeyUser.jwt;
});

// Nobody is held to what was done before.
beforeEach(async () => {
  tests += 1;
  caller.comesFrom = `127.0.1.${tests}`;
  bad = await controlPlane.makePool(`bad-${tests}`);
});

afterAll(async () => {
  await Promise.all([caller?.close(), another?.close()]);
  await controlPlane?.close();
});

const logIn = (i: string, s: string) =>
  JSON.stringify({
    query: 'mutation($i: ID!, $s: String!) { apiKeyUser(id: $i, secret: $s) { jwt } }',
    variables: { i, s },
  });
const proofOf = ({ id, token, privateKeyPem }: TestPool) =>
  signPoolJwt({ poolId: id, certificate: token.certificate, privateKeyPem });
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const query = (document: string) => post('/graphql', JSON.stringify({ query: document }), user);
const watch = (waitSeconds: number) => JSON.stringify({ session: 'session', after: 0, waitSeconds });

async function expectToBeBorne(rudeness: Rudeness, statuses: readonly number[]): Promise<void> {
  const found = await another.waitsLittleDuring(() => caller.does(rudeness));
  expect([...new Set(found)].sort()).toEqual(statuses);
}

describe('another is answered within 250 ms while somebody without any right', () => {
  test.each<[string, Rudeness, number[]]>([
    [
      'sends large bodies in chunks to operations of pools',
      {
        connections: 25,
        first: head({ path: '/worker/v1/sync' }),
        then: { text: chunk('x'.repeat(65_536)), times: 64, everyMs: 1 },
      },
      [401],
    ],
    [
      'sends 300 proofs that are none',
      { connections: 300, first: post('/worker/v1/sync', '{}', 'rubbish######') },
      [401, 429],
    ],
    [
      'sends 2,000 requests without waiting for an answer',
      { connections: 100, first: post('/worker/v1/sync', '{}', 'rubbish######').repeat(20), waits: false },
      [0],
    ],
    [
      'logs in by 10,000 aliases of one document',
      {
        connections: 1,
        first: post(
          '/graphql',
          JSON.stringify({
            query: `mutation { ${times(10_000, (n) => `a${n}: apiKeyUser(id: "admin", secret: "x${n}") { jwt }`).join(' ')} }`,
          }),
        ),
      },
      [200],
    ],
    ['logs in 300 times', { connections: 300, first: post('/graphql', logIn('admin', 'guess ######')) }, [200, 429]],
    [
      'guesses the password of the pages 200 times',
      { connections: 200, first: 'GET / HTTP/1.1\r\nhost: a\r\nauthorization: Basic YWRtaW46######\r\n\r\n' },
      [401, 429],
    ],
    ['opens 3,000 connections and says nothing', { connections: 3000, first: '', waits: false }, [0]],
    [
      'begins 500 requests and never ends their headers',
      {
        connections: 500,
        first: 'GET / HTTP/1.1\r\n',
        then: { text: 'x-header: 1\r\n', times: 30, everyMs: 20 },
        waits: false,
      },
      [0],
    ],
    [
      'sends headers of a megabyte',
      { connections: 10, first: `GET / HTTP/1.1\r\nx: ${'x'.repeat(1024 * 1024)}\r\n\r\n` },
      [431],
    ],
  ])('%s', (_, rudeness, statuses) => expectToBeBorne(rudeness, statuses));
});

describe('another is answered within 250 ms while the holder of the API key', () => {
  test.each<[string, string]>([
    ['nests a document 10,000 levels deep', '{a'.repeat(10_000)],
    ['nests lists in a document', `{a(b:${'['.repeat(10_000)}`],
    ['sends a document of 3 MiB', `{ a(b: "${'\\"'.repeat(1_500_000)}`],
    ['opens strings that never end', `"${'\\"'.repeat(30_000)}`],
    ['asks for 500 aliases of every pool', `{${times(500, (n) => `a${n}: workerPools { id }`).join(' ')}}`],
    [
      'doubles a query by each of 60 fragments',
      `{ workerPools { ...f0 } } ${times(60, (n) => `fragment f${n} on WorkerPool { ...f${n + 1} ...f${n + 1} }`).join(' ')} fragment f60 on WorkerPool { id }`,
    ],
    [
      'asks for the schema within the schema',
      `{ __schema { types { ${'fields { type { '.repeat(6)} name ${'} }'.repeat(6)} } } }`,
    ],
    ['gives one field 600 names', `{ ${times(600, (n) => `a${n}: viewer`).join(' ')} }`],
  ])('%s', (_, document) => expectToBeBorne({ connections: 3, first: query(document) }, [200]));
});

describe('another pool is answered within 250 ms while the holder of a pool', () => {
  test.each<[string, (jwt: string) => Rudeness, number[]]>([
    [
      'watches 500 times at once',
      (jwt) => ({ connections: 500, first: post('/worker/v1/watch', watch(1), jwt) }),
      [200, 429],
    ],
    [
      'sends bodies of which a byte comes at a time',
      (jwt) => ({
        connections: 100,
        first: head({ path: '/worker/v1/sync', jwt }),
        then: { text: chunk('['), times: 50, everyMs: 10 },
        last: '0\r\n\r\n',
      }),
      [400],
    ],
    [
      'syncs a million workers that are none',
      (jwt) => ({
        connections: 1,
        first: post('/worker/v1/sync', JSON.stringify({ session: 's', workers: times(1_000_000, () => 0) }), jwt),
      }),
      [413],
    ],
    [
      'registers a worker with 90,000 tags',
      (jwt) => {
        const metadata = Object.fromEntries(times(90_000, (n) => [`key${n}`, n]));
        const body = JSON.stringify({ session: 's', workers: [{ id: 'x', name: 'x', metadata }] });
        return { connections: 1, first: post('/worker/v1/register', body, jwt) };
      },
      [400],
    ],
    [
      'asks 400 times at once and reads no answer',
      (jwt) => ({ connections: 10, first: post('/worker/v1/watch', watch(0), jwt).repeat(40), waits: false }),
      [0],
    ],
  ])('%s', async (_, rudeness, statuses) => expectToBeBorne(rudeness(await proofOf(bad)), statuses));
});
