import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KubeClient, KubeClientOptions, KubeError } from '../../../src/controller/runtime';
import { createKubeClient, isAborted, isHalted, Leadership, PODS } from '../../../src/controller/runtime';
import type { Fault } from '../../support/fault-server';
import { FaultServer } from '../../support/fault-server';
import { FakeClock, hastyClock, settle } from '../../support/fake-clock';
import { clientOf } from './reflector-setup';

const pod = { metadata: { name: 'a' } };
const errorOf = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);

let server: FaultServer;
let client: KubeClient;

beforeEach(async () => {
  server = new FaultServer();
  await server.start();
  client = clientOf(server, { timeoutMs: 5_000 });
});
afterEach(async () => {
  await client.close();
  await server.stop();
});

describe('the client repeats', () => {
  const doIt: Record<'get' | 'list' | 'create' | 'patch' | 'delete', (client: KubeClient) => Promise<unknown>> = {
    get: (c) => c.get(PODS, 'default', 'a'),
    list: (c) => c.list(PODS),
    create: (c) => c.create(PODS, 'default', { metadata: { name: 'new' } }),
    patch: (c) => c.patch(PODS, 'default', 'a', {}, { type: 'merge' }),
    delete: (c) => c.delete(PODS, 'default', 'a'),
  };
  type Verb = keyof typeof doIt;

  const outcomes: { fault: Partial<Fault> & { kind: Fault['kind'] }; name: string; repeated: Verb[]; not: Verb[] }[] = [
    {
      name: '429',
      fault: { kind: 'answer', status: 429 },
      repeated: ['get', 'list', 'create', 'patch', 'delete'],
      not: [],
    },
    {
      name: '503 with Retry-After',
      fault: { kind: 'answer', status: 503, retryAfterSeconds: 1 },
      repeated: ['get', 'create', 'patch', 'delete'],
      not: [],
    },
    {
      name: '500',
      fault: { kind: 'answer', status: 500 },
      repeated: ['get', 'list', 'patch', 'delete'],
      not: ['create'],
    },
    { name: 'a reset', fault: { kind: 'reset' }, repeated: ['get', 'list', 'patch', 'delete'], not: ['create'] },
    { name: 'half an answer', fault: { kind: 'half-answer' }, repeated: ['get', 'list'], not: ['create'] },
    {
      name: '403',
      fault: { kind: 'answer', status: 403 },
      repeated: [],
      not: ['get', 'list', 'create', 'patch', 'delete'],
    },
    { name: '422', fault: { kind: 'answer', status: 422 }, repeated: [], not: ['create', 'patch'] },
  ];
  const cases = outcomes.flatMap(({ name, fault, repeated, not }) => [
    ...repeated.map((verb) => ({ verb, name, fault, requests: 2 })),
    ...not.map((verb) => ({ verb, name, fault, requests: 1 })),
  ]);

  test.each(cases)('$verb after $name: $requests requests', async ({ verb, fault, requests }) => {
    server.put('a');
    server.inject({ ...fault, on: verb } as Fault);
    const error = await errorOf(doIt[verb](client));
    expect(server.count(verb)).toBe(requests);
    expect(error === undefined).toBe(requests === 2);
  });

  test('a bounded number of times', async () => {
    for (let i = 0; i < 9; i++) server.inject({ on: 'list', kind: 'answer', status: 500 });
    const error = (await errorOf(client.list(PODS))) as KubeError;
    expect(server.count('list')).toBe(5);
    expect(error).toMatchObject({ status: 500, reason: 'Injected' });
    expect(error.message).toBe('GET /api/v1/pods: injected 500');
  });

  test('nothing for a Retry-After that is long, which is left to the caller', async () => {
    server.inject({ on: 'create', kind: 'answer', status: 429, retryAfterSeconds: 60 });
    const error = (await errorOf(client.create(PODS, 'default', pod))) as KubeError;
    expect(error.retryAfterSeconds).toBe(60);
    expect(server.count('create')).toBe(1);
  });

  test('a create whose connection was never made', async () => {
    const gone = new FaultServer();
    await gone.start();
    const lonely = clientOf(gone, { retries: 2 });
    await gone.stop();
    const error = (await errorOf(lonely.create(PODS, 'default', pod))) as KubeError;
    expect(error).toMatchObject({ status: 0, reason: 'ConnectionFailed' });
    await lonely.close();
  });
});

