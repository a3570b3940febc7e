import { join } from 'node:path';
import { hosting } from './hosting';
import type { ControlPlaneOptions } from './options';
import type { Place } from './store/database/backup';
import type { Database } from './store/database/database';
import type { DatabaseObserver } from './store/database/observer';
import type { Prepare } from './store/database/migrate';
import { openSqlite } from './store/database/sqlite';
import type { Schema } from './store/schema';

type Where = Pick<ControlPlaneOptions, 'dataDir' | 'databaseUrl' | 'databaseInProcess'>;

/** PostgreSQL where its URL is given, otherwise SQLite in the data folder. */
export const databasePlace = ({ dataDir, databaseUrl }: Pick<Where, 'dataDir' | 'databaseUrl'>): Place =>
  databaseUrl === undefined ? { path: join(dataDir, 'control-plane.db') } : { url: databaseUrl };

interface HowOpened {
  readonly now: () => number;
  readonly prepare?: Prepare;
  readonly observer?: DatabaseObserver;
}

export async function openDatabase(where: Where, how: HowOpened): Promise<Database<Schema>> {
  const place = databasePlace(where);
  if ('path' in place) return openSqlite({ ...place, ...how, hosting, inProcess: where.databaseInProcess ?? false });
  // Its client takes memory that SQLite does not need.
  const { openPostgres } = await import('./store/database/postgres');
  return openPostgres({ ...place, ...how });
}
