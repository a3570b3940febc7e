import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** How many resources a stack has, and how many of them were changed past it; NULL until a plan says so. */
export async function stackSizes(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const int = dialect === 'sqlite' ? 'INTEGER' : 'BIGINT';
  await statements(
    db,
    `
    ALTER TABLE "stacks" ADD COLUMN "resourceCount" ${int};
    ALTER TABLE "stacks" ADD COLUMN "driftedCount" ${int};
  `,
  );
}
