import { afterAll, beforeAll, describe } from '@jest/globals';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { postgresAt, type OpenDatabase } from './queue';

/** A new, empty database on a server, with the clock of the test. */
export async function newPostgres(server: PostgresServer): Promise<OpenDatabase> {
  return postgresAt(await server.createDatabase());
}

/** The same tests on both databases. */
export function describeOnEachDatabase(
  what: string,
  tests: (database: () => Promise<OpenDatabase | undefined>) => void,
): void {
  describe(`${what}, on SQLite`, () => tests(() => Promise.resolve(undefined)));

  describe(`${what}, on PostgreSQL`, () => {
    let server: PostgresServer;

    beforeAll(async () => {
      server = await startPostgres();
    }, INSTALL_TIMEOUT_MS);

    afterAll(() => server?.stop());

    tests(() => newPostgres(server));
  });
}
