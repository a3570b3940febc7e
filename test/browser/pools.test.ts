import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Download, Page, Request } from 'playwright-core';
import { parse } from 'yaml';
import { parsePrivateKey, requireMatchingPair } from '../../src/protocol/auth';
import { parseToken } from '../../src/protocol/token';
import { newWorker, TestControlPlane } from '../control-plane/support/control-plane';
import { connectPoll } from '../../src/protocol/client';
import { siteOfEachTest } from './support/site-of-each-test';

const site = siteOfEachTest();

interface Secret {
  readonly metadata: { readonly name: string };
  readonly stringData: { readonly token: string; readonly privateKey: string };
}

const pools = async () => (await site().queue.admin.pools()).filter(({ name }) => name !== 'pool');

async function downloaded(page: Page, button: string): Promise<{ download: Download; text: string }> {
  const downloads = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).click();
  const download = await downloads;
  return { download, text: readFileSync(await download.path(), 'utf8') };
}

/** What openssl says of a signing request. */
function openssl(request: string, ...what: string[]): string {
  return execFileSync('openssl', ['req', '-noout', ...what], { input: request, encoding: 'utf8', stdio: 'pipe' });
}

test('a cluster speaks for a pool with the Secret that a browser has made', async () => {
  const controlPlane = await TestControlPlane.start();
  try {
    const { id, secret } = controlPlane.apiKey;
    const page = await site().person({ baseURL: controlPlane.url, ignoreHTTPSErrors: true }, { id, secret });
    await page.goto('/pools/new');
    await page.getByLabel('Name').fill('made here');
    await page.getByRole('button', { name: 'Make key and request here' }).click();
    await page.getByText('Key and request are made').waitFor();
    await page.getByRole('button', { name: 'Create the pool' }).click();
    await page.getByRole('heading', { name: 'Token of pool made here' }).waitFor();
    const { stringData } = parse((await downloaded(page, 'Download the Secret')).text) as Secret;
    const token = parseToken(stringData.token);
    const privateKeyPem = parsePrivateKey(stringData.privateKey);
    const events = { onView: () => undefined, onStatus: () => undefined };
    const session = connectPoll({ token, privateKeyPem, session: 'pool-uid', userAgent: 'test/1' }, events);
    try {
      await session.register({ workers: [newWorker('first')] });
    } finally {
      await session.close();
    }
    expect(await controlPlane.admin.workers(token.poolId)).toMatchObject([{ name: 'first' }]);
  } finally {
    await controlPlane.close();
  }
});

describe('a pool is created', () => {
  test.each([
    ['ec', 'ECDSA P-256', 'ec'],
    ['rsa', 'RSA, 4096 bits', 'rsa'],
  ] as const)('with a key (%s) that the browser makes and keeps', async (_, kind, type) => {
    const page = await site().person();
    const sent: Request[] = [];
    page.on('request', (request) => sent.push(request));
    await page.goto('/');
    await page.getByRole('link', { name: 'New pool …' }).click();
    await page.getByLabel('Name').fill('Team A <b>');
    await page.getByLabel('Labels').fill('team:a\n\nregion:eu');
    await page.getByLabel('or of a new key').selectOption(kind);
    await page.getByRole('button', { name: 'Make key and request here' }).click();
    await page.getByText('Key and request are made').waitFor();
    const request = await page.getByLabel('Certificate signing request').inputValue();
    expect(openssl(request, '-verify', '-subject')).toContain('CN = workers.spacelift.io');
    const key = await downloaded(page, 'Download the private key');
    expect(key.download.suggestedFilename()).toBe('private-key.pem');
    expect(createPrivateKey(key.text).asymmetricKeyType).toBe(type);
    await page.getByRole('button', { name: 'Create the pool' }).click();
    await page.getByRole('heading', { name: 'Token of pool Team A <b>' }).waitFor();
    const [pool] = await pools();
    expect(pool).toMatchObject({ name: 'Team A <b>', labels: ['team:a', 'region:eu'], space: 'legacy' });
    expect(new URL(page.url()).pathname).toBe(`/pools/${pool!.id}/token`);
    const secret = parse((await downloaded(page, 'Download the Secret')).text) as Secret;
    expect(secret.metadata.name).toBe('team-a-b');
    expect(secret.stringData.token).toBe(pool!.config);
    const privateKeyPem = parsePrivateKey(secret.stringData.privateKey);
    expect(privateKeyPem).toBe(key.text);
    requireMatchingPair(parseToken(secret.stringData.token).certificate, privateKeyPem);
    const secrets = privateKeyPem.split('\n').filter((line) => /^[\w+/=]{20,}$/.test(line));
    const told = sent
      .map((each) => `${each.url()}\n${JSON.stringify(each.headers())}\n${each.postData() ?? ''}`)
      .join();
    for (const line of [...secrets, secret.stringData.privateKey.slice(60, 120)]) expect(told).not.toContain(line);
    expect(told).toContain(request.split('\n')[3]);
  });
});
