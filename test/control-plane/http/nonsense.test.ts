import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { TestControlPlane } from '../support/control-plane';

let controlPlane: TestControlPlane;
let agent: Agent;

beforeAll(async () => {
  controlPlane = await TestControlPlane.start({ tls: false, mqttPort: null });
  agent = new Agent();
});

afterAll(async () => {
  await agent.destroy();
  await controlPlane.close();
});

const VALUES: readonly unknown[] = [null, true, 0, -1, 1.5, '', 'x', '\0', [], ['x'], {}, { x: 1 }, '__proto__', '😀'];
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (header: unknown, payload: unknown) => `${encoded(header)}.${encoded(payload)}.AAAA`;
const known = { alg: 'ES256', kid: 'x' };

async function status(path: string, authorization: string, body?: string): Promise<number> {
  const response = await request(`${controlPlane.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    dispatcher: agent,
    headers: { authorization },
    ...(body !== undefined && { body }),
  });
  await response.body.dump();
  return response.statusCode;
}

/** Proofs of a pool that are none, whatever their parts hold. */
const PROOFS = [
  ...VALUES.map((value) => jwt(known, { iss: value })),
  ...VALUES.map((value) => jwt({ alg: 'ES256', kid: value }, { iss: 'x' })),
  ...VALUES.map((value) => jwt({ alg: value, kid: 'x' }, { iss: 'x' })),
  ...VALUES.map((value) => jwt(value, value)),
  ...['', '.', '..', '...', 'a.b.c', 'e30.e30.', `${'a'.repeat(8000)}.b.c`],
];

test.each(['/worker/v1/sync', '/worker/v1/runs/01K0AAAAAAAAAAAAAAAAAAAAAA/1/heartbeat'])(
  'whatever a proof holds, %s refuses it and nothing fails',
  async (path) => {
    for (const proof of PROOFS) expect([401, 429]).toContain(await status(path, `Bearer ${proof}`, '{}'));
  },
);

test('whatever a path, a fence or a cursor holds, nothing fails', async () => {
  for (const value of VALUES.map((one) => encodeURIComponent(String(JSON.stringify(one)))).concat(
    '%',
    '%ff',
    '%00',
    '..',
  )) {
    for (const path of [`/worker/v1/${value}`, `/worker/v1/runs/${value}/${value}/${value}`, `/api/v1/${value}`]) {
      expect(await status(path, 'Bearer x', '{}')).toBeLessThan(500);
    }
    for (const path of [`/${value}`, `/runs/${value}`, `/api/v1/runs/${value}/log?after=${value}`]) {
      expect(await status(path, 'Basic eDp5')).toBeLessThan(500);
    }
  }
});

test('whatever the body of GraphQL holds, it is answered with 200 and errors', async () => {
  const bodies = VALUES.flatMap((value) => [value, { query: value }, { query: '{ viewer { id } }', variables: value }]);
  for (const body of bodies) {
    const text = JSON.stringify(body);
    expect({ text, status: await status('/graphql', `Bearer ${jwt(known, {})}`, text) }).toEqual({ text, status: 200 });
  }
});
