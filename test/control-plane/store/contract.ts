import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../../src/control-plane/store/database/database';
import type { Schema } from '../../../src/control-plane/store/schema';

export interface Opened {
  readonly database: Database<Schema>;
  readonly close: () => Promise<void>;
}

/** What every database holds to. */
export function databaseContract(name: string, open: () => Promise<Opened>): void {
  describe(name, () => {
    let database: Database<Schema>;
    let close: (() => Promise<void>) | undefined;

    beforeEach(async () => {
      ({ database, close } = await open());
      await database.transaction(async (db) => {
        await sql`DROP TABLE IF EXISTS numbers`.execute(db);
        await sql`CREATE TABLE numbers (n bigint PRIMARY KEY)`.execute(db);
      });
    });

    afterEach(() => close?.());

    const insert = (db: Parameters<Parameters<typeof database.transaction>[0]>[0], n: number) =>
      sql`INSERT INTO numbers (n) VALUES (${n})`.execute(db);
    const numbers = async () =>
      (await sql<{ n: number }>`SELECT n FROM numbers ORDER BY n`.execute(database.reads)).rows.map(({ n }) => n);

    test('what a transaction wrote is there once it resolves', async () => {
      const result = await database.transaction(async (db) => {
        await insert(db, 1);
        await insert(db, 2);
        return 'done';
      });
      expect(result).toBe('done');
      expect(await numbers()).toEqual([1, 2]);
    });

    test('a transaction that throws leaves nothing and gives its error', async () => {
      const failing = database.transaction(async (db) => {
        await insert(db, 1);
        throw new Error('stop');
      });
      await expect(failing).rejects.toThrow('stop');
      expect(await numbers()).toEqual([]);
    });

    test('nobody sees what is half done', async () => {
      await database.transaction(async (db) => {
        await insert(db, 1);
        expect(await numbers()).toEqual([]);
      });
      expect(await numbers()).toEqual([1]);
    });

    test('of fifty at once, those that throw fail alone', async () => {
      const settled = await Promise.allSettled(
        Array.from({ length: 50 }, (_, n) =>
          database.transaction(async (db) => {
            await insert(db, n);
            if (n % 5 === 0) throw new Error(`no ${n}`);
            return n;
          }),
        ),
      );
      const kept = Array.from({ length: 50 }, (_, n) => n).filter((n) => n % 5 !== 0);
      expect(settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))).toEqual(kept);
      expect(await numbers()).toEqual(kept);
    });

    test('a statement that fails ends its transaction, even when it is caught', async () => {
      await database.transaction((db) => insert(db, 1));
      const stubborn = database.transaction(async (db) => {
        await insert(db, 2);
        await insert(db, 1).catch(() => {});
      });
      await expect(stubborn).rejects.toThrow();
      expect(await numbers()).toEqual([1]);
    });

    test('the handle of a transaction that is over is refused', async () => {
      const leaked = await database.transaction((db) => Promise.resolve({ db }));
      await expect(insert(leaked.db, 1)).rejects.toThrow();
      expect(await numbers()).toEqual([]);
    });

    test('topics are told after the commit, never after a rollback', async () => {
      const told: string[] = [];
      database.listen(
        (topic) => void told.push(topic),
        () => {},
      );
      const failing = database.transaction(async (db) => {
        await database.notify(db, ['never']);
        throw new Error('stop');
      });
      await expect(failing).rejects.toThrow('stop');
      await database.transaction(async (db) => {
        await database.notify(db, ['a', 'b']);
        await insert(db, 1);
        expect(told).toEqual([]);
      });
      while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(told).toEqual(['a', 'b']);
    });

    test('it is ready as long as it takes writes', async () => {
      await expect(database.ping()).resolves.toBeUndefined();
    });
  });
}
