import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../../src/control-plane/store/database/sqlite';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { processorTime } from '../../support/own-time';
import { databaseContract } from './contract';
import { startChildWith, type Child } from './support/child';

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

describe('SQLite in threads', () => {
  let opened: Awaited<ReturnType<typeof open>>;

  beforeEach(async () => {
    opened = await open(false);
  });

  afterEach(async () => {
    await opened.database.close();
    opened.close();
  });

  /**
   * The event loop goes on meanwhile, and no turn of it works for more than 50 ms: in processor time of this thread, since
   * others have the processor, too. What holds it up does so each time; a collection of garbage does not.
   */
  async function expectFreeLoop(work: () => Promise<unknown>): Promise<void> {
    let longest = Infinity;
    for (let attempt = 0; attempt < 8 && longest > 50; attempt++) longest = await longestTurn(work);
    expect(longest).toBeLessThanOrEqual(50);
  }

  async function longestTurn(work: () => Promise<unknown>): Promise<number> {
    let [longest, turns, last] = [0, 0, processorTime()];
    const turn = () => {
      const now = processorTime();
      longest = Math.max(longest, now - last);
      turns++;
      last = now;
    };
    const timer = setInterval(turn, 1);
    await work().finally(() => clearInterval(timer));
    turn();
    expect(turns).toBeGreaterThan(5);
    return longest;
  }

  const countTo = (most: number) =>
    sql`WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${most}) SELECT count(*) FROM c`;

  test('a slow query holds nobody up', () => expectFreeLoop(() => countTo(3_000_000).execute(opened.database.reads)));

  test('a slow transaction holds nobody up', () =>
    expectFreeLoop(() => opened.database.transaction((db) => countTo(3_000_000).execute(db))));

  test('many rows hold nobody up, and come whole and in order', async () => {
    const rows = sql<{ n: number; text: string }>`
      WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 200_000)
      SELECT n, 'a line of a log that is not so short ' || n AS text FROM c`;
    await expectFreeLoop(() => rows.execute(opened.database.reads));
    const read = await rows.execute(opened.database.reads);
    expect(read.rows.map(({ n }) => n)).toEqual(Array.from({ length: 200_000 }, (_, index) => index + 1));
  });

  test('a slow read does not hold up a transaction', async () => {
    const order: string[] = [];
    await Promise.all([
      countTo(3_000_000)
        .execute(opened.database.reads)
        .then(() => order.push('read')),
      opened.database.ping().then(() => order.push('written')),
    ]);
    expect(order).toEqual(['written', 'read']);
  });

  test('what cannot be sent to it is refused, and nothing hangs', async () => {
    const odd = sql`SELECT ${Symbol('odd')}`;
    await expect(odd.execute(opened.database.reads)).rejects.toThrow(/could not be cloned/);
    await opened.database.ping();
  });
});

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

  const start = async (...flags: string[]): Promise<Child> => {
    const child = startChildWith(flags, 'hold', path);
    children.push(child);
    await child.lines(1);
    return child;
  };

  const refusal = new RegExp(
    `^ConfigurationError: .*/data is in use by another process: stop it first, or name another folder`,
  );

  test('serves one process: another is refused until it has ended, however it ends', async () => {
    const first = await start();
    expect(first.said).toEqual(['open']);
    expect((await start()).said).toEqual([expect.stringMatching(refusal)]);
    await first.kill();
    expect((await start()).said).toEqual(['open']);
  });

  test('serves a process whatever flags of V8 it was started with', async () => {
    expect((await start('--max-semi-space-size=16')).said).toEqual(['open']);
  });

  test('serves one opening of a process, and another once it is closed', async () => {
    const first = await openSqlite({ path, inProcess: true });
    try {
      await expect(openSqlite({ path, inProcess: true })).rejects.toThrow(/is in use by another process/);
      // That attempt has not taken the lock away.
      expect((await start()).said).toEqual([expect.stringMatching(refusal)]);
    } finally {
      await first.close();
    }
    expect((await start()).said).toEqual(['open']);
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
