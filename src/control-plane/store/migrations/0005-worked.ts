import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** How long the workers of a pool have worked in a month; what was before is not counted. */
export async function worked(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [int, text] = dialect === 'sqlite' ? ['INTEGER', 'TEXT'] : ['BIGINT', 'TEXT COLLATE "C"'];
  await statements(
    db,
    `
    ALTER TABLE "pools" ADD COLUMN "workedMonth" ${text} NOT NULL DEFAULT '';
    ALTER TABLE "pools" ADD COLUMN "workedMs" ${int} NOT NULL DEFAULT 0;
  `,
  );
}
