import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiKeys } from '../../../src/control-plane/identity/api-keys';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { LIMIT } from '../../../src/control-plane/limits';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { until } from '../../support/until';
import { openApiKeys } from '../support/api-keys';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';

async function jwtOf(keys: ApiKeys, { id, secret }: { id: string; secret: string | null }): Promise<string> {
  const made = await keys.exchange(id, secret ?? '');
  if (!made) throw new Error('the key was refused');
  return made.jwt;
}

describe('the start key', () => {
  let folder: string;

  beforeEach(() => {
    folder = temporaryFolder();
  });

  afterEach(() => removeFolder(folder));

  const withKey = (id: string, secret: string) => openApiKeys(KeyFiles.inDataFolder(folder), { given: { id, secret } });

  test('is an admin, and its JWT outlives a restart', async () => {
    const before = withKey('admin', 'first secret of all');
    const jwt = await jwtOf(before, before.key);
    expect(await withKey('admin', 'first secret of all').verify(jwt)).toMatchObject({ id: 'admin', role: 'admin' });
  });

  test.each([
    ['its secret', 'admin', 'second secret of all'],
    ['its id', 'root', 'first secret of all'],
  ])('has no JWT any more when %s is another', async (_, id, secret) => {
    const before = withKey('admin', 'first secret of all');
    const jwt = await jwtOf(before, before.key);
    expect(await withKey(id, secret).verify(jwt)).toBeUndefined();
  });

  describe('and a JWT whose signature is known', () => {
    const openAt = (time: { now: number; audience: string }) =>
      openApiKeys(KeyFiles.inDataFolder(folder), {
        given: { id: 'admin', secret: 'first secret of all' },
        audience: () => time.audience,
        now: () => time.now,
      });

    test('ends when its time is over', async () => {
      const time = { now: Date.now(), audience: 'https://cp' };
      const keys = openAt(time);
      const { jwt, validUntil } = (await keys.exchange(keys.key.id, keys.key.secret))!;
      for (const _ of ['first', 'known']) expect(await keys.verify(jwt)).toMatchObject({ id: 'admin' });
      time.now = validUntil * 1000 - 1;
      expect(await keys.verify(jwt)).toMatchObject({ id: 'admin' });
      time.now += 1;
      expect(await keys.verify(jwt)).toBeUndefined();
    });

    test('is not good for another control plane', async () => {
      const time = { now: Date.now(), audience: 'https://cp' };
      const keys = openAt(time);
      const jwt = await jwtOf(keys, keys.key);
      expect(await keys.verify(jwt)).toMatchObject({ id: 'admin' });
      time.audience = 'https://other';
      expect(await keys.verify(jwt)).toBeUndefined();
    });
  });
});

