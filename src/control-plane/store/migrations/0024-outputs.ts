import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** Outputs of stacks, which of them other stacks take, and what runs have got of them. */
export async function outputs(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [int, text, strict] = dialect === 'sqlite' ? ['INTEGER', 'TEXT', 'STRICT'] : ['BIGINT', 'TEXT COLLATE "C"', ''];
  await statements(
    db,
    `
    CREATE TABLE "stackOutputs" (
      "id" ${text} PRIMARY KEY REFERENCES "stacks" ("id"),
      "runId" ${text} NOT NULL,
      "takenAt" ${int} NOT NULL,
      "changedAt" ${text} NOT NULL,
      "outputs" ${text} NOT NULL
    ) ${strict};
    CREATE TABLE "dependencyReferences" (
      "id" ${text} PRIMARY KEY,
      "dependencyId" ${text} NOT NULL REFERENCES "stackDependencies" ("id") ON DELETE CASCADE,
      "stackId" ${text} NOT NULL REFERENCES "stacks" ("id"),
      "outputName" ${text} NOT NULL,
      "inputName" ${text} NOT NULL,
      "triggerAlways" ${int} NOT NULL,
      "changedAt" ${int} NOT NULL,
      UNIQUE ("stackId", "inputName")
    ) ${strict};
    CREATE INDEX "dependencyReferencesByDependency" ON "dependencyReferences" ("dependencyId");
    CREATE TABLE "runInputs" (
      "id" ${text} PRIMARY KEY REFERENCES "runs" ("id") ON DELETE CASCADE,
      "inputs" ${text} NOT NULL
    ) ${strict};
    ALTER TABLE "runDependencies" ADD COLUMN "isConditional" ${int} NOT NULL DEFAULT 0;
  `,
  );
}
