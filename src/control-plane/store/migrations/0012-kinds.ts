import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/**
 * What is wanted of a single run, and when drift is looked for. What does not know destroy runs and tasks takes them for
 * proposed runs, until 0019 keeps it off.
 */
export async function kinds(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [int, text, strict] = dialect === 'sqlite' ? ['INTEGER', 'TEXT', 'STRICT'] : ['BIGINT', 'TEXT COLLATE "C"', ''];
  await statements(
    db,
    `
    ALTER TABLE "runs" ADD COLUMN "command" ${text};
    ALTER TABLE "runs" ADD COLUMN "skipInitialization" ${int} NOT NULL DEFAULT 0;
    ALTER TABLE "runs" ADD COLUMN "commitSha" ${text};
    ALTER TABLE "runs" ADD COLUMN "commitMessage" ${text};
    ALTER TABLE "runs" ADD COLUMN "projectRoot" ${text};
    ALTER TABLE "runs" ADD COLUMN "runnerImage" ${text};
    ALTER TABLE "runs" ADD COLUMN "environmentNames" ${text};
    ALTER TABLE "runs" ADD COLUMN "driftDetection" ${int} NOT NULL DEFAULT 0;
    CREATE INDEX "runsOfDrift" ON "runs" ("poolId", "driftDetection", "rank", "position")
      WHERE "driftDetection" = 1 AND "finishedAt" IS NULL;
    CREATE TABLE "runEnvironments" (
      "id" ${text} PRIMARY KEY,
      "environment" ${text} NOT NULL
    ) ${strict};
    CREATE TABLE "driftSchedules" (
      "stackId" ${text} PRIMARY KEY REFERENCES "stacks" ("id"),
      "schedule" ${text} NOT NULL,
      "timezone" ${text} NOT NULL,
      "reconcile" ${int} NOT NULL,
      "ignoreState" ${int} NOT NULL,
      "nextAt" ${int} NOT NULL,
      "skipped" ${text} NOT NULL
    ) ${strict};
    CREATE INDEX "driftSchedulesByTime" ON "driftSchedules" ("nextAt");
    ALTER TABLE "stacks" ADD COLUMN "driftCheckedAt" ${int};
    ALTER TABLE "stacks" ADD COLUMN "driftedSince" ${int};
  `,
  );
}
