import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestQueue } from '../support/queue';
import { browserOf, type TestBrowser } from './support/browser';
import { KEY } from './support/reader';

/* A session that ends while somebody fills in a form. */

let queue: TestQueue;
let browser: TestBrowser;

beforeEach(async () => {
  queue = await TestQueue.ready();
  browser = browserOf(queue, KEY, { isAnonymous: true });
});

afterEach(() => queue.close());

const hidden = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [
      name!,
      value!,
    ]),
  );

const settings = () => `/pools/${queue.pool.id}/settings`;
const typed = { name: 'pool', description: 'typed by hand', labels: 'one\ntwo' };
const admin = { id: KEY.id, secret: KEY.secret };

describe('a form that is sent once its session has ended', () => {
  test('does nothing, and is there as it was filled in after the log-in', async () => {
    const refused = await browser.send(settings(), typed);
    expect(refused.status).toBe(401);
    expect(refused.text).toContain('Your session has ended, so nothing was done');
    const wrong = await browser.send('/login', { ...hidden(refused.text), id: KEY.id, secret: 'a wrong one' });
    const { status, text } = await browser.send('/login', { ...hidden(wrong.text), ...admin });
    expect(status).toBe(200);
    expect(text).toContain('typed by hand</textarea');
    expect(text).toContain(`<form method="post" action="${settings()}"`);
    expect((await queue.admin.pool(queue.pool.id))!.description).toBeNull();
  });

  test('leads to the page where a role does not allow the form, or it asks for nothing', async () => {
    const { text } = await browser.send(settings(), typed);
    const { id, secret } = await queue.admin.keys.create({ name: 'a reader', role: 'reader' });
    const answer = await browser.send('/login', { ...hidden(text), id, secret: secret! });
    expect(answer).toMatchObject({ status: 303, location: settings() });
    const question = await browserOf(queue, KEY, { isAnonymous: true }).send(`/pools/${queue.pool.id}/cycle`, {});
    expect(question.location).toContain('/login?to=');
  });

  test('is not kept where it is long, or comes from elsewhere', async () => {
    const long = await browser.send(settings(), { ...typed, description: 'x'.repeat(20_000) });
    expect(long.location).toContain('/login?to=');
    const stranger = await browser.send(settings(), typed, { 'Sec-Fetch-Site': 'cross-site' });
    expect(stranger.status).toBe(403);
    expect(stranger.text).not.toContain('typed');
  });

  test.each(['/stacks/%/source', '/stacks/%ff/edit', '/pools/%E0%A4/settings'])(
    'is of nothing at %s, which cannot be decoded',
    async (path) => {
      const { status } = await browser.send(path, typed);
      expect([401, 303]).toContain(status);
      const { id, secret } = KEY;
      const answer = await browser.send('/login', { to: path, id, secret });
      expect(answer).toMatchObject({ status: 303 });
    },
  );
});
