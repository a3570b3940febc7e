import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { MIGRATIONS } from '../migrations/index';
import type { Untyped } from '../migrations/migration';
import type { Dialect } from './database';

/**
 * Brings the schema up to date under the database's lock, all or nothing.
 * @param where names the database for people
 * @throws when it was written by a newer version
 */
export async function migrate(db: Kysely<Untyped>, dialect: Dialect, where: string): Promise<void> {
  const provided = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, up]) => [name, { up: (tx: Kysely<Untyped>) => up(tx, dialect) }]),
  );
  await refuseNewer(db, where);
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(provided) },
  }).migrateToLatest();
  if (error !== undefined) throw error as Error;
}

async function refuseNewer(db: Kysely<Untyped>, where: string): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return;
  const rows = (await db.selectFrom('kysely_migration').select('name').orderBy('name').execute()) as { name: string }[];
  const known = Object.keys(MIGRATIONS);
  const unknown = rows.find(({ name }) => !known.includes(name));
  if (!unknown) return;
  throw new Error(
    `${where} was written by a newer version (migration ${unknown.name}, this one knows up to ${known.at(-1)}): start that version, or restore a backup`,
  );
}

/** Writes, to the migrations' own table: a full disk and a standby that only reads fail it. */
export async function ping(db: Kysely<Untyped>): Promise<void> {
  await db.transaction().execute((tx) => tx.updateTable('kysely_migration_lock').set({ is_locked: 0 }).execute());
}
