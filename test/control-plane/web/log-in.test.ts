import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Key } from '../../../src/control-plane/admin/key-admin';
import { WEB_SESSION_MS } from '../../../src/control-plane/identity/web-sessions';
import { LIMIT } from '../../../src/control-plane/limits';
import { pathOfOurs } from '../../../src/control-plane/web/log-in-page';
import { until } from '../../support/until';
import { TestQueue } from '../support/queue';
import { browserOf, type TestBrowser } from './support/browser';
import { LiveStream } from './support/live-stream';
import { KEY } from './support/reader';

let queue: TestQueue;
let browser: TestBrowser;
let operator: Key;

beforeEach(async () => {
  queue = await TestQueue.ready();
  browser = browserOf(queue, KEY, { isAnonymous: true });
  operator = await queue.admin.keys.create({ name: 'the operator', role: 'operator' });
});

afterEach(() => queue.close());

describe('whoever is not logged in', () => {
  test('is led to the log-in by a browser, and then to where they wanted', async () => {
    const wanted = `/pools/${queue.pool.id}/queue?after=1`;
    const response = await browser.ask(wanted);
    expect(response.status).toBe(303);
    expect(response.headers.get('Location')).toBe(`/login?to=${encodeURIComponent(wanted)}`);
    expect(await browser.read(response.headers.get('Location')!)).toContain(`name="to" value="${wanted}"`);
    expect(await browser.logIn(operator, wanted)).toMatchObject({ status: 303, location: wanted });
    expect((await browser.ask(wanted)).status).toBe(200);
    expect((await browser.ask(`/login?to=${encodeURIComponent(wanted)}`)).headers.get('Location')).toBe(wanted);
  });

  test.each<[string, Record<string, string>, string | null]>([
    ['a program is challenged', { Accept: '*/*', 'Sec-Fetch-Mode': '' }, 'Basic realm='],
    ['the script of a page opens no dialog', { Accept: '*/*', 'Sec-Fetch-Mode': 'cors' }, null],
    ['a stream opens no dialog, without TLS either', { Accept: 'text/event-stream', 'Sec-Fetch-Mode': '' }, null],
  ])('%s', async (_, headers, challenge) => {
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
    const response = await browser.reader.ask('/live', { headers: sent });
    expect(response.status).toBe(401);
    const asked = response.headers.get('WWW-Authenticate');
    if (challenge === null) expect(asked).toBeNull();
    else expect(asked).toContain(challenge);
  });

  test('goes on by id and secret as programs send them', async () => {
    const basic = (secret: string) => ({
      Authorization: `Basic ${Buffer.from(`${operator.id}:${secret}`).toString('base64')}`,
    });
    expect((await browser.reader.ask('/', { headers: basic(operator.secret!) })).status).toBe(200);
    expect((await browser.reader.ask('/', { headers: basic('guessed') })).status).toBe(401);
  });
});

describe('a log-in', () => {
  test('gives a cookie that no script and no other host sees, and says who one is', async () => {
    const { setCookie } = await browser.logIn(operator);
    expect(setCookie).toMatch(/^__Host-worker-pools=[\w-]{43};/);
    for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/']) expect(setCookie).toContain(attribute);
    expect(setCookie).not.toContain('Domain');
    const text = await browser.read('/');
    expect(text).toMatch(/href="\/account">the operator <span class="muted">operator<\/span>/);
    expect(text).toContain('<form method="post" action="/logout">');
    expect(await browser.read('/account')).toContain('This API key has 1 session in browsers.');
  });

  test.each<[string, () => object, string]>([
    ['a wrong secret', () => ({ id: operator.id, secret: 'guessed' }), 'No API key has this id and secret.'],
    ['an unknown id', () => ({ id: 'nobody', secret: 'guessed' }), 'No API key has this id and secret.'],
    ['nothing', () => ({ id: '', secret: '' }), 'No API key has this id and secret.'],
  ])('with %s is refused, and shows no secret', async (_, typed, sentence) => {
    const { id, secret } = typed() as { id: string; secret: string };
    const { status, text, setCookie } = await browser.logIn({ id, secret }, '/runs');
    expect(status).toBe(401);
    expect(text).toContain(`role="alert">${sentence}`);
    expect(text).toContain(`value="${id}"`);
    expect(text).toContain('name="to" value="/runs"');
    expect(text).not.toContain('guessed');
    expect(setCookie).toBeNull();
  });

  test('is refused to a role that sees no pages', async () => {
    const controller = await queue.admin.keys.create({ name: 'cluster', role: 'worker-pool-controller' });
    const { status, text, setCookie } = await browser.logIn(controller);
    expect(status).toBe(403);
    expect(text).toContain('API key cluster has the role worker-pool-controller');
    expect(setCookie).toBeNull();
  });

  test('that fails again and again is slowed down', async () => {
    for (let n = 0; n < LIMIT.failedLogIns; n += 1) {
      expect((await browser.logIn({ id: operator.id, secret: 'guessed' })).status).toBe(401);
    }
    expect((await browser.logIn(operator)).status).toBe(429);
  });

  test.each([
    ['a form of another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://attacker.example' }],
    ['a form of a neighbour', { 'Sec-Fetch-Site': 'same-site' }],
    ['a program', { 'Sec-Fetch-Site': 'none' }],
  ])('by %s is refused, and so is a log-out', async (_, headers) => {
    const typed = { id: operator.id, secret: operator.secret!, to: '/' };
    expect(await browser.send('/login', typed, headers)).toMatchObject({ status: 403, setCookie: null });
    await browser.logIn(operator);
    expect((await browser.send('/logout', {}, headers)).status).toBe(403);
    expect((await browser.ask('/')).status).toBe(200);
  });

  test('over plain HTTP, where no cookie would be kept, says what to do', async () => {
    const typed = { id: operator.id, secret: operator.secret!, to: '/' };
    const headers = { Origin: 'http://pools.example', Host: 'pools.example' };
    const { status, text, setCookie } = await browser.send('/login', typed, headers);
    expect({ status, setCookie }).toEqual({ status: 400, setCookie: null });
    expect(text).toContain('open this page by an address that begins with https://');
  });

  test('with another key takes the place of the session that there was', async () => {
    await browser.logIn(operator);
    const former = browser.cookie;
    await browser.logIn(KEY);
    expect(await browser.read('/account')).toContain('admin: may do everything');
    browser.cookie = former;
    expect((await browser.ask('/')).status).toBe(303);
  });
});

