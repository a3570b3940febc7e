import type { Kysely } from 'kysely';
import type { ConnectionLoad } from './observer';

export type Dialect = 'sqlite' | 'postgres';

/** One asynchronous database for SQLite and PostgreSQL; test/control-plane/store/contract.ts says what both hold to. */
export interface Database<Schema> {
  readonly dialect: Dialect;

  /** Outside of a transaction: each statement sees what is committed, never what is half done. */
  readonly reads: Kysely<Schema>;

  /**
   * For statements that stand alone, and write what may be lost when the server breaks down, as after a sign of life
   * another one follows: nobody waits for its disk. Undefined where a transaction has to do it.
   */
  readonly notes?: Kysely<Schema> | undefined;

  /**
   * All or nothing, and durable when it resolves. A statement that fails ends the transaction, caught or not. `work`
   * may run again after a deadlock or a serialization failure, so it changes nothing but the database and awaits
   * nothing else; its handle is of no use afterwards.
   */
  transaction<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T>;

  /**
   * The same for a request that the database's host carries out where the database is, at the cost of one message in place
   * of one for each statement. Undefined where there is none: then whoever asks does it in a transaction.
   */
  readonly perform?: ((request: object) => Promise<unknown>) | undefined;

  /** The database's clock, in milliseconds since the epoch. */
  now(): Promise<number>;

  /**
   * Inside a transaction: tells the listeners of every process once it is committed, and never after a rollback.
   */
  notify(db: Kysely<Schema>, topics: readonly string[]): Promise<void>;

  /** `onLost`: topics may have been missed, so look at everything again. */
  listen(onTopic: (topic: string) => void, onLost: () => void): void;

  /** How busy its connections are now. */
  load(): readonly ConnectionLoad[];

  /** Resolves when the database takes a write. */
  ping(): Promise<void>;

  /** Waits for the transactions under way. */
  close(): Promise<void>;
}

/** SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY and unique_violation. */
const UNIQUE_VIOLATIONS: readonly unknown[] = [2067, 1555, '23505'];

/** Whether a statement failed since a row with such a key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: number; code?: string };
  return UNIQUE_VIOLATIONS.includes(errcode) || UNIQUE_VIOLATIONS.includes(code);
}
