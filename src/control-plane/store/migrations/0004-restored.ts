import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** Where it is noted that a backup was restored. */
export async function restored(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const int = dialect === 'sqlite' ? 'INTEGER' : 'BIGINT';
  await statements(db, `ALTER TABLE "leaseClock" ADD COLUMN "restoredLease" ${int};`);
}