describeOnEachDatabase('a key that an admin made', (database) => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready(temporaryFolder(), await database());
  });

  afterEach(() => queue.close());

  const keys = () => queue.admin.keys;
  const apiKeys = ({ context, folder }: TestQueue) =>
    openApiKeys(KeyFiles.inDataFolder(folder), { store: context.store, now: () => queue.now });

  test('lets somebody in as what it is', async () => {
    const made = await keys().create({ name: 'exporter', role: 'reader' });
    const proved = { id: made.id, name: 'exporter', role: 'reader', kind: 'API key' };
    expect(await apiKeys(queue).authenticate(made.id, made.secret!)).toEqual(proved);
    expect(await apiKeys(queue).verify(await jwtOf(apiKeys(queue), made))).toEqual(proved);
  });

  test('is refused with another secret, and another key with its own', async () => {
    const [one, two] = [
      await keys().create({ name: 'one', role: 'reader' }),
      await keys().create({ name: 'two', role: 'admin' }),
    ];
    expect(await apiKeys(queue).exchange(one.id, two.secret!)).toBeUndefined();
    expect(await apiKeys(queue).exchange(two.id, one.secret!)).toBeUndefined();
    expect(await apiKeys(queue).exchange(one.id, '')).toBeUndefined();
    expect(await apiKeys(queue).exchange('one', one.secret!)).toBeUndefined();
  });

  test('tells its secret once, and leaves none in the database', async () => {
    const { id, secret } = await keys().create({ name: 'ci', role: 'operator' });
    expect(secret).toMatch(/^wpk_[\w-]{43}$/);
    expect((await keys().find(id))?.secret).toBeNull();
    expect((await keys().list()).map((key) => key.secret)).toEqual([null, null]);
    expect(JSON.stringify(await queue.context.store.read.apiKeys.list())).not.toContain(secret);
  });

  test.each([
    ['is deleted', (id: string) => keys().delete(id)],
    ['gets another role', (id: string) => keys().update(id, { name: 'ci', role: 'admin' })],
  ])('has no session any more once it %s', async (_, end) => {
    const made = await keys().create({ name: 'ci', role: 'operator' });
    const jwt = await jwtOf(apiKeys(queue), made);
    await end(made.id);
    expect(await apiKeys(queue).verify(jwt)).toBeUndefined();
  });

  test('keeps its sessions when it gets another name', async () => {
    const made = await keys().create({ name: 'ci', role: 'operator' });
    const jwt = await jwtOf(apiKeys(queue), made);
    await keys().update(made.id, { name: 'pipeline', role: 'operator' });
    expect(await apiKeys(queue).verify(jwt)).toMatchObject({ name: 'pipeline', role: 'operator' });
  });

  test('says when it was used last', async () => {
    const made = await keys().create({ name: 'ci', role: 'operator' });
    expect((await keys().find(made.id))?.lastUsedAt).toBeNull();
    await apiKeys(queue).exchange(made.id, 'guessed');
    expect((await keys().find(made.id))?.lastUsedAt).toBeNull();
    await jwtOf(apiKeys(queue), made);
    await until(async () => (await keys().find(made.id))?.lastUsedAt === queue.now, 'it was used');
  });

  test.each([
    ['a name that is taken', 'ci', 'reader', 'an API key is named ci already'],
    ['the name of the start key', 'admin', 'reader', 'an API key is named admin already'],
    ['a role that there is not', 'new', 'root', 'there is no role "root": take one of reader, operator, admin'],
    ['no name', ' ', 'reader', 'name "" of an API key is not allowed'],
    ['a name with a line feed', 'a\nb', 'reader', 'is not allowed: 1 to 100 characters'],
  ])('is not made with %s', async (_, name, role, sentence) => {
    const made = await keys().create({ name: 'ci', role: 'operator' });
    const other = await keys().create({ name: 'other', role: 'operator' });
    await expect(keys().create({ name, role })).rejects.toThrow(sentence);
    await expect(keys().update(other.id, { name, role })).rejects.toThrow(sentence);
    expect((await keys().list()).map(({ id }) => id)).toEqual(['admin', made.id, other.id]);
  });

  test.each([
    ['deleted', () => keys().delete('admin')],
    ['changed', () => keys().update('admin', { name: 'admin', role: 'reader' })],
  ])('may be deleted, but not the last admin: the start key cannot be %s', async (what, attempt) => {
    await expect(attempt()).rejects.toThrow(
      `admin is the start key, the admin key that is always left, and cannot be ${what} here`,
    );
  });

  test('that is not there can be neither changed nor deleted', async () => {
    await expect(keys().delete('01K00000000000000000000000')).rejects.toThrow('not found');
    await expect(keys().update('nobody', { name: 'a', role: 'reader' })).rejects.toThrow('API key nobody not found');
    expect(await keys().find('nobody')).toBeNull();
  });

  test('is refused once there are too many', async () => {
    await queue.context.store.transaction(async (tx) => {
      for (let n = 0; n < LIMIT.apiKeys; n++) {
        const key = {
          id: `${n}`,
          name: `key ${n}`,
          role: 'reader',
          secretHash: '',
          createdAt: 0,
          lastUsedAt: null,
          oidc: null,
        };
        await tx.apiKeys.insert(key);
      }
    });
    await expect(keys().create({ name: 'one more', role: 'reader' })).rejects.toThrow('there are 1000 API keys');
  });
});
