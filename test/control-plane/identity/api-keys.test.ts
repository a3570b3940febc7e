import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ApiKeys } from '../../../src/control-plane/identity/api-keys';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { removeFolder, temporaryFolder } from '../../support/folder';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => removeFolder(folder));

const withKey = (id: string, secret: string) =>
  ApiKeys.open(KeyFiles.inDataFolder(folder), { id, secret }, () => 'https://cp', Date.now);

async function jwtOf(keys: ApiKeys): Promise<string> {
  const made = await keys.exchange(keys.key.id, keys.key.secret);
  if (!made) throw new Error('the key was refused');
  return made.jwt;
}

test('a JWT outlives a restart with the same key', async () => {
  const jwt = await jwtOf(withKey('admin', 'first secret of all'));
  expect(await withKey('admin', 'first secret of all').verify(jwt)).toBe('admin');
});

test.each([
  ['its secret', 'admin', 'second secret of all'],
  ['its id', 'root', 'first secret of all'],
])('a JWT ends when the key gets another of %s', async (_, id, secret) => {
  const jwt = await jwtOf(withKey('admin', 'first secret of all'));
  expect(await withKey(id, secret).verify(jwt)).toBeUndefined();
});

describe('a JWT whose signature is known', () => {
  const openAt = (time: { now: number; audience: string }) =>
    ApiKeys.open(
      KeyFiles.inDataFolder(folder),
      { id: 'admin', secret: 'first secret of all' },
      () => time.audience,
      () => time.now,
    );

  test('ends when its time is over', async () => {
    const time = { now: Date.now(), audience: 'https://cp' };
    const keys = openAt(time);
    const { jwt, validUntil } = (await keys.exchange(keys.key.id, keys.key.secret))!;
    for (const _ of ['first', 'known']) expect(await keys.verify(jwt)).toBe('admin');
    time.now = validUntil * 1000 - 1;
    expect(await keys.verify(jwt)).toBe('admin');
    time.now += 1;
    expect(await keys.verify(jwt)).toBeUndefined();
  });

  test('is not good for another control plane', async () => {
    const time = { now: Date.now(), audience: 'https://cp' };
    const keys = openAt(time);
    const jwt = await jwtOf(keys);
    expect(await keys.verify(jwt)).toBe('admin');
    time.audience = 'https://other';
    expect(await keys.verify(jwt)).toBeUndefined();
  });
});
