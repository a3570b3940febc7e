import { describe, expect, test } from '@jest/globals';
import { makeKey } from '../control-plane/support/credentials';
import { siteOfEachTest } from './support/site-of-each-test';

/* What owners of pools, stacks and keys do on the pages. */

const site = siteOfEachTest();

const admin = () => site().queue.admin;

describe('without JavaScript', () => {
  test('a pool is created from a file, changed, and deleted once nothing needs it', async () => {
    const page = await site().person({ javaScriptEnabled: false });
    await page.goto('/pools/new');
    await page.getByLabel('Name').fill('a/b');
    await page.getByLabel('Description').fill('typed once');
    const { csr } = await makeKey();
    await page.getByLabel('or its file').setInputFiles({
      name: 'request.pem',
      mimeType: 'application/x-pem-file',
      buffer: Buffer.from(csr),
    });
    await page.getByRole('button', { name: 'Create the pool' }).click();
    await page.getByText('Pool name "a/b" is not allowed').waitFor();
    expect(await page.getByLabel('Description').inputValue()).toBe('typed once');
    expect((await page.getByLabel('Certificate signing request').inputValue()).trim()).toBe(csr.trim());
    await page.getByLabel('Name').fill('a-b');
    await page.getByRole('button', { name: 'Create the pool' }).click();
    await page.getByRole('heading', { name: 'Token of pool a-b' }).waitFor();
    await page.getByText('BASE64_OF_THE_PRIVATE_KEY_PEM').waitFor();
    await page.getByRole('link', { name: 'To the pool' }).click();
    await page.getByRole('link', { name: 'Settings …' }).click();
    await page.getByLabel('Labels').fill('team:a');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('list', { name: 'Labels' }).getByText('team:a').waitFor();
    await page.getByRole('link', { name: 'Delete …' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Pools' }).waitFor();
    expect((await admin().pools()).map(({ name }) => name)).toEqual(['pool']);
  });
});

test('by the keyboard alone, a stack is created, gets a variable, and loses it', async () => {
  const page = await site().person();
  await page.goto('/stacks');
  const press = async (role: 'link' | 'button', name: string) => {
    await page.getByRole(role, { name }).focus();
    await page.keyboard.press('Enter');
  };
  await press('link', 'New stack …');
  await page.getByRole('textbox', { name: 'Name' }).focus();
  await page.keyboard.type('network');
  await page.getByLabel('Apply without asking').focus();
  await page.keyboard.press('Space');
  await press('button', 'Create the stack');
  await page.getByRole('heading', { name: 'network' }).waitFor();
  expect(await admin().stack('network')).toMatchObject({ poolId: site().queue.pool.id, autoDeploy: true });
  await press('link', 'Set a variable …');
  await page.getByLabel('Name').focus();
  await page.keyboard.type('TOKEN');
  await page.keyboard.press('Tab');
  await page.keyboard.type('a secret value');
  await page.keyboard.press('Enter');
  await page.getByText('(values are not shown)').waitFor();
  expect(await page.content()).not.toContain('a secret value');
  await press('link', 'Unset TOKEN');
  await press('button', 'Unset');
  await page.getByText('empty').waitFor();
});

describe('two people at once', () => {
  test('change the same pool, and the second sees what the first has made of it', async () => {
    const { id } = site().queue.pool;
    const [one, other] = [await site().person(), await site().person()];
    for (const page of [one, other]) await page.goto(`/pools/${id}/settings`);
    await one.getByLabel('Description').fill('first');
    await one.getByRole('button', { name: 'Save' }).click();
    await one.getByText('first').waitFor();
    await other.getByLabel('Description').fill('second');
    await other.getByRole('button', { name: 'Save' }).click();
    await other.getByText('was changed by somebody else meanwhile').waitFor();
    await other.getByText('Now it is: first').waitFor();
    await other.getByRole('button', { name: 'Save' }).click();
    await other.getByText('second').waitFor();
    expect((await admin().pool(id))!.description).toBe('second');
  });

  test('delete a stack, and trigger a run of it', async () => {
    const stack = (await admin().stack('stack'))!;
    const [one, other] = [await site().person(), await site().person()];
    await other.goto(`/stacks/${stack.id}/trigger`);
    await one.goto(`/stacks/${stack.id}/delete`);
    await one.getByRole('button', { name: 'Delete' }).click();
    await one.getByText('There is no stack yet').waitFor();
    await other.getByRole('button', { name: 'Trigger' }).click();
    await other.getByRole('heading', { name: 'Not found' }).waitFor();
  });
});

test('a run is triggered, prioritized, canceled and retried', async () => {
  const page = await site().person();
  await page.goto(`/stacks/${(await admin().stack('stack'))!.id}`);
  await page.getByRole('link', { name: 'Trigger a run …' }).click();
  await page.getByRole('button', { name: 'Trigger' }).click();
  await page.getByRole('link', { name: 'Prioritize …' }).click();
  await page.getByRole('button', { name: 'Prioritize' }).click();
  await page.getByRole('link', { name: 'Deprioritize …' }).waitFor();
  await page.getByRole('link', { name: 'Cancel …' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('canceled').first().waitFor();
  await page.getByRole('link', { name: 'Retry …' }).click();
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByText('queued', { exact: true }).waitFor();
  expect((await admin().runs()).map(({ state }) => state)).toEqual(['QUEUED', 'CANCELED']);
});

test('an API key is created and logs in, gets another role, and is deleted', async () => {
  const page = await site().person();
  await page.goto('/');
  await page.getByRole('link', { name: 'Keys' }).click();
  await page.getByRole('link', { name: 'New API key …' }).click();
  await page.getByLabel('Name').fill('<b>ci');
  await page.getByLabel('Role').selectOption('operator');
  await page.getByRole('button', { name: 'Create the key' }).click();
  const secret = (await page.locator('#secret').textContent())!;
  const [, key] = await admin().keys.list();
  expect(await site().queue.apiKeys.authenticate(key!.id, secret)).toMatchObject({ role: 'operator' });
  await page.getByRole('link', { name: 'To the keys' }).click();
  expect(await page.content()).not.toContain(secret);
  await page.getByRole('link', { name: 'Change <b>ci' }).click();
  await page.getByLabel('Role').selectOption('reader');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: '<b>ci' }).getByText('reader').waitFor();
  await page.getByRole('link', { name: 'Delete <b>ci' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'API keys' }).waitFor();
  expect(await admin().keys.list()).toHaveLength(1);
});

test('a reader sees nothing that leads to a form', async () => {
  const { id, secret } = await admin().keys.create({ name: 'a reader', role: 'reader' });
  const page = await site().person({}, { id, secret: secret! });
  for (const path of [
    '/',
    `/pools/${site().queue.pool.id}`,
    '/stacks',
    `/stacks/${(await admin().stack('stack'))!.id}`,
  ]) {
    await page.goto(path);
    expect(await page.getByRole('link', { name: '…' }).count()).toBe(0);
  }
  expect(await page.getByRole('link', { name: 'Keys' }).count()).toBe(0);
});

test('who did what is seen in the pool and in the audit trail, and found there', async () => {
  const { id } = site().queue.pool;
  const page = await site().person();
  await page.goto(`/pools/${id}/settings`);
  await page.getByLabel('Description').fill('</td><script>alert(1)</script>');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'Activity' }).click();
  await page.getByRole('row', { name: 'change a worker pool' }).getByText('</td><script>alert(1)</script>').waitFor();
  await page.getByRole('link', { name: 'Audit trail' }).click();
  await page.getByLabel('Who or what').fill('ADMIN');
  await page.getByLabel('Action').selectOption('worker-pool.update');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('row', { name: 'change a worker pool' }).getByText('admin').first().waitFor();
  await page.getByLabel('Outcome').selectOption('refused');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('There is no such entry').waitFor();
});

