import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { ApiClient } from '../../../src/cli/api/client';
import { POOLS } from '../../../src/cli/api/documents';
import { TestControlPlane } from '../../control-plane/support/control-plane';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { freePort } from '../../support/own-servers';
import { PROXIED_HOST, Tinyproxy } from '../../support/tinyproxy';

let controlPlane: TestControlPlane;
let proxy: Tinyproxy;

beforeAll(async () => {
  proxy = await Tinyproxy.start('BasicAuth me pass');
  controlPlane = await TestControlPlane.start({ tlsSans: [PROXIED_HOST] });
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await controlPlane.close();
  await proxy.stop();
});

afterEach(() => {
  delete process.env.HTTPS_PROXY;
});

const url = () => controlPlane.url.replace('127.0.0.1', PROXIED_HOST);

async function pools(): Promise<unknown> {
  const { ca, apiKey } = controlPlane;
  const client = new ApiClient({ url: url(), ca, id: apiKey.id, secret: () => apiKey.secret });
  try {
    return await client.query(POOLS);
  } finally {
    client.close();
  }
}

test('commands reach the control plane through the proxy', async () => {
  process.env.HTTPS_PROXY = proxy.url.replace('//', '//me:pass@');
  expect(await pools()).toMatchObject({ workerPools: [] });
  expect(proxy.asked.at(-1)).toBe(new URL(url()).host);
});

test.each([
  ['wants credentials', () => proxy.url, /cannot be reached: the proxy .* wants a user and a password: .*HTTPS_PROXY/],
  [
    'takes others',
    () => proxy.url.replace('//', '//me:secret@'),
    /does not take the user and the password that HTTPS_PROXY has/,
  ],
  [
    'is down',
    async () => `http://me:secret@127.0.0.1:${await freePort()}`,
    /which HTTPS_PROXY names, cannot be reached: nothing listens/,
  ],
])('a proxy that %s is a sentence and exit code 6', async (_, named, sentence) => {
  process.env.HTTPS_PROXY = await named();
  const failed: unknown = await pools().catch((error: unknown) => error);
  expect(failed).toMatchObject({ exitCode: 6, message: expect.stringMatching(sentence) });
  expect((failed as Error).message).not.toContain('secret');
});

test('a proxy of another kind is a sentence and exit code 2', async () => {
  process.env.HTTPS_PROXY = 'socks5://me:secret@127.0.0.1:1080';
  await expect(pools()).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(
      /^HTTPS_PROXY names a proxy of the kind socks5:\/\/, which is not supported\. Allowed are/,
    ),
  });
});
