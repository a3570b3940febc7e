import {
  DefaultQueryExecutor,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  Transaction,
  type DatabaseConnection,
  type Dialect,
  type Driver,
} from 'kysely';
import type { Pool } from 'pg';
import type { Schema } from '../schema';
import type { DatabaseObserver } from './observer';
import type { Prepared } from './postgres-batch';
import { LentConnection, Reads } from './postgres-connection';

/** Kysely's own, for migrations, whose lock outlives their transaction. */
export const plainDialect = (pool: Pool): Dialect => dialectOver(() => new PostgresDriver({ pool }));

/** For reads outside of transactions. */
export const readsOn = (pool: Pool, prepared: Prepared, observer: DatabaseObserver): Kysely<Schema> =>
  new Kysely({ dialect: dialectOver(() => new ReadDriver(new Reads(pool, prepared, observer))) });

/** For single writes outside of transactions. */
export const notesOn = (pool: Pool, prepared: Prepared, observer: DatabaseObserver): Kysely<Schema> =>
  new Kysely({ dialect: dialectOver(() => new ReadDriver(new Reads(pool, prepared, observer, 'alone'))) });

const dialectOver = (createDriver: () => Driver): Dialect => ({
  createDriver,
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
});

class ReadDriver extends DummyDriver {
  constructor(private readonly reads: Reads) {
    super();
  }

  override acquireConnection = (): Promise<DatabaseConnection> => Promise.resolve(this.reads);
  override beginTransaction = noTransactions;
}

const noTransactions = () => Promise.reject(new Error('reads are made outside of transactions'));

const DIALECT = dialectOver(() => new DummyDriver());
const [compiler, adapter, driver] = [DIALECT.createQueryCompiler(), DIALECT.createAdapter(), DIALECT.createDriver()];

/** A transaction on a connection. Statements that are not waited for before the next are sent together. */
class PostgresTransaction extends Transaction<Schema> {
  constructor(connection: LentConnection) {
    const provider = { provideConnection: <T>(use: (of: DatabaseConnection) => Promise<T>) => use(connection) };
    const executor = new DefaultQueryExecutor(compiler, adapter, provider);
    super({ config: { dialect: DIALECT }, driver, dialect: DIALECT, executor });
  }
}

/** Does some work in one, from its beginning to its commit. */
export async function transactionOn<T>(
  pool: Pool,
  prepared: Prepared,
  observer: Pick<DatabaseObserver, 'committed'>,
  work: (db: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const connection = new LentConnection(client, prepared);
  let isWhole = true;
  try {
    connection.begin();
    const result = await work(new PostgresTransaction(connection));
    const begun = performance.now();
    await connection.commit();
    observer.committed(performance.now() - begun);
    return result;
  } catch (error) {
    isWhole = await connection.rollback();
    throw error;
  } finally {
    client.release(!isWhole);
  }
}
