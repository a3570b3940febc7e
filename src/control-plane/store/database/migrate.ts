import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { ConfigurationError } from '../../errors';
import { ADDITIVE, MIGRATIONS, type Migrations } from '../migrations/index';
import type { Untyped } from '../migrations/migration';
import type { Dialect } from './database';

/** What is done before anybody uses a database whose schema is up to date; several processes may do it at once. */
export type Prepare = (db: Kysely<Untyped>, dialect: Dialect) => Promise<void>;

export interface MigrateOptions {
  /** The last migration. @default all of them */
  readonly to?: string;
  /** @default those of this version */
  readonly migrations?: Migrations;
}

/**
 * Brings the schema up to date under the database's lock, all or nothing. One of a newer version stays as it is where this
 * version can go on with it.
 * @param where names the database for people
 * @throws when a newer version has changed what this one uses
 */
export async function migrate(
  db: Kysely<Untyped>,
  dialect: Dialect,
  where: string,
  options: MigrateOptions = {},
): Promise<void> {
  const { to, migrations = MIGRATIONS } = options;
  const applied = await appliedMigrations(db);
  const later = unknownOf(applied, migrations);
  refuse(
    later.find((name) => !ADDITIVE.test(name)),
    where,
  );
  // What the newer version knows of this one's, it has done.
  if (later.length > 0) return;
  // So that a migration can make a table anew; what it leaves is checked. Not to be changed inside a transaction.
  if (dialect === 'sqlite') await sql`PRAGMA foreign_keys = OFF`.execute(db);
  const provider = { getMigrations: () => Promise.resolve(migrationsOf(dialect, migrations)) };
  const migrator = new Migrator({ db, provider });
  const { error } = await (to === undefined ? migrator.migrateToLatest() : migrator.migrateTo(to));
  if (dialect === 'sqlite') await sql`PRAGMA foreign_keys = ON`.execute(db);
  if (error !== undefined) {
    // A newer version may have come between the look and the lock.
    const isNewerNow = unknownOf(await appliedMigrations(db), migrations).length > 0;
    if (isNewerNow) return migrate(db, dialect, where, options);
    throw error as Error;
  }
}

export function migrationsOf(dialect: Dialect, migrations: Migrations = MIGRATIONS): Record<string, Migration> {
  const up = (name: string) => async (tx: Kysely<Untyped>) => {
    await migrations[name]!(tx, dialect);
    if (dialect === 'postgres') return;
    const { rows } = await sql<{ table: string }>`PRAGMA foreign_key_check`.execute(tx);
    if (rows[0]) throw new Error(`migration ${name} would leave rows of ${rows[0].table} without what they refer to`);
  };
  return Object.fromEntries(Object.keys(migrations).map((name) => [name, { up: up(name) }]));
}

/** Their names in order; none of a database that is empty, or from before they had names. */
export async function appliedMigrations(db: Kysely<Untyped>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return [];
  const rows = (await db.selectFrom('kysely_migration').select('name').orderBy('name').execute()) as { name: string }[];
  return rows.map(({ name }) => name);
}

/**
 * For who copies a database: what a newer version has added would be missing in the copy.
 * @param where names the database for people
 */
export function refuseNewer(applied: readonly string[], where: string): void {
  refuse(unknownOf(applied, MIGRATIONS)[0], where);
}

const unknownOf = (applied: readonly string[], migrations: Migrations): string[] =>
  applied.filter((name) => !Object.hasOwn(migrations, name));

function refuse(unknown: string | undefined, where: string): void {
  if (unknown === undefined) return;
  throw new ConfigurationError(
    `${where} was written by a newer version (migration ${unknown}, this one knows up to ${Object.keys(MIGRATIONS).at(-1)}): start that version, or restore a backup`,
  );
}

/** Writes, to the migrations' own table: a full disk and a standby that only reads fail it. */
export async function ping(tx: Kysely<Untyped>): Promise<void> {
  await tx.updateTable('kysely_migration_lock').set({ is_locked: 0 }).execute();
}
