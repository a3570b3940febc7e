import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LogInTrail } from '../../../src/control-plane/audit/log-ins';
import type { Key } from '../../../src/control-plane/admin/key-admin';
import { WEB_SESSION_IDLE_MS, WEB_SESSION_MS, WebSessions } from '../../../src/control-plane/identity/web-sessions';
import { LIMIT } from '../../../src/control-plane/limits';
import { temporaryFolder } from '../../support/folder';
import { describeOnEachDatabase } from '../support/databases';
import { SUBJECT, TestIssuer } from '../support/oidc-issuer';
import { TestQueue } from '../support/queue';

const ORIGIN = { address: '127.0.0.1', client: 'a test/1' };

describeOnEachDatabase('a session in a browser', (database) => {
  let queue: TestQueue;
  let key: Key;

  beforeEach(async () => {
    queue = await TestQueue.ready(temporaryFolder(), await database());
    key = await queue.admin.keys.create({ name: 'ci', role: 'operator' });
  });

  afterEach(() => queue.close());

  /** Nothing is remembered but in the database: another replica would know the same. */
  const sessions = () =>
    new WebSessions(queue.context.store, queue.apiKeys, () => queue.now, new LogInTrail(queue.context));
  const hour = 3_600;
  const given = (secret: string, former?: string) => ({ id: key.id, secret, former, origin: ORIGIN });
  const caller = () => ({ id: key.id, name: 'ci', kind: 'API key', role: 'operator' }) as const;

  async function begin(secret = key.secret!, former?: string): Promise<string> {
    const begun = await sessions().begin(given(secret, former), () => undefined);
    if (!begun) throw new Error('the key was refused');
    return begun.sessionId;
  }

  test('is that of its key, and lasts while it is used', async () => {
    const id = await begin();
    expect((await sessions().find(id))?.caller).toMatchObject({ id: key.id, name: 'ci', role: 'operator' });
    for (let n = 0; n < 3; n += 1) {
      queue.leap(3 * hour);
      expect(await sessions().use(id)).toBeDefined();
    }
  });

  test('is not begun with a wrong secret, nor by one who may not', async () => {
    expect(await sessions().begin(given('guessed'), () => undefined)).toBeUndefined();
    const refuse = () => {
      throw new Error('not you');
    };
    await expect(sessions().begin(given(key.secret!), refuse)).rejects.toThrow('not you');
    expect(await sessions().count(key.id)).toBe(0);
  });

  test.each<[string, (id: string) => unknown]>([
    ['its key is deleted', () => queue.admin.keys.delete(key.id)],
    ['its key gets another role', () => queue.admin.keys.update(key.id, { name: 'ci', role: 'reader' })],
    ['somebody logs out', (id) => sessions().end(id, ORIGIN)],
    ['somebody logs out everywhere', () => sessions().endAll(caller(), ORIGIN)],
    ['nothing is done for long', () => queue.leap(WEB_SESSION_IDLE_MS / 1000)],
    [
      'it has lasted long enough, though it is used',
      async (id) => {
        for (let passed = 0; passed < WEB_SESSION_MS / 1000; passed += hour) {
          queue.leap(hour);
          await sessions().use(id);
        }
      },
    ],
  ])('is over once %s', async (_, end) => {
    const id = await begin();
    expect(await sessions().find(id)).toBeDefined();
    await end(id);
    expect(await sessions().find(id)).toBeUndefined();
    expect(await sessions().use(id)).toBeUndefined();
  });

  test('goes on when its key gets another name', async () => {
    const id = await begin();
    await queue.admin.keys.update(key.id, { name: 'pipeline', role: 'operator' });
    expect((await sessions().find(id))?.caller.name).toBe('pipeline');
  });

  test('has an id that is in no database, and that was nobody else before', async () => {
    const first = await begin();
    const second = await begin(key.secret!, first);
    expect(second).not.toBe(first);
    expect(await sessions().find(first)).toBeUndefined();
    const kept = JSON.stringify(await queue.context.store.read.webSessions.ofKey(key.id));
    expect(kept).not.toContain(second);
    expect(await sessions().find('an id that somebody chose')).toBeUndefined();
    const chosen = await begin(key.secret!, 'an id that somebody chose');
    expect(chosen).not.toBe('an id that somebody chose');
  });

  test('is over where its key has too many, and is used the least', async () => {
    const first = await begin();
    const second = await begin();
    queue.leap(120);
    await sessions().use(first);
    for (let n = 2; n <= LIMIT.webSessionsOfKey; n += 1) {
      queue.leap(1);
      await begin();
    }
    expect(await sessions().find(second)).toBeUndefined();
    expect(await sessions().find(first)).toBeDefined();
    expect(await sessions().count(key.id)).toBe(LIMIT.webSessionsOfKey);
  });

  test('leaves nothing behind in the database once it is over', async () => {
    await begin();
    queue.leap(WEB_SESSION_MS / 1000);
    await begin();
    expect(await queue.context.store.read.webSessions.ofKey(key.id)).toHaveLength(1);
  });

  test('begun with a token of an issuer lasts an hour', async () => {
    const issuer = await TestIssuer.start();
    try {
      const oidc = { issuer: issuer.url, clientId: 'worker-pools', subjectExpression: SUBJECT };
      key = await queue.admin.keys.create({ name: 'runners', role: 'reader', oidc });
      const now = Math.floor(queue.now / 1000);
      const id = await begin(await issuer.token({ iat: now, exp: now + 600 }));
      queue.leap(hour - 1);
      expect(await sessions().find(id)).toBeDefined();
      queue.leap(1);
      expect(await sessions().find(id)).toBeUndefined();
    } finally {
      await issuer.close();
    }
  });
});
