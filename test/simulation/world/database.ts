import { Kysely } from 'kysely';
import { hosting } from '../../../src/control-plane/hosting';
import type { Database } from '../../../src/control-plane/store/database/database';
import { GroupCommitDriver, GroupedTransaction } from '../../../src/control-plane/store/database/group-commit';
import { hostOn } from '../../../src/control-plane/store/database/hosting';
import { FREE_NUMBERS, noteRestored } from '../../../src/control-plane/store/database/restored';
import { UNOBSERVED } from '../../../src/control-plane/store/database/observer';
import { SqliteConnection, type Perform } from '../../../src/control-plane/store/database/sqlite-connection';
import { PlainDriver, sqliteDialect } from '../../../src/control-plane/store/database/sqlite-dialect';
import {
  toExecuted,
  type Executed,
  type SqliteExecutor,
} from '../../../src/control-plane/store/database/sqlite-executor';
import type { Schema } from '../../../src/control-plane/store/schema';
import type { SimulatedProcess } from './process';

type Rows = readonly (readonly unknown[])[];

/** All that is in a database. */
export type Content = ReadonlyMap<string, Rows>;

/** What a commit that is about to be made comes to. */
export type CommitFate = 'durable' | 'killed before' | 'killed after' | 'disk full';

const DISK_FULL = { code: 'ERR_SQLITE_ERROR', errcode: 13 };

/**
 * The database of all replicas of the control plane, in memory: one transaction after the other, and reads between them, as
 * the product's SQLite has it. One connection serves every schedule, because what is prepared once is fast.
 */
export class SimulatedDatabase {
  private readonly connection = new SqliteConnection({ path: ':memory:', readOnly: false });
  private readonly perform: Perform;
  private holder: SimulatedProcess | undefined;
  private waiting: (() => void)[] = [];
  /** Asked before each commit. */
  fateOf: (process: SimulatedProcess) => CommitFate = () => 'durable';
  /** Told after each. */
  onCommit: (process: SimulatedProcess) => void = () => undefined;
  /** Hands the topics of a transaction to the listeners of a process. */
  tell: (from: SimulatedProcess, topics: readonly string[]) => void = () => undefined;
  private tables: readonly string[] = [];
  /** For what is done beside the processes. */
  private readonly own: Kysely<Schema>;

  constructor() {
    this.perform = hostOn(this.connection, hosting.host);
    const execute = (sql: string, parameters: readonly unknown[] = []) =>
      Promise.resolve(toExecuted(this.connection.execute({ sql, parameters, within: false })));
    this.own = new Kysely<Schema>({ dialect: sqliteDialect(new PlainDriver({ execute }), 'one') });
  }

