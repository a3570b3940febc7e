import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** Which WorkerPool of a cluster a pool is for, where a cluster made it. */
export async function poolLocks(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const text = dialect === 'sqlite' ? 'TEXT' : 'TEXT COLLATE "C"';
  await statements(db, `ALTER TABLE "pools" ADD COLUMN "managedBy" ${text};`);
}
