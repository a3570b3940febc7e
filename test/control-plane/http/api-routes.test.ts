import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { makePool, makeStack, TestControlPlane } from '../support/control-plane';

let controlPlane: TestControlPlane;
let agent: Agent;
let jwt: string;
let runId: string;

beforeEach(async () => {
  controlPlane = await TestControlPlane.start();
  agent = new Agent({ connect: { ca: controlPlane.ca } });
  await makePool(controlPlane);
  await makeStack(controlPlane, 'pool');
  runId = (await controlPlane.admin.createRun({ stack: 'stack' })).id;
  jwt = await jwtOf(controlPlane.apiKey);
});

async function jwtOf({ id, secret }: { id: string; secret: string }): Promise<string> {
  const login = await request(`${controlPlane.url}/graphql`, {
    method: 'POST',
    dispatcher: agent,
    body: JSON.stringify({ query: `mutation { apiKeyUser(id: "${id}", secret: "${secret}") { jwt } }` }),
  });
  return ((await login.body.json()) as { data: { apiKeyUser: { jwt: string } } }).data.apiKeyUser.jwt;
}

afterEach(async () => {
  await agent.destroy();
  await controlPlane.close();
});

const get = (path: string, token = jwt) =>
  request(`${controlPlane.url}/api/v1/runs/${path}`, {
    dispatcher: agent,
    headers: { authorization: `Bearer ${token}` },
  });

const records = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((one) => one !== '')
    .map((one) => JSON.parse(one) as Record<string, unknown>);

test('without follow the log ends with the state of the run', async () => {
  const { headers, body } = await get(`${runId}/log`);
  expect(headers['content-type']).toBe('application/x-ndjson');
  expect(records(await body.text())).toEqual([
    expect.objectContaining({ stream: 'system', text: 'Run of stack stack is queued\n' }),
    { state: 'QUEUED', reason: null, message: '' },
  ]);
});

test('a follower gets what comes later, each state once, and the end when the run is over', async () => {
  const { body } = await get(`${runId}/log?follow=1`);
  let text = '';
  for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.includes('"QUEUED"')) await controlPlane.admin.stop(runId, 'enough');
  }
  expect(records(text).map((one) => one.state ?? one.text)).toEqual([
    'Run of stack stack is queued\n',
    'QUEUED',
    'The run was stopped: enough\n',
    'CANCELED',
  ]);
});

test('a follower that was cut off goes on after the last record that it has', async () => {
  const [first] = records(await (await get(`${runId}/log`)).body.text());
  await controlPlane.admin.stop(runId, 'enough');
  const rest = records(await (await get(`${runId}/log?follow=1&after=${String(first?.id)}`)).body.text());
  expect(rest.map((one) => one.state ?? one.text)).toEqual(['The run was stopped: enough\n', 'CANCELED']);
});

test.each([
  ['its key is deleted', (id: string) => controlPlane.admin.keys.delete(id)],
  [
    'its key gets another role',
    (id: string) => controlPlane.admin.keys.update(id, { name: 'dashboard', role: 'operator' }),
  ],
])('a follower is let go when %s', async (_, end) => {
  const key = await controlPlane.admin.keys.create({ name: 'dashboard', role: 'reader' });
  const { body } = await get(`${runId}/log?follow=1`, await jwtOf({ id: key.id, secret: key.secret! }));
  let text = '';
  for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
    if (!text.includes('"QUEUED"') && (text + chunk).includes('"QUEUED"')) await end(key.id);
    text += chunk;
  }
  expect(records(text).at(-1)).toMatchObject({ state: 'QUEUED' });
});

test('a control plane that stops lets its followers go', async () => {
  const { body } = await get(`${runId}/log?follow=1`);
  const ended = body.text().catch(() => 'cut off');
  await new Promise((resolve) => setImmediate(resolve));
  await controlPlane.close();
  await ended;
});

test.each([
  ['a cursor that is none', () => `${runId}/log?after=x`, 400, 'after must be the id of the last record'],
  ['a negative cursor', () => `${runId}/log?after=-1`, 400, 'after must be the id of the last record'],
  ['an unknown run', () => 'nothing/log', 404, 'run nothing not found'],
])('refuses %s', async (_, path, status, sentence) => {
  const { statusCode, body } = await get(path());
  expect({ statusCode, body: await body.json() }).toMatchObject({
    statusCode: status,
    body: { message: expect.stringContaining(sentence) },
  });
});

test('refuses whom it does not know', async () => {
  const { statusCode, body } = await get(`${runId}/log`, 'guessed');
  expect({ statusCode, body: await body.json() }).toMatchObject({ statusCode: 401, body: { code: 'unauthorized' } });
});