describe('the client', () => {
  test('ends a request when its signal is aborted', async () => {
    server.inject({ on: 'list', kind: 'hang' });
    const aborting = new AbortController();
    const listing = errorOf(client.list(PODS, { signal: aborting.signal }));
    await server.until(() => server.count('list') === 1);
    aborting.abort();
    expect(isAborted(await listing)).toBe(true);
  });

  test('says in plain words that an answer is not what the API speaks', async () => {
    server.inject({ on: 'get', kind: 'answer', status: 200, text: '<html>' });
    const error = (await errorOf(client.get(PODS, 'default', 'a'))) as KubeError;
    expect(error.message).toBe(
      'GET /api/v1/namespaces/default/pods/a: the answer cannot be understood: it is not JSON.',
    );
  });

  test('lets a burst through and then keeps to its rate, in order', async () => {
    const clock = new FakeClock();
    const thrifty = clientOf(server, { clock, qps: 2, burst: 3 });
    const done: number[] = [];
    const all = [1, 2, 3, 4, 5].map((n) => thrifty.list(PODS).then(() => done.push(n)));
    await Promise.all(all.slice(0, 3));
    expect(clock.pending).toEqual([500, 1_000]);
    await clock.advance(500);
    await all[3];
    expect(done.sort()).toEqual([1, 2, 3, 4]);
    await clock.advance(500);
    await all[4];
    await thrifty.close();
  });

  test('sends nothing that changes something while its permit is not held', async () => {
    const permit = { signal: new AbortController().signal, held: false };
    const withheld = await errorOf(client.under(permit).create(PODS, 'default', pod));
    expect(isHalted(withheld)).toBe(true);
    expect((withheld as KubeError).message).toContain('does not lead at this moment');
    await client.under(permit).list(PODS);
    permit.held = true;
    await client.under(permit).create(PODS, 'default', pod);
    expect(server.requests.map(({ verb }) => verb)).toEqual(['list', 'create']);
  });

  test('sends nothing either that waited for a connection while its permit went', async () => {
    const narrow = clientOf(server, { connections: 1 });
    const permit = { signal: new AbortController().signal, held: true };
    const bound = narrow.under(permit);
    server.inject({ on: 'list', kind: 'slow' });
    const reading = bound.list(PODS);
    await server.until(() => server.count('list') === 1);
    const writing = errorOf(bound.create(PODS, 'default', pod));
    await settle();
    permit.held = false;
    server.release();
    await reading;
    expect(isHalted(await writing)).toBe(true);
    expect(server.count('create')).toBe(0);
    await narrow.close();
  });

  test('does not repeat what its permit forbids meanwhile', async () => {
    const clock = new FakeClock();
    const patient = clientOf(server, { clock });
    const permit = { signal: new AbortController().signal, held: true };
    server.inject({ on: 'create', kind: 'answer', status: 429 });
    const writing = errorOf(patient.under(permit).create(PODS, 'default', pod));
    await server.until(() => server.count('create') === 1);
    while (clock.pending.length === 0) await settle();
    permit.held = false;
    await clock.advance(10_000);
    expect(isHalted(await writing)).toBe(true);
    expect(server.count('create')).toBe(1);
    await patient.close();
  });

  test('ends what is under way, reads included, when its permit ends', async () => {
    const leadership = new Leadership();
    server.inject({ on: 'list', kind: 'hang' });
    const reading = errorOf(client.under(leadership).list(PODS));
    await server.until(() => server.count('list') === 1);
    leadership.end();
    expect(isAborted(await reading)).toBe(true);
    expect(isAborted(await errorOf(client.under(leadership).list(PODS)))).toBe(true);
  });

  test('has a budget of its own for leases', async () => {
    const clock = new FakeClock();
    const busy = clientOf(server, { clock, qps: 0.001, burst: 1 });
    await busy.list(PODS);
    const own = busy.separate({ qps: 10, burst: 10, timeoutMs: 5_000 });
    await own.list(PODS);
    expect(server.count('list')).toBe(2);
    await Promise.all([busy.close(), own.close()]);
  });
});

