import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import { withoutNul } from './parameters';
import type { SqliteExecutor } from './sqlite-executor';

class Adapter extends SqliteAdapter {
  constructor(private readonly connections: 'one' | 'many') {
    super();
  }

  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  override get supportsMultipleConnections(): boolean {
    return this.connections === 'many';
  }
}

/** Kysely's SQLite over a driver of ours. `connections`: `one` waits for whoever has it. */
export function sqliteDialect(driver: Driver, connections: 'one' | 'many'): Dialect {
  return {
    createDriver: () => driver,
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new Adapter(connections),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

export async function executeQuery<R>(
  executor: Pick<SqliteExecutor, 'execute'>,
  query: CompiledQuery,
  within = false,
): Promise<QueryResult<R>> {
  const { rows, changes } = await executor.execute(query.sql, query.parameters.map(withoutNul), within);
  return { numAffectedRows: BigInt(changes), rows: rows as R[] };
}

export function noStreams(): never {
  throw new Error('queries are not streamed: read in pieces, by key');
}

/** A connection as it is, for reads and for migrations. */
export class PlainDriver implements Driver {
  private readonly connection: DatabaseConnection;

  constructor(private readonly executor: Pick<SqliteExecutor, 'execute'>) {
    this.connection = {
      executeQuery: (query) => executeQuery(executor, query),
      streamQuery: noStreams,
    };
  }

  init = () => Promise.resolve();
  acquireConnection = () => Promise.resolve(this.connection);
  releaseConnection = () => Promise.resolve();
  destroy = () => Promise.resolve();

  async beginTransaction(): Promise<void> {
    await this.executor.execute('BEGIN IMMEDIATE');
  }

  async commitTransaction(): Promise<void> {
    await this.executor.execute('COMMIT');
  }

  async rollbackTransaction(): Promise<void> {
    // A full disk has SQLite roll back by itself. The failure that came before says what is wrong.
    await this.executor.execute('ROLLBACK').catch(() => {});
  }
}
