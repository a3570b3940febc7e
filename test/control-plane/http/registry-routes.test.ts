import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import { TestControlPlane, makePool } from '../support/control-plane';

const MODULE = '/registry/modules/v1/legacy/network/default';

let controlPlane: TestControlPlane;
let agent: Agent;
let jwt: string;

beforeAll(async () => {
  controlPlane = await TestControlPlane.start({ mqttPort: null });
  agent = new Agent({ connect: { ca: controlPlane.ca } });
  await makePool(controlPlane);
  const { modules } = controlPlane.admin;
  await modules.create({ name: 'network', pool: 'pool', projectRoot: 'net' });
  await modules.uploadSource('legacy/network/default', Readable.from([Buffer.from('the source')]));
  const { id } = await modules.createVersion({ module: 'legacy/network/default', number: '1.2.3' });
  for (const { runId } of (await modules.tests([id])).get(id)!) await controlPlane.admin.stop(runId);
  const { id: keyId, secret } = controlPlane.apiKey;
  const query = `mutation { apiKeyUser(id: "${keyId}", secret: "${secret}") { jwt } }`;
  const answer = await ask('/graphql', { method: 'POST', body: JSON.stringify({ query }) });
  jwt = (JSON.parse(answer.text) as { data: { apiKeyUser: { jwt: string } } }).data.apiKeyUser.jwt;
});

afterAll(async () => {
  await agent.destroy();
  await controlPlane.close();
});

async function ask(path: string, options: { method?: 'GET' | 'POST'; body?: string; token?: string } = {}) {
  const { method = 'GET', body, token } = options;
  const headers = { ...(token && { authorization: `Bearer ${token}` }) };
  const given = { method, dispatcher: agent, headers, ...(body && { body }) };
  const { statusCode, body: answer } = await request(`${controlPlane.url}${path}`, given);
  return { status: statusCode, text: await answer.text() };
}

test('the protocol is found on the host, by anybody', async () => {
  expect(await ask('/.well-known/terraform.json')).toEqual({
    status: 200,
    text: '{"modules.v1":"/registry/modules/v1/"}',
  });
});

test('a version that failed is not offered', async () => {
  expect(await ask(`${MODULE}/versions`, { token: jwt })).toEqual({
    status: 200,
    text: '{"modules":[{"versions":[]}]}',
  });
  expect(await ask(`${MODULE}/1.2.3/download`, { token: jwt })).toMatchObject({ status: 404 });
});

test.each([
  ['without a token', '/versions', '', 401, 'unauthorized'],
  ['with one of nobody', '/versions', 'e30.e30.e30', 401, 'unauthorized'],
  ['for an archive without a ticket', '/1.2.3/archive.tar.gz', '', 401, 'unauthorized'],
  ['for an archive with a token in its place', '/1.2.3/archive.tar.gz?ticket=JWT', '', 401, 'unauthorized'],
])('nothing is given %s', async (_, path, token, status, code) => {
  const answer = await ask(`${MODULE}${path.replace('JWT', jwt)}`, { token });
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.text)).toEqual({ code, message: expect.stringMatching(/^[^\n]+$/) });
});
