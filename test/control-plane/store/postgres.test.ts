import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { sql, type Kysely } from 'kysely';
import { Connection } from 'pg';
import type { DatabaseObserver } from '../../../src/control-plane/store/database/observer';
import { openPostgres } from '../../../src/control-plane/store/database/postgres';
import type { Schema } from '../../../src/control-plane/store/schema';
import { Statement } from '../../../src/control-plane/store/statement';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { until } from '../../support/until';
import { databaseContract } from './contract';

type Asked = Statement<Kysely<Schema>, object, unknown>;

/** As many as there are connections. */
const FOUR = [1, 2, 3, 4];

let server: PostgresServer;
/** For the tests that leave nothing behind. */
let url: string;

beforeAll(async () => {
  server = await startPostgres();
  url = await server.createDatabase();
}, INSTALL_TIMEOUT_MS);

afterAll(() => server?.stop());

databaseContract('PostgreSQL', async () => {
  const reopen = () => openPostgres({ url });
  return { database: await reopen(), target: url, reopen, close: () => {} };
});

describe('PostgreSQL', () => {
  /** What the database told of itself, in its order, but for its commits. */
  let observed: string[];
  const observer: DatabaseObserver = {
    committed: () => undefined,
    retried: () => observed.push('retried'),
    listensAgain: () => observed.push('listens again'),
  };

  const withDatabase = async (work: (database: Awaited<ReturnType<typeof openPostgres>>) => Promise<void>) => {
    observed = [];
    const database = await openPostgres({ url, poolSize: 4, observer });
    try {
      await work(database);
    } finally {
      await database.close();
    }
  };

  test('of two transactions in a deadlock, the one that is chosen runs again', () =>
    withDatabase(async (database) => {
      await database.transaction(async (db) => {
        await sql`CREATE TABLE accounts (id integer PRIMARY KEY, sum integer)`.execute(db);
        await sql`INSERT INTO accounts VALUES (1, 0), (2, 0)`.execute(db);
      });
      let runs = 0;
      const add = (first: number, second: number) =>
        database.transaction(async (db) => {
          await sql`UPDATE accounts SET sum = sum + 1 WHERE id = ${first}`.execute(db);
          runs++;
          await until(() => runs >= 2, 'both have their first row');
          await sql`UPDATE accounts SET sum = sum + 1 WHERE id = ${second}`.execute(db);
        });
      await Promise.all([add(1, 2), add(2, 1)]);
      expect(runs).toBe(3);
      expect(observed).toEqual(['retried']);
      const { rows } = await sql`SELECT sum FROM accounts`.execute(database.reads);
      expect(rows).toEqual([{ sum: 2 }, { sum: 2 }]);
    }));

  test('a transaction whose connection breaks before its commit runs again', () =>
    withDatabase(async (database) => {
      let runs = 0;
      await database.transaction(async (db) => {
        if (++runs === 1) await sql`SELECT pg_terminate_backend(pg_backend_pid())`.execute(db);
        await sql`CREATE TABLE there (n integer)`.execute(db);
      });
      expect(runs).toBe(2);
      expect(observed).toEqual(['retried']);
      expect((await sql`SELECT n FROM there`.execute(database.reads)).rows).toEqual([]);
    }));

  test('a statement that comes while its transaction commits is refused, not run after it', () =>
    withDatabase(async (database) => {
      await database.transaction(async (db) => {
        await sql`CREATE TABLE slow (n integer)`.execute(db);
        await sql`CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$`.execute(db);
        await sql`CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION wait()`.execute(db);
      });
      let late: Promise<unknown> | undefined;
      await database.transaction(async (db) => {
        await sql`INSERT INTO slow VALUES (1)`.execute(db);
        late = sleep(100).then(() => sql`INSERT INTO slow VALUES (2)`.execute(db));
        late.catch(() => {});
      });
      await expect(late).rejects.toThrow('the transaction is over: await every statement in it');
      expect((await sql`SELECT n FROM slow`.execute(database.reads)).rows).toEqual([{ n: 1 }]);
    }));

  test('what a transaction does is on the disk when it is over; nobody waits for the disk with what may be lost', () =>
    withDatabase(async (database) => {
      const waitsIn = async (db: Kysely<Schema>) =>
        (await sql<{ synchronous_commit: string }>`SHOW synchronous_commit`.execute(db)).rows[0]!.synchronous_commit;
      expect(await database.transaction(waitsIn)).toBe('on');
      expect(await waitsIn(database.notes!)).toBe('off');
    }));

  test('a listener whose connection breaks is told that it may have missed topics, and hears the next', () =>
    withDatabase(async (database) => {
      const told: string[] = [];
      database.listen(
        (topic) => void told.push(topic),
        () => void told.push('lost'),
      );
      await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%'`.execute(database.reads);
      await until(() => told.includes('lost'), 'it is told of the loss');
      await database.transaction((db) => database.notify(db, ['next']));
      await until(() => told.includes('next'), 'it hears again');
      expect(told).toEqual(['lost', 'next']);
      expect(observed).toEqual(['listens again']);
    }));

  test('it serves again after a restart of the server, and who listened is told', () =>
    withDatabase(async (database) => {
      const told: string[] = [];
      database.listen(
        () => {},
        () => void told.push('lost'),
      );
      await server.restart();
      await database.ping();
      await until(() => told.includes('lost'), 'it is told of the loss');
    }));

  const asking = (text: string) =>
    new Statement((db: Kysely<Schema>) => ({ compile: () => sql.raw(text).compile(db) }));
  const ask = async (db: Kysely<Schema>, text: Asked) => (await db.executeQuery(text.with(db, 'postgres', {}))).rows;

  test('statements that are asked at once go to the server in one message, and are carried out in their order', () =>
    withDatabase(async (database) => {
      const [add, count] = [asking('INSERT INTO together VALUES (1)'), asking('SELECT count(*) AS n FROM together')];
      const messages = jest.spyOn(Connection.prototype, 'sync');
      try {
        await database.transaction(async (db) => {
          await sql`CREATE TABLE together (n integer)`.execute(db);
          const before = messages.mock.calls.length;
          const answers = await Promise.all([ask(db, add), ask(db, count), ask(db, add), ask(db, count)]);
          expect(answers).toEqual([[], [{ n: 1 }], [], [{ n: 2 }]]);
          expect(messages.mock.calls.length - before).toBe(1);
        });
      } finally {
        messages.mockRestore();
      }
    }));

  test('a statement that fails ends its transaction, even when nobody waits for it', () =>
    withDatabase(async (database) => {
      const careless = database.transaction(async (db) => {
        await sql`CREATE TABLE careless (n integer)`.execute(db);
        ask(db, asking('SELECT 1 / 0')).catch(() => {});
      });
      await expect(careless).rejects.toThrow('division by zero');
      await expect(sql`SELECT n FROM careless`.execute(database.reads)).rejects.toThrow(/does not exist/);
    }));

  test('of reads that go together, the one that fails fails alone', () =>
    withDatabase(async ({ reads }) => {
      const [one, none] = [asking('SELECT 1 AS n'), asking('SELECT 1 / 0')];
      const settled = await Promise.allSettled([ask(reads, one), ask(reads, none), ask(reads, one)]);
      expect(settled).toEqual([
        { status: 'fulfilled', value: [{ n: 1 }] },
        { status: 'rejected', reason: expect.objectContaining({ message: 'division by zero' }) },
        { status: 'fulfilled', value: [{ n: 1 }] },
      ]);
    }));

  test('statements that were prepared before their table got a column, as by a newer release, go on', () =>
    withDatabase(async (database) => {
      await database.transaction((db) => sql`CREATE TABLE widening (n integer)`.execute(db));
      const all = asking('SELECT * FROM widening');
      const everywhere = () =>
        Promise.all([ask(database.reads, all), ...FOUR.map(() => database.transaction((db) => ask(db, all)))]);
      await everywhere();
      await database.transaction((db) => sql`ALTER TABLE widening ADD COLUMN m integer`.execute(db));
      await database.transaction((db) => sql`INSERT INTO widening VALUES (1, 2)`.execute(db));
      expect(await everywhere()).toEqual([1, ...FOUR].map(() => [{ n: 1, m: 2 }]));
      expect(observed).toContain('retried');
    }));

  const failure = (url: string) =>
    openPostgres({ url }).then(
      () => 'opened',
      (error: unknown) => String(error),
    );

  test.each([
    ['the password is wrong', (url: URL) => (url.password = 'not-the-one'), /refuses the password/],
    ['there is no such database', (url: URL) => (url.pathname = '/none'), /has no such database: create it/],
    ['nothing listens there', (url: URL) => (url.port = '1'), /is not reachable, nothing listens there/],
    ['its host is not known', (url: URL) => (url.hostname = 'none.invalid'), /is not reachable/],
    ['it does not speak TLS', (url: URL) => (url.search = '?sslmode=verify-full'), /does not speak TLS/],
  ])('says so when %s, without the password', async (_, change, sentence) => {
    const url = new URL(server.url('postgres'));
    const { password } = url;
    change(url);
    const said = await failure(url.href);
    expect(said).toMatch(sentence);
    expect(said).toContain(`postgresql://postgres@${url.host}${url.pathname}`);
    for (const secret of [password, url.password]) expect(said).not.toContain(secret);
  });

  test('an address that is none is refused without repeating it', async () => {
    const said = await failure('postgresql://user:pass word@:x');
    expect(said).toMatch(/must be a URL such as postgresql:/);
    expect(said).not.toContain('pass word');
  });
});
