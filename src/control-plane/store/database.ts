import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { MIGRATIONS } from './migrations';

/** A row as SQLite gives it. */
export type Row = Record<string, SQLInputValue>;

/**
 * SQLite with prepared statements, nested transactions and durable commits: what `transaction` has returned from
 * survives the end of the process and of the machine (WAL, synchronous=FULL).
 */
export class Database {
  private readonly db: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private depth = 0;
  private afterCommit: (() => void)[] = [];

  /** Opens or makes the file and brings its schema up to date. @throws when it was written by a newer version. */
  constructor(path: string) {
    // Not imported: a bundle that only mentions it would not load on Node 20, where most commands run.
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    this.db = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: true });
    this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    this.migrate(path);
  }

  private migrate(path: string): void {
    const version = Number(this.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0);
    if (version > MIGRATIONS.length) {
      this.db.close();
      throw new Error(
        `${path} was written by a newer version (schema ${version}, this one knows ${MIGRATIONS.length}): start that version, or restore a backup`,
      );
    }
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index < version) continue;
      this.transaction(() => this.db.exec(`${sql}; PRAGMA user_version = ${index + 1}`));
    }
  }

  private prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.prepare(sql).get(...values) as T | undefined;
  }

  all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.prepare(sql).all(...values) as T[];
  }

  /** Number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.prepare(sql).run(...values).changes);
  }

  /** All or nothing; one inside another belongs to the outer one. */
  transaction<T>(work: () => T): T {
    if (this.depth > 0) return work();
    this.db.exec('BEGIN IMMEDIATE');
    this.depth = 1;
    let result: T;
    try {
      result = work();
      this.db.exec('COMMIT');
    } catch (error) {
      this.afterCommit = [];
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    } finally {
      this.depth = 0;
    }
    const callbacks = this.afterCommit;
    this.afterCommit = [];
    for (const callback of callbacks) callback();
    return result;
  }

  /** Runs a callback once the current transaction is durable, or at once outside of one; never after a rollback. */
  onCommit(callback: () => void): void {
    if (this.depth > 0) this.afterCommit.push(callback);
    else callback();
  }

  close(): void {
    this.statements.clear();
    this.db.close();
  }
}
