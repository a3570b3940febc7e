import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LogInTrail } from '../../../src/control-plane/audit/log-ins';
import { LIMIT } from '../../../src/control-plane/limits';
import type { Role } from '../../../src/control-plane/identity/rights';
import type { AuditTrailEntry } from '../../../src/control-plane/store/audit-trail';
import { TestQueue } from '../support/queue';
import { graphql, TestDoors } from './support/doors';

/* Who came in, who went out, and who asked for what they may not see. */

const DAY_SECONDS = 24 * 60 * 60;

let queue: TestQueue;
let doors: TestDoors;

beforeEach(async () => {
  queue = await TestQueue.ready();
  doors = new TestDoors(queue);
  for (const role of ['admin', 'reader', 'worker-pool-controller'] as const) await doors.key(role);
});

afterEach(() => queue.close());

/** What something leaves in the trail. */
async function left(work: () => Promise<unknown>): Promise<AuditTrailEntry[]> {
  const before = (await doors.entries()).length;
  await work();
  return (await doors.entries()).slice(before);
}

const actions = (entries: readonly AuditTrailEntry[]): string[] => entries.map(({ action }) => action);

const asBrowser = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' };

const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  doors.raw({ method: 'POST', path, body: new URLSearchParams(fields).toString() }, { ...asBrowser, ...headers });

/** Logs in at the page. @returns the header with its cookie */
async function atThePage(role: Role = 'reader'): Promise<{ Cookie: string }> {
  const response = await send('/login', { ...(await doors.key(role)) });
  expect(response.status).toBe(303);
  return { Cookie: response.headers.get('Set-Cookie')!.split(';')[0]! };
}

async function byProgram(): Promise<void> {
  const document = 'mutation($id:ID!,$secret:String!){apiKeyUser(id: $id, secret: $secret){jwt}}';
  const answer = await doors.raw(graphql(document, await doors.key('reader')));
  expect(await answer.text()).not.toContain('errors');
}

describe('a session at the page', () => {
  test('leaves who began it, and who ended it', async () => {
    const { id } = await doors.key('reader');
    let browser = { Cookie: '' };
    expect(await left(async () => (browser = await atThePage()))).toMatchObject([
      {
        ...{ action: 'session.create', outcome: 'done', time: queue.now, changes: { way: { to: 'page' } } },
        actor: { kind: 'API key', id, name: 'the reader', role: 'reader', client: 'a test/1' },
        object: { kind: 'session', id, name: 'the reader' },
      },
    ]);
    expect(await left(() => send('/logout', {}, browser))).toMatchObject([
      { action: 'session.delete', actor: { id }, object: { kind: 'session', id }, changes: {} },
    ]);
    expect(await left(() => send('/logout', {}, browser))).toEqual([]);
  });

  test('leaves how many were ended where all were', async () => {
    await atThePage();
    const browser = await atThePage();
    expect(await left(() => send('/logout', { everywhere: 'yes' }, browser))).toMatchObject([
      { action: 'session.delete-all', actor: { name: 'the reader' }, changes: { sessions: { from: 2, to: 0 } } },
    ]);
  });

  test('leaves no more of one key than a day has, and those of others all the same', async () => {
    const many = await left(async () => {
      for (let n = 0; n < LIMIT.auditedLogIns + 5; n += 1) await atThePage();
    });
    expect(many).toHaveLength(LIMIT.auditedLogIns);
    expect(actions(await left(() => atThePage('admin')))).toEqual(['session.create']);
    queue.leap(DAY_SECONDS);
    expect(actions(await left(() => atThePage()))).toEqual(['session.create']);
  });
});

describe('a program that logs in every few minutes', () => {
  test('leaves one entry a day, by whichever door it comes', async () => {
    const { id, secret } = await doors.key('reader');
    const Authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const twice = async () => {
      for (let n = 0; n < 2; n += 1) {
        await byProgram();
        await doors.raw({ method: 'GET', path: '/' }, { Authorization });
      }
    };
    const today = { action: 'session.create', outcome: 'done', actor: { id }, changes: { way: { to: 'key' } } };
    expect(await left(twice)).toMatchObject([today]);
    queue.leap(DAY_SECONDS);
    expect(await left(twice)).toMatchObject([today]);
  });

  test('leaves one for each address that it comes from, up to what a day has', async () => {
    const trail = new LogInTrail(queue.context);
    const caller = { ...(await doors.key('reader')), kind: 'API key', name: 'the reader', role: 'reader' };
    const from = (address: string) => trail.noteProgram('oidc', caller, { address, client: 'ci/1' });
    const first = await left(async () => {
      for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.1']) await from(address);
    });
    expect(first.map(({ actor }) => actor.address)).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(
      await left(async () => {
        for (let n = 0; n < LIMIT.auditedLogIns; n += 1) await from(`2001:db8::${n}`);
      }),
    ).toHaveLength(LIMIT.auditedLogIns - 2);
  });
});

describe('whoever asks for what they may not see', () => {
  test.each<[string, Role, () => Promise<Response>, string]>([
    [
      'by GraphQL',
      'reader',
      () => doors.send('reader', graphql('{searchAuditTrailEntries(input: {}){edges{node{id}}}}')),
      'Query.searchAuditTrailEntries',
    ],
    [
      'in a field of what they may see',
      'reader',
      () => doors.send('reader', graphql('{workerPools{id config}}')),
      'WorkerPool.config',
    ],
    [
      'by a route',
      'reader',
      () => doors.send('reader', { method: 'GET', path: '/api/v1/stacks/stack/state' }),
      '/api/v1/stacks/stack/state',
    ],
    ['at a page', 'reader', () => doors.send('reader', { method: 'GET', path: '/audit' }), '/audit'],
    [
      'at any page, by a key that is for none',
      'worker-pool-controller',
      () => doors.send('worker-pool-controller', { method: 'GET', path: '/' }),
      '/',
    ],
  ])('%s leaves a line', async (_, role, ask, asked) => {
    const entries = await left(async () => (await ask()).text());
    expect(entries.filter(({ action }) => action !== 'session.create')).toMatchObject([
      {
        ...{ action: 'api.read', outcome: 'refused', code: 'forbidden', count: 1 },
        actor: { name: `the ${role}`, role },
        object: { kind: 'api', id: asked },
      },
    ]);
  });

  test('again and again leaves few lines a minute, and the rest in one', async () => {
    const ask = () => doors.send('reader', graphql('{apiKeys{id}}'));
    const most = LIMIT.auditedRefusals;
    expect(
      await left(async () => {
        for (let n = 0; n < most + 5; n += 1) await ask();
      }),
    ).toHaveLength(most);
    queue.leap(60);
    expect((await left(ask)).map(({ count }) => count)).toEqual([5, 1]);
  });

  test('and may, leaves nothing', async () => {
    expect(await left(() => doors.send('admin', graphql('{apiKeys{id}}')))).toEqual([]);
  });
});
