import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { ulid } from 'ulid';
import { LIMIT } from '../../../src/control-plane/limits';
import { signPoolJwt } from '../../../src/protocol/auth';
import { makePool, makeStack, TestControlPlane, type TestPool } from '../support/control-plane';
import { makeKey } from '../support/credentials';

let controlPlane: TestControlPlane;
let pool: TestPool;
let agent: Agent;

beforeAll(async () => {
  controlPlane = await TestControlPlane.start();
  pool = await makePool(controlPlane, '<img src=x onerror=alert(1)>');
  agent = new Agent({ connect: { ca: controlPlane.ca } });
});

afterAll(async () => {
  await agent.destroy();
  await controlPlane.close();
});

const proof = () =>
  signPoolJwt({ poolId: pool.id, certificate: pool.token.certificate, privateKeyPem: pool.privateKeyPem });

async function send(method: 'GET' | 'POST' | 'PUT', path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await request(`${controlPlane.url}${path}`, {
    method,
    dispatcher: agent,
    headers,
    // The server may close the connection after a refusal; the next request takes a new one.
    reset: true,
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.body.text();
  return {
    status: response.statusCode,
    text,
    json: () => JSON.parse(text) as Record<string, unknown>,
    headers: response.headers,
  };
}

const graphql = async (query: string, variables: object = {}, jwt?: string) => {
  const answer = await send(
    'POST',
    '/graphql',
    JSON.stringify({ query, variables }),
    jwt ? { authorization: `Bearer ${jwt}` } : {},
  );
  expect(answer.status).toBe(200);
  return answer.json() as { data: Record<string, unknown> | null; errors?: { message: string }[] };
};

const login = async () => {
  const { data } = await graphql(
    'mutation($i: ID!, $s: String!) { apiKeyUser(id: $i, secret: $s) { jwt validUntil } }',
    {
      i: controlPlane.apiKey.id,
      s: controlPlane.apiKey.secret,
    },
  );
  return data!.apiKeyUser as { jwt: string; validUntil: number };
};

describe('the worker protocol refuses', () => {
  test.each([
    ['an unknown operation', 'explode', '{}', 404, 'the operations are register, sync, watch, retire, report'],
    ['what is not JSON', 'sync', 'no', 400, 'the body is not JSON'],
    ['a missing session', 'sync', '{"workers":[]}', 400, 'session: '],
    ['a wait that is too long', 'watch', '{"session":"s","after":0,"waitSeconds":61}', 400, 'waitSeconds: '],
    [
      'too many workers',
      'register',
      JSON.stringify({ session: 's', workers: Array(1001).fill(null) }),
      400,
      'workers: ',
    ],
    ['an unknown run', `runs/${ulid()}/1/heartbeat`, '{"fence":1,"step":"","waitSeconds":0}', 404, 'not found'],
    ['a path without a ULID', 'runs/x/1/heartbeat', '{}', 400, 'the path must name a run by its ULID'],
    ['an empty log', `runs/${ulid()}/1/logs`, '{"fence":1,"writer":"relay","entries":[]}', 400, 'entries: '],
  ])('%s', async (_, operation, body, status, sentence) => {
    const answer = await send('POST', `/worker/v1/${operation}`, body, { authorization: `Bearer ${await proof()}` });
    expect(answer.status).toBe(status);
    expect(answer.json().message).toContain(sentence);
  });

  test('a body past the limit', async () => {
    const body = JSON.stringify({ session: 's'.repeat(17 * 1024 * 1024) });
    const answer = await send('POST', '/worker/v1/sync', body, { authorization: `Bearer ${await proof()}` });
    expect(answer).toMatchObject({ status: 413 });
  });

  test.each([
    ['no token', () => Promise.resolve(undefined), 'carries no token'],
    ['rubbish', () => Promise.resolve('rubbish'), 'is not a JWT'],
    ['a user of the API', async () => (await login()).jwt, 'the pool is not known'],
    ['an expired token', () => jwtWith({ now: Date.now() - 3_600_000 }), 'has expired'],
    ['a token of the future', () => jwtWith({ now: Date.now() + 3_600_000 }), 'made in the future'],
    [
      'another key',
      async () => jwtWith({ privateKeyPem: (await makeKey()).privateKeyPem }),
      'not signed by the key of the pool',
    ],
    ['another pool', () => jwtWith({ poolId: ulid() }), 'the pool is not known'],
  ])('%s', async (_, make, sentence) => {
    const jwt = await make();
    const answer = await send('POST', '/worker/v1/sync', '{}', jwt ? { authorization: `Bearer ${jwt}` } : {});
    expect(answer.status).toBe(401);
    expect(answer.json()).toMatchObject({ code: 'unauthorized', message: expect.stringContaining(sentence) });
  });

  const jwtWith = (other: object) =>
    signPoolJwt({ poolId: pool.id, certificate: pool.token.certificate, privateKeyPem: pool.privateKeyPem, ...other });
});

describe('GraphQL', () => {
  test('finds a run only in the stack that is named with it', async () => {
    const { jwt } = await login();
    for (const name of ['one', 'another']) await makeStack(controlPlane, pool.id, name);
    const run = (await controlPlane.admin.createRun({ stack: 'one' })).id;
    const stop = 'mutation($s: ID, $r: ID!) { runStop(stack: $s, run: $r) { state waitsFor } }';
    const { errors } = await graphql(stop, { s: 'another', r: run }, jwt);
    expect(errors?.[0]?.message).toBe(`run ${run} not found in stack another`);
    const waiting = (await graphql('query($r: ID!) { run(id: $r) { waitsFor } }', { r: run }, jwt)).data;
    expect(waiting).toEqual({ run: { waitsFor: expect.stringContaining('a worker: pool') } });
    const { data } = await graphql(stop, { s: 'one', r: run.toLowerCase() }, jwt);
    expect(data).toEqual({ runStop: { state: 'CANCELED', waitsFor: null } });
  });

  test('changes and deletes a stack, and tells of its environment the names alone', async () => {
    const { jwt } = await login();
    await makeStack(controlPlane, pool.id, 'changed');
    const update =
      'mutation($e: [EnvironmentVariable!]) { stackUpdate(stack: "changed", environment: $e, autoDeploy: true) { environment autoDeploy projectRoot } }';
    const { data } = await graphql(update, { e: [{ name: 'TOKEN', value: 'secret' }] }, jwt);
    expect(data).toEqual({ stackUpdate: { environment: ['TOKEN'], autoDeploy: true, projectRoot: '' } });
    const unset = 'mutation { stackUpdate(stack: "changed", unsetEnvironment: ["TOKEN"]) { environment autoDeploy } }';
    expect((await graphql(unset, {}, jwt)).data).toEqual({ stackUpdate: { environment: [], autoDeploy: true } });
    await graphql('mutation { stackDelete(stack: "changed") { id } }', {}, jwt);
    expect((await graphql('{ stack(id: "changed") { id } }', {}, jwt)).data).toEqual({ stack: null });
  });

  test('exchanges the API key for a JWT whose only audience is the public URL', async () => {
    const { jwt, validUntil } = await login();
    const claims = JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()) as { aud: string; exp: number };
    expect(claims).toMatchObject({ aud: controlPlane.url, exp: validUntil });
    expect((await graphql('{viewer{id,name}}', {}, jwt)).data).toEqual({ viewer: { id: 'admin', name: 'admin' } });
  });

  test.each([
    ['a wrong secret', 'mutation { apiKeyUser(id: "admin", secret: "wrong") { jwt } }'],
    ['no login', '{ workerPools { id } }'],
  ])('answers %s with 200 and the word unauthorized', async (_, query) => {
    const { data, errors } = await graphql(query);
    expect(data === null || Object.values(data).every((value) => value === null)).toBe(true);
    expect(errors?.[0]?.message).toContain('unauthorized');
  });

  test('measures a document that it knows by its variables each time, and lets nobody else use it', async () => {
    const { jwt } = await login();
    const document = 'query($n: Int) { runs(first: $n) { id } }';
    for (const _ of ['first', 'known']) {
      expect(await graphql(document, { n: 3 }, jwt)).toMatchObject({ data: { runs: expect.any(Array) as unknown } });
    }
    const { errors } = await graphql(document, { n: LIMIT.documentCost }, jwt);
    expect(errors?.[0]?.message).toMatch(/^the document asks for about \d+ fields: ask for fewer/);
    expect((await graphql(document, { n: 3 })).errors?.[0]?.message).toContain('unauthorized');
  });

  test('viewer is null for a bad token, and a missing pool is null without an error', async () => {
    expect(await graphql('{viewer{id}}', {}, 'bad')).toEqual({ data: { viewer: null } });
    const { jwt } = await login();
    expect(await graphql('{workerPool(id:"nope"){id}}', {}, jwt)).toEqual({ data: { workerPool: null } });
  });

  test('tolerates the empty argument list of the Terraform provider, but not in strings', async () => {
    const { jwt } = await login();
    const { data } = await graphql('{workerPools(){id,name,config,labels,space,driftDetectionRunLimit}}', {}, jwt);
    expect(data?.workerPools).toMatchObject([{ id: pool.id, labels: [], space: 'legacy', driftDetectionRunLimit: -1 }]);
    const { errors } = await graphql('mutation { runTrigger(stack: "a () b") { id } }', {}, jwt);
    expect(errors?.[0]?.message).toBe('stack a () b not found');
  });

  test.each([
    ['a name with a blank', { name: 'A B', value: 'c' }, 'Environment variable "A B": a name has'],
    ['a setting of the pool', { name: 'SPACELIFT_DEBUG', value: 'true' }, 'SPACELIFT_DEBUG is a setting of the pool'],
    ['a value too large', { name: 'BIG', value: 'x'.repeat(150_000) }, 'BIG has 150,005 bytes with its name'],
  ])('refuses a stack that would give its runs %s', async (_, variable, sentence) => {
    const { jwt } = await login();
    const create =
      'mutation($p: ID!, $e: [EnvironmentVariable!]) { stackCreate(name: "no", workerPool: $p, environment: $e) { id } }';
    const { errors } = await graphql(create, { p: pool.id, e: [variable] }, jwt);
    expect(errors?.[0]?.message).toContain(sentence);
    expect((await graphql('{stack(id:"no"){id}}', {}, jwt)).data).toEqual({ stack: null });
  });

  test('makes, resets and deletes a pool with a CSR in base64', async () => {
    const { jwt } = await login();
    const csr = Buffer.from((await makeKey()).csr).toString('base64');
    const create =
      'mutation($c: String!) { workerPoolCreate(name: "tf", certificateSigningRequest: $c) { id config } }';
    const made = (await graphql(create, { c: csr }, jwt)).data?.workerPoolCreate as { id: string; config: string };
    const reset =
      'mutation($i: ID!, $c: String!) { workerPoolReset(id: $i, certificateSigningRequest: $c) { id config } }';
    const again = (await graphql(reset, { i: made.id, c: csr }, jwt)).data?.workerPoolReset as {
      id: string;
      config: string;
    };
    expect(again.id).toBe(made.id);
    expect(again.config).not.toBe(made.config);
    await graphql('mutation($i: ID!) { workerPoolDelete(id: $i) { id } }', { i: made.id }, jwt);
    expect((await graphql('query($i: ID!) { workerPool(id: $i) { id } }', { i: made.id }, jwt)).data).toEqual({
      workerPool: null,
    });
    const refused = await graphql(create, { c: 'rubbish' }, jwt);
    expect(refused.errors?.[0]?.message).toContain('the certificate signing request cannot be used');
  });
});

describe('the web page', () => {
  const basic = (secret: string) => ({ authorization: `Basic ${Buffer.from(`admin:${secret}`).toString('base64')}` });

  test('wants the API key', async () => {
    const answer = await send('GET', '/');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('Basic');
    expect((await send('GET', '/', undefined, basic('wrong'))).status).toBe(401);
  });

  test('escapes what people named, runs no script and shows no token', async () => {
    const { status, text, headers } = await send('GET', '/', undefined, basic(controlPlane.apiKey.secret));
    expect(status).toBe(200);
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(text.replace('<script src="/script.js" defer></script>', '')).not.toContain('<script');
    expect(text).not.toContain('<img');
    expect(text).not.toContain((await controlPlane.admin.pool(pool.id))!.config);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('health needs no login', async () => {
    expect(await send('GET', '/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
  });
});
