import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { Authority } from '../../../src/control-plane/pki/authority';
import { openPostgres } from '../../../src/control-plane/store/database/postgres';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { startPgBouncer } from '../../support/pgbouncer';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { until } from '../../support/until';

/** That transactions are made, and that others hear of them. */
async function serves(url: string): Promise<{ readonly encrypted: boolean }> {
  const database = await openPostgres({ url, poolSize: 4 });
  try {
    const heard: string[] = [];
    database.listen(
      (topic) => void heard.push(topic),
      () => {},
    );
    await database.transaction((db) => database.notify(db, ['a topic']));
    await until(() => heard.includes('a topic'), 'it hears of a transaction');
    const { rows } = await sql<{ ssl: boolean }>`
      SELECT bool_and(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
      WHERE datname = current_database()`.execute(database.reads);
    return { encrypted: rows[0]!.ssl };
  } finally {
    await database.close();
  }
}

const failure = (url: string) =>
  openPostgres({ url }).then(
    async (database) => {
      await database.close();
      return 'opened';
    },
    (error: unknown) => String(error),
  );

describe('PostgreSQL over TLS', () => {
  let folder: string;
  let server: PostgresServer;
  let url: string;

  const withParameters = (parameters: Readonly<Record<string, string>>, host = '127.0.0.1') => {
    const address = new URL(url);
    address.hostname = host;
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    return address.href;
  };

  beforeAll(async () => {
    folder = temporaryFolder();
    const authority = async (name: string) => {
      const made = await Authority.open(KeyFiles.inDataFolder(temporaryFolder()), Date.now);
      writeFileSync(join(folder, name), made.certificatePem);
      return made;
    };
    await authority('other.crt');
    const { certificate, key } = await (await authority('ca.crt')).issueServer(['127.0.0.1']);
    server = await startPostgres('127.0.0.1', { tls: { certificate, key } });
    url = await server.createDatabase();
  });

  afterAll(async () => {
    await server?.stop();
    removeFolder(folder);
  });

  test('is checked by the authority in a file, on every connection', async () => {
    const parameters = { sslmode: 'verify-full', sslrootcert: join(folder, 'ca.crt') };
    expect(await serves(withParameters(parameters))).toEqual({ encrypted: true });
  });

  test.each([
    [
      'another authority',
      'other.crt',
      '127.0.0.1',
      /has a certificate of an unknown authority: give the file of its CA/,
    ],
    ['another name', 'ca.crt', 'localhost', /has a certificate for another host: use the name in the certificate/],
    ['an authority in a file that is not there', 'none.crt', '127.0.0.1', /needs a file that is not there/],
  ])('is refused with %s', async (_, file, host, sentence) => {
    const parameters = { sslmode: 'verify-full', sslrootcert: join(folder, file) };
    expect(await failure(withParameters(parameters, host))).toMatch(sentence);
  });
});

describe('PostgreSQL behind PgBouncer', () => {
  let server: PostgresServer;
  let url: string;

  const through = async <T>(settings: Readonly<Record<string, string>>, work: (url: string) => Promise<T>) => {
    const bouncer = await startPgBouncer(url, settings);
    try {
      return await work(bouncer.url);
    } finally {
      await bouncer.stop();
    }
  };
  const TIME_OUTS = 'statement_timeout, lock_timeout, idle_in_transaction_session_timeout';

  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
  });

  afterAll(() => server?.stop());

  test('serves where sessions are kept', async () => {
    const settings = { pool_mode: 'session', ignore_startup_parameters: TIME_OUTS };
    expect(await through(settings, serves)).toEqual({ encrypted: false });
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'sessions are not kept',
      { pool_mode: 'transaction', ignore_startup_parameters: TIME_OUTS },
      /leads to a pooler that does not keep sessions.*Name PostgreSQL itself, or set pool_mode = session/,
    ],
    ['it takes no time-outs', { pool_mode: 'session' }, /add statement_timeout.* to its ignore_startup_parameters/],
  ])('is refused at the start where %s', async (_, settings, sentence) => {
    expect(await through(settings, failure)).toMatch(sentence);
  });
});
