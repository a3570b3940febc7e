import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/**
 * Which version of the queue a run needs, so that older processes leave it to newer ones. Those from before that look at no
 * such version, and would take a run that destroys for a proposed one: they are not to start with it again.
 */
export async function queueVersions(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const int = dialect === 'sqlite' ? 'INTEGER' : 'BIGINT';
  await statements(
    db,
    `
    ALTER TABLE "runs" ADD COLUMN "queueVersion" ${int} NOT NULL DEFAULT 0;
    UPDATE "runs" SET "queueVersion" = 1 WHERE "finishedAt" IS NULL
      AND ("type" IN ('DESTROY', 'TASK') OR "projectRoot" IS NOT NULL OR "runnerImage" IS NOT NULL
        OR "environmentNames" IS NOT NULL OR "driftDetection" = 1);
  `,
  );
}
