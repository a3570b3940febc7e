import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** Which version of its tool a stack names; NULL: none. And what a run began with, so that its apply has the same. */
export async function toolVersions(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const text = dialect === 'sqlite' ? 'TEXT' : 'TEXT COLLATE "C"';
  await statements(
    db,
    `
    ALTER TABLE "stacks" ADD COLUMN "toolVersion" ${text};
    ALTER TABLE "runs" ADD COLUMN "tool" ${text};
    ALTER TABLE "runs" ADD COLUMN "toolVersion" ${text};
  `,
  );
}
