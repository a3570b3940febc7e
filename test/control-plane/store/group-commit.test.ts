import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { GroupCommitDriver } from '../../../src/control-plane/store/database/group-commit';
import { hostOn, type Host } from '../../../src/control-plane/store/database/hosting';
import { sqliteDialect } from '../../../src/control-plane/store/database/sqlite-dialect';
import { inProcess, type SqliteExecutor } from '../../../src/control-plane/store/database/sqlite-executor';
import { TRANSACTION_TIMEOUT_MS } from '../../../src/control-plane/store/database/transaction-error';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { until } from '../../support/until';

/** What the host is asked for. */
interface Adding {
  readonly all: readonly number[];
  readonly text: string;
}

/** The text of one whose failure ends the whole transaction, as some failures of a disk do. */
const ENDS_ALL = 'ends all';

interface Tables {
  numbers: { n: number; text: string };
}

describe('transactions that share a commit', () => {
  let folder: string;
  let connection: SqliteExecutor;
  let executed: string[];
  /** As whoever counts commits is told. */
  let commitsTold: number;
  let topics: string[];
  /** What the next statement of this text fails with. */
  let failing: Map<string, Error>;
  let beforeCommit: () => Promise<void>;
  let db: Kysely<Tables>;
  let driver: GroupCommitDriver;

  /** Adds numbers, all or none of them. */
  const host: Host = async ({ db: hosted, turn }, request) => {
    const { all, text } = request as Adding;
    const insert = sql.raw(text === ENDS_ALL ? 'INSERT OR ROLLBACK' : 'INSERT');
    await turn(async () => {
      for (const n of all) await sql`${insert} INTO numbers (n, text) VALUES (${n}, ${text})`.execute(hosted);
    });
    return { value: all, topics: all.map(String) };
  };

  beforeEach(async () => {
    folder = temporaryFolder();
    const options = { path: join(folder, 'test.db'), readOnly: false };
    connection = inProcess(options, (its) => hostOn(its, host));
    await connection.execute('CREATE TABLE numbers (n INTEGER PRIMARY KEY, text TEXT)');
    executed = [];
    failing = new Map();
    beforeCommit = () => Promise.resolve();
    const recording: SqliteExecutor = {
      ...connection,
      execute: async (text, parameters, within) => {
        executed.push(text);
        if (text === 'COMMIT') await beforeCommit();
        const failure = failing.get(text);
        if (!failure) return connection.execute(text, parameters, within);
        failing.delete(text);
        throw failure;
      },
    };
    commitsTold = 0;
    topics = [];
    const onCommit = (told: readonly string[]) => void topics.push(...told);
    driver = new GroupCommitDriver(recording, onCommit, { committed: () => (commitsTold += 1) });
    db = new Kysely<Tables>({ dialect: sqliteDialect(driver, 'many') });
  });

  afterEach(async () => {
    jest.useRealTimers();
    await connection.close();
    removeFolder(folder);
  });

  const add = (n: number, text = '') =>
    db.transaction().execute(async (tx) => {
      await tx.insertInto('numbers').values({ n, text }).execute();
      return n;
    });
  const addAll = (count: number) => Promise.allSettled(Array.from({ length: count }, (_, n) => add(n)));
  const numbers = async () => (await connection.execute('SELECT n FROM numbers ORDER BY n')).rows.map(({ n }) => n);
  const commits = () => executed.filter((text) => text === 'COMMIT').length;

  test('fifty at once take two: the first goes ahead, the others wait for it together', async () => {
    await addAll(50);
    expect([commits(), commitsTold]).toEqual([2, 2]);
    expect(await numbers()).toHaveLength(50);
  });

  test('one after the other, each has its own', async () => {
    for (let n = 0; n < 3; n++) await add(n);
    expect(commits()).toBe(3);
    expect(executed.filter((text) => text.includes('SAVEPOINT'))).toEqual([]);
  });

  test('when it fails, all of them fail and none is there; the next are not concerned', async () => {
    await add(100);
    const first = add(101);
    const rest = addAll(5);
    await first;
    failing.set('COMMIT', new Error('the disk is gone'));
    const settled = await rest;
    expect(settled.map((result) => result.status === 'rejected' && String(result.reason))).toEqual(
      Array.from({ length: 5 }, () => expect.stringMatching(/the disk is gone/) as unknown),
    );
    expect(await numbers()).toEqual([100, 101]);
    expect(await add(102)).toBe(102);
  });

  test('when it cannot begin, all of them fail', async () => {
    failing.set('BEGIN IMMEDIATE', new Error('the disk is gone'));
    await expect(add(1)).rejects.toThrow('the disk is gone');
    expect(await add(2)).toBe(2);
    expect(await numbers()).toEqual([2]);
  });

  test('none resolves before it', async () => {
    const resolved: string[] = [];
    let goOn = () => {};
    beforeCommit = () => new Promise<void>((resolve) => (goOn = resolve));
    const adding = add(1).then(() => resolved.push('added'));
    await until(() => executed.at(-1) === 'COMMIT', 'it commits');
    await nextTurn();
    expect(resolved).toEqual([]);
    goOn();
    await adding;
    expect(await numbers()).toEqual([1]);
  });

  test('a full disk undoes the one that meets it, and says so', async () => {
    await add(1);
    const { rows } = await connection.execute('PRAGMA page_count');
    await connection.execute(`PRAGMA max_page_count = ${Number(rows[0]!.page_count) + 2}`);
    const settled = await Promise.allSettled([add(2), add(3, 'x'.repeat(100_000)), add(4)]);
    expect(settled.map(({ status }) => status)).toContain('rejected');
    expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { message: expect.stringMatching(/full/) as unknown },
    });
    const kept = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(await numbers()).toEqual([1, ...kept]);
    await connection.execute('PRAGMA max_page_count = 1000');
    expect(await add(5)).toBe(5);
  });

  test('one that takes for ever is undone, and the others go on', async () => {
    jest.useFakeTimers();
    const stuck = db.transaction().execute(async (tx) => {
      await tx.insertInto('numbers').values({ n: 1, text: '' }).execute();
      await new Promise((resolve) => setTimeout(resolve, 2 * TRANSACTION_TIMEOUT_MS));
    });
    const fails = expect(stuck).rejects.toThrow(/took more than 30 s and was undone/);
    const next = add(2);
    await jest.advanceTimersByTimeAsync(TRANSACTION_TIMEOUT_MS);
    expect(await next).toBe(2);
    await jest.advanceTimersByTimeAsync(TRANSACTION_TIMEOUT_MS);
    await fails;
    expect(await numbers()).toEqual([2]);
  });

  test('a statement that fails ends its own transaction only', async () => {
    await add(1);
    const settled = await Promise.allSettled([add(2), add(1), add(3)]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  describe('and that a host carries out', () => {
    const host = (all: readonly number[], text = '') => driver.perform({ all, text } satisfies Adding);
    const statuses = (settled: readonly PromiseSettledResult<unknown>[]) => settled.map(({ status }) => status);

    test('are sent there without a word in between', async () => {
      const added = await Promise.all([host([0]), ...[1, 2, 3].map((n) => host([n, n + 10]))]);
      expect(added).toEqual([[0], [1, 11], [2, 12], [3, 13]]);
      expect(executed).toEqual(['BEGIN IMMEDIATE', 'COMMIT', 'BEGIN IMMEDIATE', 'COMMIT']);
      expect(topics).toEqual(['0', '1', '11', '2', '12', '3', '13']);
    });

    test('are undone alone when they fail, and nobody is told of them', async () => {
      await host([1]);
      const settled = await Promise.allSettled([host([2]), host([3]), host([4, 1]), host([5])]);
      expect(statuses(settled)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
      expect(settled[2]).toMatchObject({ reason: { errcode: 1555 } });
      expect(await numbers()).toEqual([1, 2, 3, 5]);
      expect(topics).toEqual(['1', '2', '3', '5']);
    });

    test('take turns with the others, in the order in which they came', async () => {
      const seen: unknown[] = [];
      const look = () =>
        db.transaction().execute(async (tx) => {
          seen.push((await tx.selectFrom('numbers').select('n').orderBy('n').execute()).map(({ n }) => n));
        });
      let goOn = () => {};
      beforeCommit = () => new Promise<void>((resolve) => (goOn = resolve));
      const all: Promise<unknown>[] = [host([0])];
      await until(() => executed.at(-1) === 'COMMIT', 'it commits');
      beforeCommit = () => Promise.resolve();
      for (const next of [() => host([1]), look, () => host([2]), look, () => add(3), () => host([4]), look]) {
        all.push(next());
        await nextTurn();
      }
      goOn();
      await Promise.all(all);
      expect(seen).toEqual([
        [0, 1],
        [0, 1, 2],
        [0, 1, 2, 3, 4],
      ]);
      expect(commits()).toBe(2);
      expect(await numbers()).toEqual([0, 1, 2, 3, 4]);
    });

    test('fail with the commit that they share, and nobody is told of them', async () => {
      await host([1]);
      const first = host([2]);
      const rest = Promise.allSettled([host([3]), add(4), host([5])]);
      await first;
      failing.set('COMMIT', new Error('the disk is gone'));
      for (const result of await rest) {
        expect(result).toMatchObject({ reason: { message: expect.stringMatching(/the disk is gone/) as unknown } });
      }
      expect(await numbers()).toEqual([1, 2]);
      expect(topics).toEqual(['1', '2']);
      expect(await host([6])).toEqual([6]);
    });

    test('fail when it cannot begin', async () => {
      failing.set('BEGIN IMMEDIATE', new Error('the disk is gone'));
      await expect(host([1])).rejects.toThrow('the disk is gone');
      await host([2]);
      expect(await numbers()).toEqual([2]);
    });

    test('fail with the one that ends the transaction for all of them', async () => {
      await host([1]);
      const settled = await Promise.allSettled([host([2]), host([3]), host([4, 1], ENDS_ALL), host([5]), add(6)]);
      expect(statuses(settled)).toEqual(['fulfilled', ...Array<string>(4).fill('rejected')]);
      for (const n of [1, 2, 3]) expect(settled[n]).toMatchObject({ reason: { errcode: 1555 } });
      expect(await numbers()).toEqual([1, 2]);
      await host([7]);
      expect(await numbers()).toEqual([1, 2, 7]);
    });

    test('leave nothing half done when the disk is full, nor anything that came after', async () => {
      await host([1]);
      const { rows } = await connection.execute('PRAGMA page_count');
      await connection.execute(`PRAGMA max_page_count = ${Number(rows[0]!.page_count) + 2}`);
      const settled = await Promise.allSettled([host([2]), host([3, 4], 'x'.repeat(100_000)), host([5]), add(6)]);
      expect(settled[1]).toMatchObject({ reason: { errcode: 13, message: expect.stringMatching(/full/) as unknown } });
      const kept = [[1], [2], [3, 4], [5], [6]].filter((_, n) => n === 0 || settled[n - 1]!.status === 'fulfilled');
      expect(await numbers()).toEqual(kept.flat());
      await connection.execute('PRAGMA max_page_count = 1000');
      await host([7]);
      expect(await numbers()).toEqual([...kept.flat(), 7]);
    });
  });

  test('a statement that nobody awaits is not run once its transaction is over', async () => {
    let late: Promise<unknown> | undefined;
    await db.transaction().execute(async (tx) => {
      await sql`SELECT 1`.execute(tx);
      late = new Promise((resolve) => setTimeout(resolve, 20)).then(() =>
        tx.insertInto('numbers').values({ n: 1, text: '' }).execute(),
      );
      late.catch(() => {});
    });
    await expect(late).rejects.toThrow();
    expect(await numbers()).toEqual([]);
  });
});
