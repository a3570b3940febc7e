import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { DatabaseObserver } from '../../../src/control-plane/store/database/observer';
import { openPostgres } from '../../../src/control-plane/store/database/postgres';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { until } from '../../support/until';
import { databaseContract } from './contract';

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
