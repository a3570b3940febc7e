import { describe, expect, test } from '@jest/globals';
import { WEB_SESSION_MS } from '../../src/control-plane/identity/web-sessions';
import { archive } from '../control-plane/audit/support/doors';
import { until } from '../support/until';
import { logIn } from './support/site';
import { siteOfEachTest } from './support/site-of-each-test';

/* What owners of stacks do on the pages, and what goes wrong meanwhile. */

const site = siteOfEachTest();

const admin = () => site().queue.admin;
const stackPath = async (name = 'stack') => `/stacks/${(await admin().stack(name))!.id}`;
const file = (name: string, bytes: Uint8Array) => ({ name, mimeType: '', buffer: Buffer.from(bytes) });

describe.each([true, false])('the source of a stack (with scripts: %s)', (javaScriptEnabled) => {
  test('is refused beside the field where it is none, and uploaded', async () => {
    const page = await site().person({ javaScriptEnabled });
    const before = (await admin().stack('stack'))!.source;
    await page.goto(await stackPath());
    await page.getByRole('link', { name: 'Upload a source …' }).click();
    await page.getByLabel('Source, as tar.gz').setInputFiles(file('a.zip', Buffer.alloc(3_000_000, 'PK')));
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByText('The source is no tar.gz').waitFor();
    const source = file('source.tgz', archive('x'.repeat(300_000)));
    await page.getByLabel('Source, as tar.gz').setInputFiles(source);
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('heading', { name: 'Runs', level: 2 }).waitFor();
    expect((await admin().stack('stack'))!.source).not.toBe(before);
  });
});

test('an upload shows its progress, and is stopped', async () => {
  const page = await site().person();
  const before = (await admin().stack('stack'))!.source;
  await page.goto(`${await stackPath()}/source`);
  const network = await page.context().newCDPSession(page);
  await network.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 5_000 },
  });
  await page.getByLabel('Source, as tar.gz').setInputFiles(file('source.tgz', archive('x'.repeat(1_000_000))));
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByRole('progressbar', { name: 'Of the upload' }).waitFor();
  await page.getByRole('button', { name: 'Stop the upload' }).click();
  await page.getByText('The upload was stopped: nothing has changed.').waitFor();
  expect((await admin().stack('stack'))!.source).toBe(before);
});

test('a file that is too large is refused before it is sent', async () => {
  const page = await site().person();
  await page.goto('/pools/new');
  await page.getByLabel('or its file').setInputFiles(file('movie.mp4', Buffer.alloc(300_000)));
  expect(await page.evaluate('document.querySelector("[type=file]").validationMessage')).toContain('is too large');
});

test('a request in DER is refused on the form, without scripts too', async () => {
  const page = await site().person({ javaScriptEnabled: false });
  await page.goto('/pools/new');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('typed');
  await page.getByLabel('or its file').setInputFiles(file('request.der', Buffer.from([0x30, 0x82, 4, 5, 0xff])));
  await page.getByRole('button', { name: 'Create the pool' }).click();
  await page.getByText('it seems to hold a request in DER').waitFor();
  expect(await page.getByLabel('Name').inputValue()).toBe('typed');
  // What a browser sends whole before it reads an answer.
  await page.getByLabel('or its file').setInputFiles(file('movie.mp4', Buffer.alloc(5_000_000)));
  await page.getByRole('button', { name: 'Create the pool' }).click();
  await page.getByRole('alert').getByText('The body is larger than').waitFor();
});

test('by the keyboard alone: a dependency is added, a cycle refused with its path, and it is removed', async () => {
  await site().queue.addStack('network');
  const page = await site().person();
  const press = async (role: 'link' | 'button', name: string) => {
    await page.getByRole(role, { name }).focus();
    await page.keyboard.press('Enter');
  };
  await page.goto(await stackPath());
  await press('link', 'Add one …');
  await page.getByLabel('Stack that it depends on').focus();
  await page.keyboard.type('network');
  await page.keyboard.press('Escape');
  await press('button', 'Add');
  await page.getByRole('link', { name: 'Remove the dependency on network' }).waitFor();
  await page.goto(`${await stackPath('network')}/dependencies/new`);
  await page.getByLabel('Stack that it depends on').fill('stack');
  await press('button', 'Add');
  await page.getByText('network -> stack -> network').waitFor();
  await page.goto(await stackPath());
  await press('link', 'Remove the dependency on network');
  await press('button', 'Remove');
  await page.getByRole('link', { name: 'Remove the dependency on network' }).waitFor({ state: 'detached' });
});

