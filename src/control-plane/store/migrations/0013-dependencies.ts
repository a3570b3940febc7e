import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** Which stacks depend on which, and which queued runs wait for runs of the stacks that theirs depend on. */
export async function dependencies(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [int, text, strict] = dialect === 'sqlite' ? ['INTEGER', 'TEXT', 'STRICT'] : ['BIGINT', 'TEXT COLLATE "C"', ''];
  await statements(
    db,
    `
    CREATE TABLE "stackDependencies" (
      "id" ${text} PRIMARY KEY,
      "stackId" ${text} NOT NULL REFERENCES "stacks" ("id"),
      "dependsOnStackId" ${text} NOT NULL REFERENCES "stacks" ("id"),
      "createdAt" ${int} NOT NULL,
      UNIQUE ("stackId", "dependsOnStackId")
    ) ${strict};
    CREATE INDEX "stackDependenciesByUpstream" ON "stackDependencies" ("dependsOnStackId");
    CREATE TABLE "runDependencies" (
      "runId" ${text} NOT NULL REFERENCES "runs" ("id") ON DELETE CASCADE,
      "dependsOnRunId" ${text} NOT NULL REFERENCES "runs" ("id") ON DELETE CASCADE,
      PRIMARY KEY ("runId", "dependsOnRunId")
    ) ${strict};
    CREATE INDEX "runDependenciesByUpstream" ON "runDependencies" ("dependsOnRunId");
  `,
  );
}