test('long lists are shown by parts, and searched', async () => {
  const { queue } = site();
  const names = Array.from({ length: 205 }, (_, at) => `worker-${String(at).padStart(3, '0')}`);
  for (const name of names) await queue.register(name);
  for (let at = 0; at < 55; at += 1) await queue.addStack(`stack-${String(at).padStart(2, '0')}`);
  for (let at = 0; at < 55; at += 1) await queue.trigger('stack', 'PROPOSED');
  const page = await site().person();
  const rows = () => page.locator('tbody tr').count();
  const turn = async (link: string) => {
    const before = page.url();
    await page.getByRole('link', { name: link }).click();
    await page.waitForURL((url) => url.href !== before);
  };
  await page.goto(`/pools/${queue.pool.id}`);
  const seen = new Set<string>();
  for (const expected of [100, 100, 5]) {
    expect(await rows()).toBe(expected);
    for (const name of await page.locator('tbody tr td:first-child').allTextContents()) seen.add(name.trim());
    if (expected === 100) await turn('Older');
  }
  expect(seen.size).toBe(205);
  await page.getByLabel('Name').fill('WORKER-20');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('row', { name: 'worker-204' }).waitFor();
  expect(await rows()).toBe(5);
  await page.goto('/stacks');
  expect(await rows()).toBe(50);
  await turn('More');
  await page.getByRole('row', { name: 'stack-54' }).waitFor();
  await page.goto('/runs?state=unfinished');
  expect(await rows()).toBe(50);
  await turn('Older');
  await page.getByRole('link', { name: 'From the beginning' }).waitFor();
  await page.goto('/runs?state=FAILED');
  await page.getByText('There is no such run').waitFor();
});