  /** As one process has it. */
  open(process: SimulatedProcess, now: () => number): Database<Schema> {
    const driver = new GroupCommitDriver(this.writer(process), (topics) => this.tell(process, topics), UNOBSERVED);
    const transactions = new Kysely<Schema>({ dialect: sqliteDialect(driver, 'many') });
    const reads = new Kysely<Schema>({ dialect: sqliteDialect(new PlainDriver(this.reader(process)), 'many') });
    process.onDeath(() => this.leave(process));
    return {
      dialect: 'sqlite',
      reads,
      transaction: (work) => transactions.transaction().execute(work),
      perform: (request) => driver.perform(request),
      now: () => Promise.resolve(now()),
      notify: (db, topics) =>
        db.getExecutor().provideConnection((connection) => {
          if (!(connection instanceof GroupedTransaction)) throw new Error('notify belongs inside a transaction');
          connection.topics.push(...topics);
          return Promise.resolve();
        }),
      // The world hands topics on by itself.
      listen: () => undefined,
      load: () => [],
      ping: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  /** Statements of the simulation's own, between those of the processes. */
  query(sql: string, parameters: readonly unknown[] = []): Executed['rows'] {
    return toExecuted(this.connection.execute({ sql, parameters, within: false })).rows;
  }

  async migrate(prepare: (db: Kysely<Schema>) => Promise<void>): Promise<void> {
    await prepare(this.own);
    const names = this.query(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_stat%'`);
    // The numbers that follow from the rows of others come last.
    const isNumbers = (name: string) => Number(name === 'sqlite_sequence');
    this.tables = names.map(({ name }) => String(name)).sort((one, other) => isNumbers(one) - isNumbers(other));
  }

  /** Everything, as a backup has it. */
  dump(): Content {
    return new Map(this.tables.map((name) => [name, this.rowsOf(name)]));
  }

  /** Everything as it was. */
  load(content: Content): void {
    this.holder = undefined;
    this.waiting = [];
    if (this.connection.isInTransaction) this.query('ROLLBACK');
    this.query('PRAGMA foreign_keys = OFF');
    this.query('BEGIN');
    for (const name of this.tables) {
      this.query(`DELETE FROM "${name}"`);
      for (const row of content.get(name) ?? [])
        this.query(`INSERT INTO "${name}" VALUES (${row.map(() => '?').join(', ')})`, row);
    }
    this.query('COMMIT');
    this.query('PRAGMA foreign_keys = ON');
  }

  /** As a backup is when it has been restored: it knows that it is not the present. */
  async restore(backup: Content, now: number): Promise<void> {
    this.load(backup);
    await noteRestored(this.own, now);
    // There is no number yet where the backup is of before the first assignment.
    const [before] = this.query(`SELECT seq FROM sqlite_sequence WHERE name = 'assignments'`);
    this.query(`DELETE FROM sqlite_sequence WHERE name = 'assignments'`);
    this.query(`INSERT INTO sqlite_sequence (name, seq) VALUES ('assignments', ?)`, [
      Number(before?.seq ?? 0) + FREE_NUMBERS,
    ]);
  }

  private rowsOf(name: string): Rows {
    return this.connection.execute({ sql: `SELECT * FROM "${name}"`, parameters: [], within: false }).rows;
  }

  private writer(process: SimulatedProcess): SqliteExecutor {
    let last: Promise<unknown> = Promise.resolve();
    const afterOthers = <T>(work: () => T | Promise<T>): Promise<T> => {
      const done = last.then(work);
      last = done.catch(() => undefined);
      return done;
    };
    return {
      underWay: 0,
      execute: (sql, parameters = [], within = false) =>
        afterOthers(async () => {
          if (!process.isAlive) return never();
          if (sql === 'BEGIN IMMEDIATE') await this.take(process);
          if (sql === 'COMMIT') return this.commit(process);
          if (sql !== 'ROLLBACK') return toExecuted(this.connection.execute({ sql, parameters, within }));
          try {
            return toExecuted(this.connection.execute({ sql, parameters, within }));
          } finally {
            this.leave(process);
          }
        }),
      perform: (request) => afterOthers(async () => structuredClone(await this.perform(structuredClone(request)))),
      close: () => Promise.resolve(),
    };
  }

  private reader(process: SimulatedProcess): Pick<SqliteExecutor, 'execute'> {
    return {
      execute: async (sql, parameters = []) => {
        // What is not committed is nobody's to see.
        while (this.holder) await new Promise<void>((resolve) => this.waiting.push(resolve));
        if (!process.isAlive) return never();
        return toExecuted(this.connection.execute({ sql, parameters, within: false }));
      },
    };
  }

  private commit(process: SimulatedProcess): Executed | Promise<never> {
    const fate = this.fateOf(process);
    if (fate === 'killed before') {
      process.kill();
      return never();
    }
    if (fate === 'disk full') throw Object.assign(new Error('database or disk is full'), DISK_FULL);
    const done = toExecuted(this.connection.execute({ sql: 'COMMIT', parameters: [], within: true }));
    this.leave(process);
    this.onCommit(process);
    if (fate === 'durable') return done;
    process.kill();
    return never();
  }

  private async take(process: SimulatedProcess): Promise<void> {
    while (this.holder) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.holder = process;
  }

  /** It has ended its transaction, or died in it. */
  private leave(process: SimulatedProcess): void {
    if (this.holder !== process) return;
    this.holder = undefined;
    if (this.connection.isInTransaction) this.query('ROLLBACK');
    for (const go of this.waiting.splice(0)) go();
  }
}

/** What a dead process waits for. */
const never = (): Promise<never> => new Promise(() => undefined);
