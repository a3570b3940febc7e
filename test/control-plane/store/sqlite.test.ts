import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../../src/control-plane/store/database/sqlite';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { databaseContract } from './contract';
import { startChild, type Child } from './support/child';

async function open(inProcess: boolean) {
  const folder = temporaryFolder();
  const path = join(folder, 'control-plane.db');
  const database = await openSqlite({ path, inProcess });
  return {
    database,
    target: path,
    reopen: () => openSqlite({ path, inProcess }),
    close: () => removeFolder(folder),
  };
}

databaseContract('SQLite in process', () => open(true));
databaseContract('SQLite in threads', () => open(false));

describe('the folder of SQLite', () => {
  let folder: string;
  let path: string;
  let children: Child[];

  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder, 'data', 'control-plane.db');
    children = [];
  });

  afterEach(async () => {
    await Promise.all(children.map((child) => child.kill()));
    removeFolder(folder);
  });

  const start = async (): Promise<Child> => {
    const child = startChild('hold', path);
    children.push(child);
    await child.lines(1);
    return child;
  };

  const refusal = new RegExp(`^Error: .*/data is in use by another process: stop it first, or name another folder`);

  test('serves one process: another is refused until it has ended, however it ends', async () => {
    const first = await start();
    expect(first.said).toEqual(['open']);
    expect((await start()).said).toEqual([expect.stringMatching(refusal)]);
    await first.kill();
    expect((await start()).said).toEqual(['open']);
  });

  test('serves one opening of a process, and another once it is closed', async () => {
    const first = await openSqlite({ path, inProcess: true });
    try {
      // The second refusal shows that the first one has not taken the lock away.
      for (let tries = 0; tries < 2; tries++) {
        await expect(openSqlite({ path, inProcess: true })).rejects.toThrow(/is in use by another process/);
      }
    } finally {
      await first.close();
    }
    await (await openSqlite({ path, inProcess: true })).close();
  });

  const modes = () =>
    ['.', 'control-plane.db', 'control-plane.db-wal', 'control-plane.db-shm', 'control-plane.db.lock'].map((name) =>
      (statSync(join(folder, 'data', name)).mode & 0o777).toString(8),
    );

  test('is its owner’s alone, whatever the umask is, and also when it was not before', async () => {
    const umask = process.umask(0);
    let database = await openSqlite({ path, inProcess: true });
    try {
      expect(modes()).toEqual(['700', '600', '600', '600', '600']);
      await database.close();
      chmodSync(path, 0o644);
      database = await openSqlite({ path, inProcess: true });
      expect(modes()).toEqual(['700', '600', '600', '600', '600']);
    } finally {
      process.umask(umask);
      await database.close();
    }
  });
});
