import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/**
 * Ranks of runs in the queue of their pool, and keys by which a run is queued once. A release that does not know ranks
 * finds its queue by the index, too, only not in its order.
 */
export async function ranks(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [int, text] = dialect === 'sqlite' ? ['INTEGER', 'TEXT'] : ['BIGINT', 'TEXT COLLATE "C"'];
  await statements(
    db,
    `
    ALTER TABLE "runs" ADD COLUMN "rank" ${int} NOT NULL DEFAULT 1;
    ALTER TABLE "runs" ADD COLUMN "idempotencyKey" ${text};
    UPDATE "runs" SET "rank" = 2 WHERE "type" = 'PROPOSED' AND "finishedAt" IS NULL;
    DROP INDEX "runsReady";
    CREATE INDEX "runsReady" ON "runs" ("poolId", "ready", "rank", "state", "position") WHERE "ready" = 1;
    CREATE UNIQUE INDEX "runsByKey" ON "runs" ("stackId", "idempotencyKey") WHERE "idempotencyKey" IS NOT NULL;
  `,
  );
}