test.each([
  ['/runs/1?after=0', '/runs/1?after=0'],
  ['/', '/'],
  ['', '/'],
  [undefined, '/'],
  ['//attacker.example', '/'],
  ['/\\attacker.example', '/'],
  ['/\t/attacker.example', '/'],
  ['/.//attacker.example', '/'],
  ['/a/..//attacker.example', '/'],
  ['https://attacker.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['/logout', '/'],
  ['/login?to=/login', '/'],
  ['runs', '/'],
])('after a log-in, %j leads to %s', (wanted, path) => {
  expect(pathOfOurs(wanted)).toBe(path);
});

describe('a log-out', () => {
  test('ends the session, and the cookie', async () => {
    await browser.logIn(operator);
    const { cookie } = browser;
    expect(await browser.send('/logout', {})).toMatchObject({ status: 303, location: '/login' });
    expect(browser.cookie).toBe('');
    browser.cookie = cookie;
    expect((await browser.ask('/')).status).toBe(303);
    expect(await browser.read('/login')).toContain('Your session has ended: log in again.');
  });

  test('everywhere ends those of other browsers, too, and of nobody else', async () => {
    const other = browserOf(queue, KEY, { isAnonymous: true });
    const admin = browserOf(queue, KEY, { isAnonymous: true });
    for (const each of [browser, other]) await each.logIn(operator);
    await admin.logIn(KEY);
    await browser.send('/logout', { everywhere: 'yes' });
    expect((await other.ask('/')).status).toBe(303);
    expect((await admin.ask('/')).status).toBe(200);
  });
});

test('where everybody may look, a log-in gives what only some may do', async () => {
  const open = browserOf(queue, null);
  await queue.register('the-worker');
  const path = `/pools/${queue.pool.id}`;
  expect(await open.read(path)).toMatch(/<a href="\/login">Log in<\/a>/);
  expect(await open.read(path)).not.toContain('/drain"');
  await open.logIn(operator);
  expect(await open.read(path)).toContain('/drain"');
  expect(await open.send('/logout', {})).toMatchObject({ location: '/' });
  expect(await open.read(path)).not.toContain('/drain"');
});

test('a stream is no use of a session, and a page is', async () => {
  await browser.logIn(operator);
  const { usedAt } = (await queue.context.store.read.webSessions.ofKey(operator.id))[0]!;
  queue.leap(600);
  await (await browser.ask('/live')).body?.cancel();
  const used = async () => (await queue.context.store.read.webSessions.ofKey(operator.id))[0]!.usedAt;
  expect(await used()).toBe(usedAt);
  await browser.read('/');
  expect(await used()).toBe(queue.now);
});

describe('the stream of a page ends soon after', () => {
  test.each<[string, () => unknown]>([
    ['the key was deleted', () => queue.admin.keys.delete(operator.id)],
    ['the key got another role', () => queue.admin.keys.update(operator.id, { name: 'x', role: 'reader' })],
    ['somebody logged out', () => browser.send('/logout', {})],
    ['somebody logged out everywhere', () => browser.send('/logout', { everywhere: 'yes' })],
    ['the session had lasted long enough', () => queue.leap(WEB_SESSION_MS / 1000)],
  ])('%s, though there is always something to tell', async (_, end) => {
    const { run, assignment } = await queue.started();
    await browser.logIn(operator);
    const stream = new LiveStream((await browser.ask(`/runs/${run}/live`)).body!);
    try {
      await stream.message('the view', ({ event }) => event === 'view');
      await end();
      let sequence = 0;
      await until(async () => {
        if (stream.isOver) return true;
        await queue.print(assignment, (sequence += 1), 'more\n');
        return false;
      }, 'the stream ends');
      expect((await browser.ask(`/runs/${run}/live`, { Accept: 'text/event-stream' })).status).toBe(401);
    } finally {
      await stream.close();
    }
  });

  test('somebody logged out in another window, where nothing else happens', async () => {
    await browser.logIn(operator);
    const stream = new LiveStream((await browser.ask('/live')).body!);
    try {
      await stream.message('the view', ({ event }) => event === 'view');
      await browser.send('/logout', {});
      await until(() => stream.isOver, 'the stream ends');
    } finally {
      await stream.close();
    }
  });
});
