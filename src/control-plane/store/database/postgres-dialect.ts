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
import { UNOBSERVED } from './observer';
import { withoutNul } from './parameters';
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

/** The commit was sent, and the connection broke before its answer. */
export class CommitUnknownError extends Error {
  constructor(cause: unknown) {
    super('the connection to the database broke during a commit, so that nobody knows whether it is done', { cause });
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

/** Whether the server said it, in contrast to a connection that broke. */
function isAnswer(error: unknown): boolean {
  const { code, severity } = error as { code?: string; severity?: string };
  return code !== undefined && severity === 'ERROR';
}

/** `plain` for migrations, whose lock outlives their transaction. */
export function postgresDialect(pool: Pool, connections: 'lent' | 'plain' = 'lent', observer = UNOBSERVED): Dialect {
  return {
    createDriver: () => {
      const driver = new PostgresDriver({ pool });
      return connections === 'plain' ? driver : new LendingDriver(driver, observer);
    },
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}
