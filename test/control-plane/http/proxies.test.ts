import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { LIMIT } from '../../../src/control-plane/limits';
import { TestControlPlane } from '../support/control-plane';

const PROXY = '127.0.0.2';
const [GUESSER, ANOTHER] = ['192.0.2.1', '192.0.2.2'];

let controlPlane: TestControlPlane;
let agent: Agent;

afterEach(async () => {
  await agent.destroy();
  await controlPlane.close();
});

async function start(trustedProxies: readonly string[]): Promise<void> {
  controlPlane = await TestControlPlane.start({ tls: false, mqttPort: null, trustedProxies });
  agent = new Agent({ localAddress: PROXY });
}

/** Logs in through the proxy; what it says of where the request comes from is the last thing in the header. */
async function logIn(from: string, secret = controlPlane.apiKey.secret): Promise<number> {
  const query = 'mutation($id: ID!, $secret: String!) { apiKeyUser(id: $id, secret: $secret) { jwt } }';
  const { statusCode, body } = await request(`${controlPlane.url}/graphql`, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'x-forwarded-for': from },
    body: JSON.stringify({ query, variables: { id: controlPlane.apiKey.id, secret } }),
  });
  await body.dump();
  return statusCode;
}

/** Guesses until it is refused unseen. */
async function guess(from: (index: number) => string): Promise<void> {
  for (let index = 0; index < 3 * LIMIT.failedLogIns; index += 1) {
    if ((await logIn(from(index), 'a guess')) === 429) return;
  }
}

/** How a right log-in is answered right after that; on a slow machine one more try may have come back meanwhile. */
async function rightAfterGuesses(from: (index: number) => string, right: string): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    await guess(from);
    const status = await logIn(right);
    if (status === 429 || tries === 10) return status;
  }
}

describe('behind a proxy that is trusted', () => {
  test('who guesses delays nobody else', async () => {
    await start([PROXY]);
    await guess(() => GUESSER);
    expect(await logIn(ANOTHER)).toBe(200);
  });

  test('who guesses cannot say to be many', async () => {
    await start([PROXY]);
    const status = await rightAfterGuesses((index) => `198.51.100.${index}, ${GUESSER}`, `203.0.113.1, ${GUESSER}`);
    expect(status).toBe(429);
  });
});

test('what others say of where they come from is not believed', async () => {
  await start([]);
  expect(await rightAfterGuesses((index) => `198.51.100.${index}`, ANOTHER)).toBe(429);
});
