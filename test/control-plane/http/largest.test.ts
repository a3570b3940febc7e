import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { request } from 'undici';
import { ulid } from 'ulid';
import { LIMIT, OPERATION_BYTES } from '../../../src/control-plane/limits';
import { signPoolJwt } from '../../../src/protocol/auth';
import { atLeastOnce } from '../support/another-caller';
import { ControlPlaneApart } from '../support/apart/control-plane-apart';
import type { TestPool } from '../support/control-plane';
import { post, RudeCaller } from '../support/rude-caller';

// Where it is slow, it is done some times more.
jest.setTimeout(300_000);

/** Five times what is aimed at, for machines that are slow. */
const HELD_MS = 250;
/** As many as a WorkerPool may have. */
const WORKERS = 10_000;

let controlPlane: ControlPlaneApart;
let caller: RudeCaller;
let bad: TestPool;
/** Of the API key. */
let user: string;
let ids: string[];

const proofOf = ({ id, token, privateKeyPem }: TestPool) =>
  signPoolJwt({ poolId: id, certificate: token.certificate, privateKeyPem });
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const ALL = '{ workerPools { name workers { id name status metadata createdAt availableAt run } } }';
const metadata = Object.fromEntries(times(8, (n) => [`key${n}`, 'x'.repeat(100)]));

async function send(path: string, body: object, jwt?: string): Promise<unknown> {
  const answer = await request(`${controlPlane.url}${path}`, {
    method: 'POST',
    headers: jwt === undefined ? {} : { authorization: `Bearer ${jwt}` },
    body: JSON.stringify(body),
  });
  expect(answer.statusCode).toBe(200);
  return answer.body.json();
}

beforeAll(async () => {
  controlPlane = await ControlPlaneApart.start({ tls: false, mqttPort: null, databaseInProcess: false });
  caller = new RudeCaller(controlPlane.url);
  bad = await controlPlane.makePool('bad');
  const query = 'mutation($id: ID!, $secret: String!) { apiKeyUser(id: $id, secret: $secret) { jwt } }';
  const made = await send('/graphql', { query, variables: controlPlane.apiKey });
  user = (made as { data: { apiKeyUser: { jwt: string } } }).data.apiKeyUser.jwt;
  ids = times(WORKERS, () => ulid());
  const jwt = await proofOf(bad);
  for (let at = 0; at < WORKERS; at += 1000) {
    const workers = ids.slice(at, at + 1000).map((id) => ({ id, name: id, metadata }));
    await send('/worker/v1/register', { session: 's', workers }, jwt);
  }
});

afterAll(async () => {
  await caller?.close();
  await controlPlane?.close();
});

const body = (content: object) => JSON.stringify(content);
const sync = (workers: readonly object[], session = 's') => ['/worker/v1/sync', body({ session, workers })] as const;
const graphql = (content: object) => ['/graphql', body(content)] as const;
const logsPath = `/worker/v1/runs/${ulid()}/1/logs`;
const filled = (most: number, text: string) => `[${text.repeat(Math.floor((most - 100) / text.length))}0]`;

/** What is sent again and again, and how it is answered. */
const largest: [string, () => readonly [string, string], number][] = [
  [
    'syncs 20,000 workers with runs, of which none is known',
    () =>
      sync(
        times(20_000, () => ({ id: ulid(), pod: { runId: ulid(), attempt: 1 } })),
        'another',
      ),
    200,
  ],
  ['syncs all that it has', () => sync(ids.map((id) => ({ id, pod: null }))), 200],
  ['watches all that it has', () => ['/worker/v1/watch', body({ session: 's', after: 0, waitSeconds: 0 })], 200],
  [
    'registers 1,000 workers with all that may be said of them',
    () => [
      '/worker/v1/register',
      body({ session: 's', workers: ids.slice(0, 1000).map((id) => ({ id, name: id, metadata })) }),
    ],
    200,
  ],
  ['syncs brackets', () => ['/worker/v1/sync', filled(OPERATION_BYTES.sync, '[],')], 413],
  [
    'syncs as many names',
    () => ['/worker/v1/sync', body(Object.fromEntries(times(95_000, (n) => [`name${n}`, n])))],
    400,
  ],
  [
    'sends the largest piece of a log',
    () => {
      const text = '\u001b[1mö\n'.repeat(20_000);
      const entries = times(16, (n) => ({ sequence: n + 1, time: 1, stream: 'stdout', step: '', text }));
      return [logsPath, body({ fence: 1, writer: 'relay', entries })];
    },
    404,
  ],
  ['sends brackets as a log', () => [logsPath, filled(OPERATION_BYTES.logs, '[],')], 413],
];

const ofTheKey: [string, () => readonly [string, string], number][] = [
  ['asks for all that is known of 10,000 workers', () => graphql({ query: ALL }), 200],
  [
    'sends the largest document that is taken',
    () => graphql({ query: `{ ${times(19, (n) => `a${n}: workerPools { ${'id name '.repeat(50)} }`).join(' ')} }` }),
    200,
  ],
  [
    'gives variables of 4 MiB',
    () =>
      graphql({
        query: 'query($a: ID!) { run(id: $a) { id } }',
        variables: { a: 'x'.repeat(LIMIT.graphqlBytes - 200) },
      }),
    200,
  ],
  [
    'gives brackets as variables',
    () => graphql({ query: '{ viewer { id } }', variables: { a: times(1_000_000, () => []) } }),
    200,
  ],
];

async function isBorne(text: string, status: number): Promise<void> {
  const answers = await atLeastOnce(async () => {
    await controlPlane.held();
    const result = await caller.does({ connections: 2, first: text });
    return { excess: (await controlPlane.held()) - HELD_MS, result };
  });
  expect(answers).toEqual([status, status]);
}

test('all that is known of 10,000 workers is told in one answer', async () => {
  const { data } = (await send('/graphql', { query: ALL }, user)) as { data: { workerPools: [{ workers: object[] }] } };
  expect(data.workerPools[0].workers).toHaveLength(WORKERS);
});

describe('the event loop is not held for 250 ms while a pool', () => {
  test.each(largest)('%s', async (_, make, status) => {
    const [path, content] = make();
    await isBorne(post(path, content, await proofOf(bad)), status);
  });
});

describe('the event loop is not held for 250 ms while the holder of the API key', () => {
  test.each(ofTheKey)('%s', async (_, make, status) => {
    const [path, content] = make();
    await isBorne(post(path, content, user), status);
  });
});