describe('a session that ends meanwhile', () => {
  test.each([true, false])('loses nothing that was typed (with scripts: %s)', async (javaScriptEnabled) => {
    const { queue } = site();
    const page = await site().person({ javaScriptEnabled });
    await page.goto(`${await stackPath()}/task`);
    await page.getByLabel('Command').fill('tofu state list\necho "two & <three>"');
    queue.leap(WEB_SESSION_MS / 1000);
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('Your session has ended, so nothing was done').waitFor();
    expect(await admin().runs()).toEqual([]);
    await logIn(page);
    await page.getByText('Your session had ended, so nothing was done yet.').waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('heading', { name: 'Run of stack' }).waitFor();
    expect(await admin().runs()).toMatchObject([{ command: 'tofu state list\necho "two & <three>"' }]);
  });

  test('keeps a key that was made in the page', async () => {
    const page = await site().person();
    await page.goto('/pools/new');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('another');
    await page.getByRole('button', { name: 'Make key and request here' }).click();
    await page.getByText('Key and request are made').waitFor();
    site().queue.leap(WEB_SESSION_MS / 1000);
    await page.getByRole('button', { name: 'Create the pool' }).click();
    await page.getByText('Your session has ended, so nothing was done').waitFor();
    await logIn(page);
    await page.getByRole('button', { name: 'Download the private key' }).waitFor();
    await page.getByRole('button', { name: 'Create the pool' }).click();
    await page.getByRole('heading', { name: 'Token of pool another' }).waitFor();
    await page.getByRole('button', { name: 'Download the Secret' }).click();
  });
});

describe('a form that is sent again', () => {
  test('by a click too many is sent once', async () => {
    const page = await site().person();
    const run = await site().queue.trigger();
    let sent = 0;
    page.on('request', (request) => (sent += request.method() === 'POST' ? 1 : 0));
    await page.goto(`/runs/${run}/stop`);
    await page.getByRole('button', { name: 'Stop' }).dblclick();
    await page.getByText('canceled').first().waitFor();
    expect(sent).toBe(1);
  });

  test('after going back makes nothing twice', async () => {
    const page = await site().person();
    await page.goto('/stacks/new');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('network');
    await page.getByRole('button', { name: 'Create the stack' }).click();
    await page.getByRole('heading', { name: 'network' }).waitFor();
    await page.goBack();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('network');
    await page.getByRole('button', { name: 'Create the stack' }).click();
    await until(
      async () => /network exists already|Runs/.test((await page.textContent('main')) ?? ''),
      'the answer is there',
    );
    expect(await admin().stacks()).toHaveLength(2);
  });

  test('over a slow network says that it is on its way', async () => {
    const page = await site().person();
    let goOn = () => {};
    const told = new Promise<void>((resolve) => (goOn = resolve));
    await page.route('**/stacks/new', async (route) => {
      if (route.request().method() === 'POST') await told;
      await route.continue();
    });
    await page.goto('/stacks/new');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('slow');
    // Asked before: while a page is on its way to another one, a test is told nothing of it.
    const said = page.evaluate(`new Promise((resolve) => {
      const look = setInterval(() => {
        const text = document.querySelector('.sending')?.textContent;
        if (!text) return;
        clearInterval(look);
        resolve(text);
      }, 50);
    })`);
    await page.getByRole('button', { name: 'Create the stack' }).click({ noWaitAfter: true });
    expect(await said).toBe('It is being sent …');
    goOn();
    await page.getByRole('heading', { name: 'slow' }).waitFor();
  });
});

test('two people: one deletes the webhook that the other changes, who is told so', async () => {
  const endpoint = 'http://127.0.0.1:1/';
  const { id } = await admin().webhooks.create({ name: 'chat', endpoint, enabled: true });
  const page = await site().person();
  await page.goto(`/webhooks/${id}/settings`);
  await admin().webhooks.delete(id);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('other');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('it may have been deleted').waitFor();
});
