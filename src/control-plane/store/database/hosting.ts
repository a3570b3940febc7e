import { Kysely } from 'kysely';
import type { Schema } from '../schema';
import type { Hosted, Perform, SqliteConnection } from './sqlite-connection';
import { PlainDriver, sqliteDialect } from './sqlite-dialect';
import { toExecuted } from './sqlite-executor';

/** The transaction that is open where a host is. */
export interface HostedTransaction {
  readonly db: Kysely<Schema>;
  /** All of it or nothing, whatever else the transaction does. A statement that fails ends it, caught or not. */
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Carries out requests within a transaction. They and what they come to are sent from one thread to another. */
export type Host = (transaction: HostedTransaction, request: object) => Promise<Hosted>;

/** A host, and the program of a thread that has it. */
export interface Hosting {
  readonly host: Host;
  readonly program: string;
}

/** A host on a connection: no statement is a message. */
export function hostOn(connection: SqliteConnection, host: Host): Perform {
  let failure: unknown;
  const execute = (sql: string, parameters: readonly unknown[] = []) => {
    // That of the one that failed, also to those that were asked for together with it.
    if (failure !== undefined) throw failure as Error;
    try {
      return toExecuted(connection.execute({ sql, parameters, within: true }));
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const turn: HostedTransaction['turn'] = async (work) => {
    failure = undefined;
    execute('SAVEPOINT "operation"');
    try {
      const value = await work();
      execute('RELEASE "operation"');
      return value;
    } catch (error) {
      failure = undefined;
      if (connection.isInTransaction) {
        execute('ROLLBACK TO "operation"');
        execute('RELEASE "operation"');
      }
      throw error;
    }
  };
  // eslint-disable-next-line @typescript-eslint/require-await
  const executor = { execute: async (sql: string, parameters?: readonly unknown[]) => execute(sql, parameters) };
  const db = new Kysely<Schema>({ dialect: sqliteDialect(new PlainDriver(executor), 'many') });
  return (request) => host({ db, turn }, request);
}
