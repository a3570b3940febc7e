import { Kysely } from 'kysely';
import type { Untyped } from '../migrations/migration';
import type { Schema } from '../schema';
import type { Database } from './database';
import { hostOn, type Hosting } from './hosting';
import { GroupCommitDriver, GroupedTransaction } from './group-commit';
import { migrate, ping, type Prepare } from './migrate';
import { UNOBSERVED, type ConnectionLoad, type DatabaseObserver } from './observer';
import { PlainDriver, sqliteDialect } from './sqlite-dialect';
import { explain } from './sqlite-errors';
import { takeFolder } from './sqlite-folder';
import { inProcess, SqliteThread, type SqliteExecutor } from './sqlite-executor';

export interface SqliteDatabaseOptions {
  readonly path: string;
  /**
   * In the caller's thread instead of threads of its own: for tests and simulations.
   * @default false
   */
  readonly inProcess?: boolean;
  /**
   * The database's clock.
   * @default Date.now
   */
  readonly now?: () => number;
  /** What is done when the schema is up to date, before anybody uses the database. */
  readonly prepare?: Prepare | undefined;
  readonly observer?: DatabaseObserver | undefined;
  /** What carries out requests where the database is. @default - nothing does */
  readonly hosting?: Hosting | undefined;
}

interface Listener {
  readonly onTopic: (topic: string) => void;
}

/**
 * Opens or makes the file and brings its schema up to date.
 * @throws when another process has its folder, or a newer version wrote it
 */
export async function openSqlite(options: SqliteDatabaseOptions): Promise<Database<Schema>> {
  const { path, hosting } = options;
  const openWriter = (): SqliteExecutor => {
    const writing = { path, readOnly: false };
    if (!options.inProcess) return new SqliteThread(writing, hosting?.program);
    return inProcess(writing, hosting && ((connection) => hostOn(connection, hosting.host)));
  };
  const openReader = (): SqliteExecutor =>
    options.inProcess ? inProcess({ path, readOnly: true }) : new SqliteThread({ path, readOnly: true });
  const opened: SqliteExecutor[] = [];
  let release = (): void => {};
  try {
    release = takeFolder(path);
    const writer = openWriter();
    opened.push(writer);
    const db = new Kysely<Untyped>({ dialect: sqliteDialect(new PlainDriver(writer), 'one') });
    await migrate(db, 'sqlite', path);
    await options.prepare?.(db, 'sqlite');
    const reader = openReader();
    opened.push(reader);
    return sqliteDatabase(writer, reader, options, release);
  } catch (error) {
    for (const executor of opened) await executor.close().catch(() => {});
    release();
    throw explain(error, path);
  }
}

function sqliteDatabase(
  writer: SqliteExecutor,
  reader: SqliteExecutor,
  { now = Date.now, observer = UNOBSERVED, hosting }: SqliteDatabaseOptions,
  release: () => void,
): Database<Schema> {
  const listeners: Listener[] = [];
  const tell = (topics: readonly string[]) => {
    // Of its own, so that a listener which throws fails no transaction.
    for (const topic of topics) for (const { onTopic } of listeners) queueMicrotask(() => onTopic(topic));
  };
  const driver = new GroupCommitDriver(writer, tell, observer);
  const transactions = new Kysely<Schema>({ dialect: sqliteDialect(driver, 'many') });
  const reads = new Kysely<Schema>({ dialect: sqliteDialect(new PlainDriver(reader), 'many') });
  const close = async () => {
    await transactions.destroy();
    await reads.destroy();
    await reader.close();
    await writer.close();
    release();
  };
  let closed: Promise<void> | undefined;
  return {
    dialect: 'sqlite',
    reads,
    transaction: (work) => transactions.transaction().execute(work),
    perform: hosting && ((request) => driver.perform(request)),
    now: () => Promise.resolve(now()),
    notify: (db, topics) =>
      db.getExecutor().provideConnection((connection) => {
        if (!(connection instanceof GroupedTransaction)) throw new Error('notify belongs inside a transaction');
        connection.topics.push(...topics);
        return Promise.resolve();
      }),
    listen: (onTopic) => void listeners.push({ onTopic }),
    load: () => [oneConnection('transactions', driver.load), oneConnection('reads', inTurn(reader.underWay))],
    ping: () => transactions.transaction().execute(ping),
    close: () => (closed ??= close()),
  };
}

const inTurn = (count: number) => ({ used: Math.min(count, 1), waiting: Math.max(count - 1, 0) });

function oneConnection(
  pool: ConnectionLoad['pool'],
  { used, waiting }: Pick<ConnectionLoad, 'used' | 'waiting'>,
): ConnectionLoad {
  return { pool, used, idle: 1 - used, waiting };
}
