import type { Kysely } from 'kysely';
import type { Schema } from './schema';
import type { Dialect } from './database/database';
import type { Statement } from './statement';

export type { Dialect } from './database/database';

/** Values that one statement takes; SQLite has 32,766 of them, PostgreSQL 65,535. */
export const CHUNK = 500;

/** The statements of one table, within a transaction or outside of any. */
export abstract class Table {
  constructor(
    protected readonly db: Kysely<Schema>,
    private readonly dialect: Dialect,
  ) {}

  /** The rows of a statement that is built only once. */
  protected async rows<Values extends object, Row>(
    statement: Statement<this, Values, Row>,
    values: Values,
  ): Promise<Row[]> {
    return (await this.db.executeQuery<Row>(statement.with(this, this.dialect, values))).rows;
  }

  /** The same of one that has one row at most. */
  protected async row<Values extends object, Row>(
    statement: Statement<this, Values, Row>,
    values: Values,
  ): Promise<Row | undefined> {
    return (await this.rows(statement, values))[0];
  }

  /** Whether others may change a row while a transaction looks at it: SQLite has one writer at a time. */
  protected get hasRivals(): boolean {
    return this.dialect === 'postgres';
  }

  /**
   * Holds the rows of a query until the transaction ends. NO KEY: rows that refer to them may still be added, or whoever
   * adds one and then holds what it refers to would be in each other's way.
   */
  protected locked<Q extends { forNoKeyUpdate(of?: never): Q; skipLocked(): Q }>(
    query: Q,
    wait: 'wait' | 'skip' = 'wait',
  ): Q {
    if (!this.hasRivals) return query;
    return wait === 'skip' ? query.forNoKeyUpdate().skipLocked() : query.forNoKeyUpdate();
  }
}

/** Rows that are read at once: all of a large pool would hold up the event loop. */
export const PAGE = 250;

/**
 * Reads page after page.
 * @param read reads as many as `size` that come behind `last`, in an order in which each has a place of its own
 */
export async function inPages<T>(
  read: (last: T | undefined, size: number) => Promise<T[]>,
  most = Infinity,
): Promise<T[]> {
  const found: T[] = [];
  for (;;) {
    const size = Math.min(PAGE, most - found.length);
    const page = await read(found.at(-1), size);
    for (const each of page) found.push(each);
    if (page.length < size || found.length >= most) return found;
  }
}

export function* chunks<T>(values: readonly T[], size = CHUNK): Generator<T[]> {
  for (let start = 0; start < values.length; start += size) yield values.slice(start, start + size);
}
