import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { Client } from 'pg';
import { ConfigurationError } from '../../errors';
import { refuseNewer } from './migrate';
import { addressOf, connectionConfig, type PostgresOptions } from './postgres-config';
import { explain } from './postgres-errors';
import { columnOf, migrateFile, openFile, syncFile, tablesOf, writeSequence, type TableShape } from './sqlite-file';

/** Where a database is. */
export type Place = { readonly path: string } | PostgresOptions;

export const nameOf = (place: Place): string => ('path' in place ? place.path : addressOf(place.url));

/** Rows that are held in memory at a time. */
const PAGE = 1_000;

/**
 * Writes what is committed at one moment into a file, while others go on using the database. The file is a database of
 * SQLite, whatever the source is, so that it can be restored into either.
 * @throws when the file is there already
 */
export async function backup(from: Place, to: string): Promise<void> {
  if (existsSync(to)) throw new ConfigurationError(`${to} is there already: name another file, or remove it`);
  const partial = `${to}.partial`;
  rmSync(partial, { force: true });
  closeSync(openSync(partial, 'wx', 0o600));
  try {
    if ('path' in from) backupSqlite(from.path, partial);
    else await backupPostgres(from, partial);
    checkFile(partial, to);
    syncFile(partial);
    renameSync(partial, to);
    syncFile(to);
  } catch (error) {
    for (const rest of ['', '-wal', '-shm', '-journal']) rmSync(`${partial}${rest}`, { force: true });
    throw error;
  }
}

/** @throws when the file is damaged. */
export function checkFile(path: string, where: string): void {
  const db = openFile(path, true);
  try {
    const [found] = columnOf<string>(db, 'PRAGMA quick_check(1)');
    if (found !== 'ok') throw new ConfigurationError(`${where} is damaged: ${found}`);
  } finally {
    db.close();
  }
}

/** In one read transaction, which neither waits for a writer nor lets one wait. */
function backupSqlite(path: string, partial: string): void {
  if (!existsSync(path))
    throw new ConfigurationError(`there is no database ${path}: name the folder of the control plane`);
  const db = openFile(path);
  try {
    db.exec('PRAGMA busy_timeout = 5000');
    db.prepare('VACUUM INTO ?').run(partial);
  } finally {
    db.close();
  }
}

async function backupPostgres(from: PostgresOptions, partial: string): Promise<void> {
  const client = new Client(connectionConfig(from));
  // Its statement fails.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const names = await client.query<{ name: string }>('SELECT name FROM kysely_migration ORDER BY name');
    const applied = names.rows.map(({ name }) => name);
    refuseNewer(applied, nameOf(from));
    await migrateFile(partial, partial, applied.at(-1));
    await copyTables(client, partial);
  } catch (error) {
    throw explain(error, nameOf(from));
  } finally {
    await client.end().catch(() => {});
  }
}

async function copyTables(client: Client, partial: string): Promise<void> {
  const db = openFile(partial);
  try {
    db.exec('BEGIN');
    const tables = tablesOf(db);
    for (const { name } of tables.toReversed()) db.exec(`DELETE FROM "${name}"`);
    for (const table of tables) {
      const insert = db.prepare(
        `INSERT INTO "${table.name}" (${quoted(table)}) VALUES (${table.columns.map(() => '?').join(', ')})`,
      );
      for await (const row of rowsOf(client, table)) insert.run(...row);
    }
    for (const [table, last] of await sequencesOf(client)) writeSequence(db, table, last);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

export const quoted = ({ columns }: TableShape): string => columns.map((column) => `"${column}"`).join(', ');

async function* rowsOf(client: Client, table: TableShape): AsyncGenerator<(string | number | null)[]> {
  await client.query(`DECLARE piece NO SCROLL CURSOR FOR SELECT ${quoted(table)} FROM "${table.name}"`);
  for (;;) {
    const { rows } = await client.query<(string | number | null)[]>({
      text: `FETCH ${PAGE} FROM piece`,
      rowMode: 'array',
    });
    yield* rows;
    if (rows.length < PAGE) break;
  }
  await client.query('CLOSE piece');
}

interface Sequence {
  readonly table: string;
  readonly last: number | null;
}

async function sequencesOf(client: Client): Promise<[table: string, last: number][]> {
  const { rows } = await client.query<Sequence>(
    `SELECT table_name AS "table",
       pg_sequence_last_value(pg_get_serial_sequence(quote_ident(table_name), column_name)::regclass) AS last
     FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'`,
  );
  return rows.flatMap(({ table, last }): [string, number][] => (last === null ? [] : [[table, last]]));
}
