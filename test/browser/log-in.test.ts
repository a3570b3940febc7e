import { expect, test } from '@jest/globals';
import { WEB_SESSION_MS } from '../../src/control-plane/identity/web-sessions';
import { axeFinds, logIn } from './support/site';
import { siteOfEachTest } from './support/site-of-each-test';

const site = siteOfEachTest();

test.each([true, false])('a stranger logs in, sees who they are, and logs out (with scripts: %s)', async (scripts) => {
  const { queue } = site();
  const page = await site().stranger({ javaScriptEnabled: scripts });
  const path = `/pools/${queue.pool.id}/queue`;
  await page.goto(path);
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await logIn(page, { id: 'admin', secret: 'a wrong secret of the test' });
  await page.getByRole('alert').getByText('No API key has this id and secret.').waitFor();
  expect(await page.getByLabel('Id of the API key').inputValue()).toBe('admin');
  await logIn(page);
  await page.getByRole('link', { name: 'admin admin' }).waitFor();
  expect(new URL(page.url()).pathname).toBe(path);
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.goto(path);
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
});

test('the log-in and the page of who one is have nothing that axe would say', async () => {
  const stranger = await site().stranger();
  await stranger.goto('/login');
  expect(await axeFinds(stranger)).toEqual([]);
  const page = await site().person();
  await page.goto('/account');
  await page.getByRole('heading', { name: 'Who you are' }).waitFor();
  expect(await axeFinds(page)).toEqual([]);
});

test('no script sees the cookie of a session', async () => {
  const page = await site().person();
  expect(await page.evaluate('document.cookie')).toBe('');
  expect(await page.context().cookies()).toMatchObject([
    { name: '__Host-worker-pools', httpOnly: true, secure: true, sameSite: 'Lax', path: '/' },
  ]);
});

test('a page whose session has ended says so, and leads back to itself', async () => {
  const { queue } = site();
  const page = await site().person();
  await page.goto(`/pools/${queue.pool.id}`);
  await page.getByText('No worker is registered').waitFor();
  queue.leap(WEB_SESSION_MS / 1000);
  await queue.register('meanwhile');
  await page.getByRole('link', { name: 'Log in again' }).click();
  await page.getByText('Your session has ended: log in again.').waitFor();
  await logIn(page);
  await page.getByRole('row', { name: 'meanwhile' }).waitFor();
});

test('a session that is ended in another browser is over in this one, too', async () => {
  const [one, other] = [await site().person(), await site().person()];
  await one.goto('/account');
  await one.getByRole('button', { name: 'Log out everywhere' }).click();
  await one.getByRole('heading', { name: 'Log in' }).waitFor();
  await other.getByRole('link', { name: 'Log in again' }).waitFor();
});
