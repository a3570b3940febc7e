import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** The runner image that an attempt was given out with: '' where neither run nor stack named one, NULL before this. */
export async function runnerImages(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const text = dialect === 'sqlite' ? 'TEXT' : 'TEXT COLLATE "C"';
  await statements(db, `ALTER TABLE "assignments" ADD COLUMN "runnerImage" ${text};`);
}
