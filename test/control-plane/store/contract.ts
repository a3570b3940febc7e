import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isUniqueViolation, type Database } from '../../../src/control-plane/store/database/database';
import type { Schema } from '../../../src/control-plane/store/schema';
import { until } from '../../support/until';
import { startChild } from './support/child';

export interface Opened {
  readonly database: Database<Schema>;
  /** Opens it anew; the one before is closed. */
  readonly reopen: () => Promise<Database<Schema>>;
  /** For another process: the file, or the URL. */
  readonly target: string;
  readonly close: () => void;
}

const FIFTY = Array.from({ length: 50 }, (_, n) => n);

const insert = (db: Kysely<Schema>, n: number) => sql`INSERT INTO numbers (n) VALUES (${n})`.execute(db);

async function numbersOf(database: Database<Schema>): Promise<number[]> {
  const { rows } = await sql<{ n: number }>`SELECT n FROM numbers ORDER BY n`.execute(database.reads);
  return rows.map(({ n }) => n);
}

/** What every database holds to. */
export function databaseContract(name: string, open: () => Promise<Opened>): void {
  describe(name, () => {
    let opened: Opened | undefined;
    let database: Database<Schema>;

    beforeEach(async () => {
      opened = await open();
      database = opened.database;
      await database.transaction(async (db) => {
        await sql`DROP TABLE IF EXISTS numbers`.execute(db);
        await sql`CREATE TABLE numbers (n bigint PRIMARY KEY)`.execute(db);
      });
    });

    afterEach(async () => {
      await database?.close();
      opened?.close();
    });

    const numbers = () => numbersOf(database);
    const stop = () => Promise.reject(new Error('stop'));

    test('what a transaction wrote is there once it resolves, with its result', async () => {
      const result = await database.transaction(async (db) => {
        await insert(db, 1);
        await insert(db, 2);
        return 'done';
      });
      expect(result).toBe('done');
      expect(await numbers()).toEqual([1, 2]);
    });

    test('a transaction that throws leaves nothing and gives its error', async () => {
      const failing = database.transaction((db) => insert(db, 1).then(stop));
      await expect(failing).rejects.toThrow('stop');
      expect(await numbers()).toEqual([]);
    });

    test('nobody but itself sees what is half done', async () => {
      await database.transaction(async (db) => {
        await insert(db, 1);
        expect(await numbers()).toEqual([]);
        expect((await sql`SELECT n FROM numbers`.execute(db)).rows).toEqual([{ n: 1 }]);
      });
      expect(await numbers()).toEqual([1]);
    });

    test('of fifty at once, those that throw fail alone', async () => {
      const settled = await Promise.allSettled(
        FIFTY.map((n) => database.transaction((db) => insert(db, n).then(() => (n % 5 === 0 ? stop() : n)))),
      );
      const kept = FIFTY.filter((n) => n % 5 !== 0);
      expect(settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))).toEqual(kept);
      expect(await numbers()).toEqual(kept);
    });

    test('of fifty at once that want the same key, one gets it and the others learn why not', async () => {
      const settled = await Promise.allSettled(FIFTY.map(() => database.transaction((db) => insert(db, 1))));
      const reasons = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
      expect(reasons).toHaveLength(FIFTY.length - 1);
      expect(reasons.filter((reason) => !isUniqueViolation(reason))).toEqual([]);
    });

    test('fifty that add to one number at once all count', async () => {
      await database.transaction((db) => insert(db, 0));
      await Promise.all(FIFTY.map(() => database.transaction((db) => sql`UPDATE numbers SET n = n + 1`.execute(db))));
      expect(await numbers()).toEqual([50]);
    });

    test('a statement that fails ends its transaction, even when it is caught', async () => {
      await database.transaction((db) => insert(db, 1));
      const stubborn = database.transaction(async (db) => {
        await insert(db, 2);
        await insert(db, 1).catch(() => {});
      });
      await expect(stubborn).rejects.toThrow(/^the transaction is undone: .*unique/i);
      expect(await numbers()).toEqual([1]);
    });

    test('the handle of a transaction that is over is refused, with what it would have written', async () => {
      const { db } = await database.transaction((handle) => Promise.resolve({ db: handle }));
      await expect(insert(db, 1)).rejects.toThrow();
      expect(await numbers()).toEqual([]);
    });

    test('one inside another is refused instead of waiting for it', async () => {
      const nested = database.transaction((db) => db.transaction().execute((inner) => insert(inner, 1)));
      await expect(nested).rejects.toThrow();
      expect(await numbers()).toEqual([]);
    });

    test('topics are told after the commit, never after a rollback', async () => {
      const told: string[] = [];
      database.listen(
        (topic) => void told.push(topic),
        () => {},
      );
      const failing = database.transaction((db) => database.notify(db, ['never']).then(stop));
      await expect(failing).rejects.toThrow('stop');
      await database.transaction(async (db) => {
        await database.notify(db, ['a', 'b']);
        await insert(db, 1);
        expect(told).toEqual([]);
      });
      await until(() => told.length >= 2, 'both topics are told');
      expect(told).toEqual(['a', 'b']);
    });

    test('to tell a topic outside of a transaction is refused', async () => {
      await expect(database.notify(database.reads, ['a'])).rejects.toThrow(/belongs inside a transaction/);
    });

    test('numbers come back as numbers: times, counts and sums', async () => {
      const time = 1_795_000_000_123;
      await database.transaction((db) => insert(db, time));
      const query = sql`SELECT n, count(*) AS count, sum(n) AS sum FROM numbers GROUP BY n`;
      expect((await query.execute(database.reads)).rows).toEqual([{ n: time, count: 1, sum: time }]);
    });

    test('its load shows the transactions that have a connection, and those that wait for one', async () => {
      const loadOf = (pool: string) => database.load().find((each) => each.pool === pool)!;
      let isReleased = false;
      const all = Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          database.transaction(async (db) => {
            await insert(db, n);
            while (!isReleased) {
              await sql`SELECT 1`.execute(db);
              await nextTurn();
            }
          }),
        ),
      );
      try {
        await until(() => {
          const { used, waiting } = loadOf('transactions');
          return used > 0 && waiting > 0 && used + waiting === 20;
        }, 'some have a connection, and the others wait');
      } finally {
        isReleased = true;
        await all;
      }
      await until(() => loadOf('transactions').used === 0, 'nothing is under way');
      expect(loadOf('transactions').waiting).toBe(0);
      expect(loadOf('reads')).toMatchObject({ used: 0, waiting: 0 });
    });

    test('it is ready as long as it takes writes', async () => {
      await expect(database.ping()).resolves.toBeUndefined();
    });

    test('its clock tells milliseconds', async () => {
      const before = await database.now();
      await nextTurn();
      expect(Number.isInteger(before)).toBe(true);
      expect(await database.now()).toBeGreaterThanOrEqual(before);
    });

    test('closing waits for what is under way, and refuses what comes later', async () => {
      const writing = database.transaction((db) => insert(db, 1));
      await nextTurn();
      await database.close();
      await writing;
      await expect(database.transaction((db) => insert(db, 2))).rejects.toThrow();
      database = await opened!.reopen();
      expect(await numbers()).toEqual([1]);
    });

    test('what was acknowledged is there after a SIGKILL amid commits', async () => {
      await database.close();
      const child = startChild('write', opened!.target);
      try {
        await child.lines(200);
      } finally {
        await child.kill();
      }
      database = await opened!.reopen();
      const rows = await database.reads.selectFrom('formerCredentials').select('fingerprint').execute();
      const there = new Set(rows.map(({ fingerprint }) => fingerprint));
      expect(child.said.length).toBeGreaterThanOrEqual(200);
      expect(child.said.filter((fingerprint) => !there.has(fingerprint))).toEqual([]);
    });

    test('of a text, NUL characters are replaced', async () => {
      const query = sql<{ text: string }>`SELECT CAST(${'a\0b'} AS text) AS text`;
      expect((await query.execute(database.reads)).rows).toEqual([{ text: 'a\uFFFDb' }]);
    });
  });
}