describe('credentials', () => {
  const folders: string[] = [];
  const clients: KubeClient[] = [];

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((made) => made.close()));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  async function withUser(user: (folder: string) => object, options: KubeClientOptions = {}) {
    const folder = mkdtempSync(path.join(tmpdir(), 'runtime-'));
    folders.push(folder);
    const kubeconfig = path.join(folder, 'config');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'test',
        clusters: [{ name: 'test', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
        users: [{ name: 'test', user: user(folder) }],
      }),
    );
    const made = await createKubeClient({ kubeconfig, clock: hastyClock, ...options });
    clients.push(made);
    return { folder, made };
  }

  const authorization = (): (string | undefined)[] => server.requests.map((request) => request.authorization);
  const execTo = (file: string) => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'cat', args: [file] },
  });
  const execAnswer = (token: string) =>
    JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } });

  test('come from a kubeconfig’s token or password', async () => {
    await (await withUser(() => ({ token: 'from-the-file' }))).made.list(PODS);
    await (await withUser(() => ({ username: 'me', password: 'secret' }))).made.list(PODS);
    expect(authorization()).toEqual(['Bearer from-the-file', `Basic ${btoa('me:secret')}`]);
  });

  test('come from an exec plugin, which is asked again when the server refuses them', async () => {
    const { folder, made } = await withUser((at) => execTo(path.join(at, 'answer')), { clock: new FakeClock() });
    writeFileSync(path.join(folder, 'answer'), execAnswer('first'));
    await made.list(PODS);
    writeFileSync(path.join(folder, 'answer'), execAnswer('second'));
    server.inject({ on: 'list', kind: 'answer', status: 401, reason: 'Unauthorized' });
    await made.list(PODS);
    expect(authorization()).toEqual(['Bearer first', 'Bearer first', 'Bearer second']);
  });

  test('that the server keeps refusing are an error after one renewal', async () => {
    const { made } = await withUser(() => ({ token: 'wrong' }));
    for (let i = 0; i < 3; i++) server.inject({ on: 'list', kind: 'answer', status: 401, reason: 'Unauthorized' });
    expect(await errorOf(made.list(PODS))).toMatchObject({ status: 401, reason: 'Unauthorized' });
    expect(server.count('list')).toBe(2);
  });

  test('are read again after a while, as token files rotate', async () => {
    const clock = new FakeClock();
    const { folder, made } = await withUser(
      (at) => ({ 'auth-provider': { name: 'tokenFile', config: { tokenFile: path.join(at, 'token') } } }),
      { clock },
    );
    writeFileSync(path.join(folder, 'token'), 'first\n');
    await made.list(PODS);
    writeFileSync(path.join(folder, 'token'), 'second\n');
    await made.list(PODS);
    await clock.advance(60_000);
    await settle();
    await made.list(PODS);
    expect(authorization()).toEqual(['Bearer first', 'Bearer first', 'Bearer second']);
  });

  test('that cannot be read are named with their cause', async () => {
    const missing = await createKubeClient({ kubeconfig: path.join(tmpdir(), 'no-such-kubeconfig') });
    clients.push(missing);
    const error = (await errorOf(missing.list(PODS))) as KubeError;
    expect(error.reason).toBe('CredentialsUnreadable');
    expect(error.message).toContain('no-such-kubeconfig');
    const { made } = await withUser(() => ({}), { context: 'elsewhere' });
    expect(((await errorOf(made.list(PODS))) as KubeError).message).toContain(
      'context "elsewhere" names no cluster. Contexts in it: test.',
    );
  });
});
