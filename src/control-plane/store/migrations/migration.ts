import { sql, type Kysely } from 'kysely';
import type { Dialect } from '../database/database';

/** Migrations know the tables as they were, not as they are. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Untyped = any;

export type Migration = (db: Kysely<Untyped>, dialect: Dialect) => Promise<void>;

/** Runs the statements of a text, each ended by a semicolon at the end of a line. */
export async function statements(db: Kysely<Untyped>, text: string): Promise<void> {
  for (const statement of text.split(/;\s*$/m)) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db);
  }
}
