import { chmodSync, copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { ConfigurationError } from '../../errors';
import { checkFile, nameOf, quoted, type Place } from './backup';
import { refuseNewer } from './migrate';
import { withoutNul } from './parameters';
import { migratePostgres } from './postgres';
import { connectionConfig, type PostgresOptions } from './postgres-config';
import { explain } from './postgres-errors';
import { SERVING_LOCK } from './postgres-listener';
import { markRestored } from './restored';
import { takeFolder } from './sqlite-folder';
import { columnOf, openFile, readSequences, syncFile, tablesOf, type TableShape } from './sqlite-file';

/** Rows of one INSERT. */
const CHUNK = 500;

/**
 * Puts a backup in the place of what is in a database.
 * @returns the file that has what was there before, if there is one
 * @throws while a control plane uses the database, and when the file is damaged or of a newer version
 */
export async function restore(from: string, to: Place): Promise<string | undefined> {
  if (!existsSync(from)) throw new ConfigurationError(`there is no file ${from}`);
  checkBackup(from);
  if ('path' in to) return await restoreSqlite(from, to.path);
  await restorePostgres(from, to);
  return undefined;
}

function checkBackup(from: string): void {
  const none = `${from} is no backup of a control plane`;
  try {
    checkFile(from, from);
  } catch (error) {
    const { errcode } = error as { errcode?: number };
    throw errcode === undefined ? error : new ConfigurationError(none, { cause: error });
  }
  const db = openFile(from, true);
  try {
    const tables = columnOf<string>(db, `SELECT name FROM sqlite_master WHERE type = 'table'`);
    if (!tables.includes('runs')) throw new ConfigurationError(none);
    const migrated = tables.includes('kysely_migration');
    refuseNewer(migrated ? columnOf<string>(db, 'SELECT name FROM kysely_migration ORDER BY name') : [], from);
  } finally {
    db.close();
  }
}

async function restoreSqlite(from: string, path: string): Promise<string | undefined> {
  const release = takeFolder(path);
  try {
    const restoring = `${path}.restoring`;
    copyFileSync(from, restoring);
    chmodSync(restoring, 0o600);
    await markRestored(restoring, from);
    syncFile(restoring);
    const former =
      statSync(path).size === 0 ? undefined : `${path}.before-${new Date().toISOString().replaceAll(':', '')}`;
    for (const rest of ['-wal', '-shm', '']) {
      if (!existsSync(`${path}${rest}`)) continue;
      if (former) renameSync(`${path}${rest}`, `${former}${rest}`);
      else rmSync(`${path}${rest}`);
    }
    renameSync(restoring, path);
    syncFile(path);
    return former;
  } finally {
    release();
  }
}

async function restorePostgres(from: string, to: PostgresOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'worker-pools-restore-'));
  const client = new Client(connectionConfig(to));
  // Its statement fails.
  client.on('error', () => {});
  try {
    const copy = join(folder, 'backup.db');
    copyFileSync(from, copy);
    await markRestored(copy, from);
    await client.connect();
    await takeDatabase(client, nameOf(to));
    await migratePostgres(connectionConfig(to), nameOf(to));
    const db = openFile(copy, true);
    try {
      await replaceTables(client, db);
    } finally {
      db.close();
    }
  } catch (error) {
    throw explain(error, nameOf(to));
  } finally {
    await client.end().catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  }
}

async function takeDatabase(client: Client, name: string): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>(`SELECT pg_try_advisory_lock(${SERVING_LOCK}) AS taken`);
  if (!rows[0]!.taken) throw new ConfigurationError(`${name} is in use by a control plane: stop all of them first`);
}

/** All or nothing. */
async function replaceTables(client: Client, db: DatabaseSync): Promise<void> {
  const tables = tablesOf(db);
  await client.query('BEGIN');
  await client.query(`TRUNCATE ${tables.map(({ name }) => `"${name}"`).join(', ')}`);
  for (const table of tables) {
    for (const rows of chunksOf(db, table)) await insert(client, table, rows);
  }
  for (const [table, last] of readSequences(db)) {
    await client.query(
      `SELECT setval(pg_get_serial_sequence(quote_ident($1), column_name), $2) FROM information_schema.columns
       WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'`,
      [table, last],
    );
  }
  await client.query('COMMIT');
}

async function insert(client: Client, table: TableShape, rows: readonly unknown[][]): Promise<void> {
  const width = table.columns.length;
  const places = rows.map((_, row) => `(${table.columns.map((_, index) => `$${row * width + index + 1}`).join(', ')})`);
  await client.query(
    `INSERT INTO "${table.name}" (${quoted(table)}) VALUES ${places.join(', ')}`,
    rows.flat().map(withoutNul),
  );
}

function* chunksOf(db: DatabaseSync, table: TableShape): Generator<unknown[][]> {
  const select = db.prepare(`SELECT ${quoted(table)} FROM "${table.name}"`);
  select.setReturnArrays(true);
  let chunk: unknown[][] = [];
  for (const row of select.iterate() as unknown as Iterable<unknown[]>) {
    chunk.push(row);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
