import { afterAll, beforeAll } from '@jest/globals';
import { openPostgres } from '../../../src/control-plane/store/database/postgres';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { databaseContract } from './contract';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(() => server?.stop());

databaseContract('PostgreSQL', async () => {
  const database = await openPostgres({ url: await server.createDatabase() });
  return { database, close: () => database.close() };
});
