import { describe, expect, test } from '@jest/globals';
import { until } from '../support/until';
import { makeKey } from '../control-plane/support/credentials';
import { siteOfEachTest } from './support/site-of-each-test';

const site = siteOfEachTest();

describe('two people at once', () => {
  test('one drains a worker by the keyboard, and the other sees it without reloading', async () => {
    const { queue } = site();
    await queue.register('the-worker');
    const [one, other] = [await site().person(), await site().person()];
    await other.goto(`/pools/${queue.pool.id}`);
    await one.goto(`/pools/${queue.pool.id}`);
    await other.getByRole('row', { name: 'the-worker' }).getByText('idle').waitFor();
    await one.getByRole('link', { name: 'Drain the-worker' }).focus();
    await one.keyboard.press('Enter');
    await one.getByRole('heading', { name: 'Drain worker the-worker of pool pool?' }).waitFor();
    await one.getByRole('button', { name: 'Drain' }).focus();
    await one.keyboard.press('Enter');
    await one.getByRole('row', { name: 'the-worker' }).getByText('drained').waitFor();
    await other.getByRole('row', { name: 'the-worker' }).getByText('drained').waitFor();
    await other.getByRole('link', { name: 'Undrain the-worker' }).waitFor();
  });

  test('one confirms a run that the other wants to discard, who is told so', async () => {
    const { queue } = site();
    const { run, assignment } = await queue.started();
    const [one, other] = [await site().person(), await site().person()];
    await one.goto(`/runs/${run}`);
    // The plan ends while somebody looks.
    await queue.end(assignment, 'Succeeded', true);
    await one.getByRole('link', { name: 'Confirm …' }).click();
    await other.goto(`/runs/${run}/discard`);
    await one.getByRole('button', { name: 'Confirm' }).click();
    await one.getByText('confirmed').first().waitFor();
    await other.getByRole('button', { name: 'Discard' }).click();
    await other.getByRole('heading', { name: 'It cannot be done' }).waitFor();
    expect(await queue.state(run)).toBe('CONFIRMED');
  });
});

test('a run is stopped, and its page follows to the end', async () => {
  const { queue } = site();
  const run = await queue.trigger();
  const page = await site().person();
  await page.goto(`/runs/${run}`);
  await page.getByText('has none registered').waitFor();
  await page.getByRole('link', { name: 'Stop …' }).click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('canceled').first().waitFor();
  expect(await page.title()).toContain('canceled');
});

test('a pool is cycled after a question, and reset with a new key', async () => {
  const { queue } = site();
  await queue.register('the-worker');
  const page = await site().person();
  await page.goto(`/pools/${queue.pool.id}`);
  await page.getByRole('link', { name: 'Cycle …' }).click();
  await page.getByRole('link', { name: 'Leave it as it is' }).click();
  await page.getByRole('row', { name: 'the-worker' }).getByText('idle').waitFor();
  await page.getByRole('link', { name: 'Cycle …' }).click();
  await page.getByRole('button', { name: 'Cycle' }).click();
  await page.getByText('No worker is registered').waitFor();
  const before = (await queue.admin.pool(queue.pool.id))!.config;
  await page.getByRole('link', { name: 'Reset …' }).click();
  await page.getByLabel('Certificate signing request').fill('nonsense');
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.getByText('The certificate signing request cannot be used').waitFor();
  expect(await page.getByLabel('Certificate signing request').inputValue()).toBe('nonsense');
  expect((await queue.admin.pool(queue.pool.id))!.config).toBe(before);
  await page.getByLabel('Certificate signing request').fill((await makeKey('EC')).csr);
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.getByRole('heading', { name: 'Token of pool pool' }).waitFor();
  const { config } = (await queue.admin.pool(queue.pool.id))!;
  expect(config).not.toBe(before);
  expect(await page.locator('#token').textContent()).toBe(config);
});

test('a form on a page of somebody else does nothing', async () => {
  const { queue } = site();
  const run = await queue.trigger();
  const page = await site().person();
  await page.goto(`/runs/${run}`);
  // Another host for the browser, the same for the network.
  await page.route('http://attacker.test/', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${site().url}/runs/${run}/stop"><button>Win</button></form>`,
    }),
  );
  await page.goto('http://attacker.test/');
  await page.getByRole('button', { name: 'Win' }).click();
  await page.getByRole('heading', { name: 'Not from here' }).waitFor();
  expect(await queue.state(run)).toBe('QUEUED');
});

test('what has the focus keeps it when the page changes around it', async () => {
  const { queue } = site();
  await queue.register('first');
  const page = await site().person();
  await page.goto(`/pools/${queue.pool.id}`);
  const link = page.getByRole('link', { name: 'Drain first' });
  await link.focus();
  await queue.register('second');
  await page.getByRole('row', { name: 'second' }).waitFor();
  expect(await page.evaluate('document.activeElement.id')).toBe(await link.getAttribute('id'));
});

test('without JavaScript the pages and the actions work, and times are in UTC', async () => {
  const { queue } = site();
  const run = await queue.trigger();
  const page = await site().person({ javaScriptEnabled: false });
  await page.goto('/');
  await page.getByRole('link', { name: run }).click();
  await page.locator('noscript p').waitFor();
  await page.getByText('2027-01-15 08:00:00 UTC').first().waitFor();
  await page.getByRole('link', { name: 'Stop …' }).click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('canceled').first().waitFor();
});

test("times are said in the reader's zone, with the UTC in the title", async () => {
  const { queue } = site();
  const run = await queue.trigger();
  const page = await site().person({ timezoneId: 'Asia/Kolkata', locale: 'en-GB' });
  await page.goto(`/runs/${run}`);
  await page.getByText('15 Jan 2027, 13:30:00').first().waitFor();
  expect(await page.getByTitle('2027-01-15 08:00:00 UTC').count()).toBeGreaterThan(0);
});

test('a page that cannot reach the control plane says so, and goes on when it is back', async () => {
  const { queue } = site();
  const page = await site().person();
  await page.goto(`/pools/${queue.pool.id}`);
  await page.getByText('No worker is registered').waitFor();
  await site().goAway();
  await page.getByText('The control plane is not reached').waitFor();
  await queue.register('meanwhile');
  await site().serve();
  await page.getByRole('row', { name: 'meanwhile' }).waitFor();
  await until(async () => !(await page.locator('#connection').isVisible()), 'the sentence goes');
});
