import {
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import type { Pool } from 'pg';
import { again } from './again';
import { UNOBSERVED, type DatabaseObserver } from './observer';
import { withoutNul } from './parameters';
import { CommitUnknownError } from './postgres-errors';
import { noStreams } from './sqlite-dialect';
import { handleIsOver, undone } from './transaction-error';

type Inner = Parameters<PostgresDriver['releaseConnection']>[0];

/** A connection of the pool for one use of it: afterwards somebody else has it. */
export class LentConnection implements DatabaseConnection {
  over = false;
  failure: unknown;

  constructor(readonly inner: Inner) {}

  readonly streamQuery = noStreams;

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.failure !== undefined) throw undone(this.failure);
    if (this.over) throw handleIsOver();
    try {
      return await this.inner.executeQuery<R>({ ...query, parameters: query.parameters.map(withoutNul) });
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

class LendingDriver implements Driver {
  constructor(
    private readonly inner: PostgresDriver,
    private readonly observer: Pick<typeof UNOBSERVED, 'committed'>,
  ) {}

  init = () => this.inner.init();
  destroy = () => this.inner.destroy();

  async acquireConnection(): Promise<DatabaseConnection> {
    return new LentConnection((await this.inner.acquireConnection()) as Inner);
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return this.inner.beginTransaction((connection as LentConnection).inner, settings);
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const lent = connection as LentConnection;
    if (lent.failure !== undefined) throw undone(lent.failure);
    lent.over = true;
    const begun = performance.now();
    try {
      await this.inner.commitTransaction(lent.inner);
      this.observer.committed(performance.now() - begun);
    } catch (error) {
      throw isAnswer(error) ? error : new CommitUnknownError(error);
    }
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const lent = connection as LentConnection;
    lent.over = true;
    // A connection that broke has undone it by that.
    await this.inner.rollbackTransaction(lent.inner).catch(() => {});
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const lent = connection as LentConnection;
    lent.over = true;
    await this.inner.releaseConnection(lent.inner);
  }
}

/** For reads, each of which stands alone: one whose connection breaks is made anew over another. */
class AnewDriver implements Driver {
  constructor(
    private readonly inner: PostgresDriver,
    private readonly observer: Pick<DatabaseObserver, 'retried'>,
  ) {}

  init = () => this.inner.init();
  destroy = () => this.inner.destroy();
  acquireConnection = () => Promise.resolve(this.connection);
  releaseConnection = () => Promise.resolve();
  beginTransaction = noTransactions;
  commitTransaction = noTransactions;
  rollbackTransaction = noTransactions;

  private readonly connection: DatabaseConnection = {
    streamQuery: noStreams,
    executeQuery: <R>(query: CompiledQuery) =>
      again(async () => {
        const lent = new LentConnection((await this.inner.acquireConnection()) as Inner);
        return lent.executeQuery<R>(query).finally(() => this.inner.releaseConnection(lent.inner));
      }, this.observer),
  };
}

const noTransactions = () => Promise.reject(new Error('reads are made outside of transactions'));

/** Whether the server said it, in contrast to a connection that broke. */
function isAnswer(error: unknown): boolean {
  const { code, severity } = error as { code?: string; severity?: string };
  return code !== undefined && severity === 'ERROR';
}

const DRIVERS = {
  lent: (inner: PostgresDriver, observer: DatabaseObserver): Driver => new LendingDriver(inner, observer),
  anew: (inner: PostgresDriver, observer: DatabaseObserver): Driver => new AnewDriver(inner, observer),
  plain: (inner: PostgresDriver): Driver => inner,
};

/** `anew` for reads; `plain` for migrations, whose lock outlives their transaction. */
export function postgresDialect(
  pool: Pool,
  connections: keyof typeof DRIVERS = 'lent',
  observer: DatabaseObserver = UNOBSERVED,
): Dialect {
  return {
    createDriver: () => DRIVERS[connections](new PostgresDriver({ pool }), observer),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}
