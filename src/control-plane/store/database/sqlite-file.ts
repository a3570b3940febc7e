import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { Untyped } from '../migrations/migration';
import { migrate } from './migrate';
import { PlainDriver, sqliteDialect } from './sqlite-dialect';
import { inProcess } from './sqlite-executor';

/** A file of SQLite that nobody else uses, as a backup is. */
export function openFile(path: string, readOnly = false): DatabaseSync {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  return new DatabaseSync(path, { readOnly, enableForeignKeyConstraints: false });
}

export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
}

/** All but the migrations' own, those that others refer to before them. */
export function tablesOf(db: DatabaseSync): TableShape[] {
  const names = columnOf<string>(
    db,
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'kysely_%' ORDER BY name`,
  );
  const ordered = new Set<string>();
  const add = (name: string): void => {
    if (ordered.has(name)) return;
    for (const other of columnOf<string>(db, 'SELECT "table" FROM pragma_foreign_key_list(?)', name)) {
      if (other !== name) add(other);
    }
    ordered.add(name);
  };
  for (const name of names) add(name);
  return [...ordered].map((name) => ({
    name,
    columns: columnOf<string>(db, 'SELECT name FROM pragma_table_info(?) ORDER BY cid', name),
  }));
}

/** The highest number that each table has given to a row, also when that row is gone. */
export function readSequences(db: DatabaseSync): Map<string, number> {
  const rows = db.prepare('SELECT name, seq FROM sqlite_sequence').all() as { name: string; seq: number }[];
  return new Map(rows.map(({ name, seq }) => [name, seq]));
}

export function writeSequence(db: DatabaseSync, table: string, seq: number): void {
  db.prepare('DELETE FROM sqlite_sequence WHERE name = ?').run(table);
  db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(table, seq);
}

export function columnOf<T>(db: DatabaseSync, sql: string, ...parameters: SQLInputValue[]): T[] {
  return db
    .prepare(sql)
    .all(...parameters)
    .map((row) => Object.values(row)[0] as T);
}

/** @param to the last migration. @default all of them */
export function migrateFile(path: string, where: string, to?: string): Promise<void> {
  return changeFile(path, (db) => migrate(db, 'sqlite', where, { to }));
}

export async function changeFile(path: string, work: (db: Kysely<Untyped>) => Promise<void>): Promise<void> {
  const executor = inProcess({ path, readOnly: false });
  try {
    await work(new Kysely<Untyped>({ dialect: sqliteDialect(new PlainDriver(executor), 'one') }));
    // One file again.
    await executor.execute('PRAGMA journal_mode = DELETE');
  } finally {
    await executor.close();
  }
}

/** The file and its name are there after a power cut. */
export function syncFile(path: string): void {
  for (const name of [path, dirname(path)]) {
    const file = openSync(name, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
