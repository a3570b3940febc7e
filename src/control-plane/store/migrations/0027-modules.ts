import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/**
 * Modules of the registry: each is a row among the stacks, of a kind of its own, so that runs test it as they carry out
 * stacks. Their versions, and the runs that test them; of a number that failed there may be another try.
 */
export async function modules(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [int, text, strict] = dialect === 'sqlite' ? ['INTEGER', 'TEXT', 'STRICT'] : ['BIGINT', 'TEXT COLLATE "C"', ''];
  const position =
    dialect === 'sqlite' ? 'INTEGER PRIMARY KEY AUTOINCREMENT' : 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY';
  await statements(
    db,
    `
    ALTER TABLE "stacks" ADD COLUMN "kind" ${text} NOT NULL DEFAULT 'stack';
    CREATE TABLE "modules" (
      "id" ${text} PRIMARY KEY REFERENCES "stacks" ("id"),
      "name" ${text} NOT NULL,
      "provider" ${text} NOT NULL,
      "space" ${text} NOT NULL,
      "description" ${text},
      "labels" ${text} NOT NULL,
      "updatedAt" ${int} NOT NULL
    ) ${strict};
    CREATE TABLE "moduleVersions" (
      "position" ${position},
      "id" ${text} NOT NULL UNIQUE,
      "moduleId" ${text} NOT NULL REFERENCES "modules" ("id") ON DELETE CASCADE,
      "number" ${text} NOT NULL,
      "state" ${text} NOT NULL,
      "source" ${text} NOT NULL,
      "repository" ${text},
      "commitSha" ${text},
      "projectRoot" ${text} NOT NULL,
      "createdAt" ${int} NOT NULL,
      "yankedAt" ${int},
      "yankNote" ${text}
    ) ${strict};
    CREATE UNIQUE INDEX "moduleVersionsByNumber" ON "moduleVersions" ("moduleId", "number") WHERE "state" <> 'FAILED';
    CREATE INDEX "moduleVersionsByModule" ON "moduleVersions" ("moduleId", "position");
    CREATE INDEX "moduleVersionsBySource" ON "moduleVersions" ("source");
    CREATE TABLE "moduleTests" (
      "runId" ${text} PRIMARY KEY,
      "versionId" ${text} NOT NULL REFERENCES "moduleVersions" ("id") ON DELETE CASCADE,
      "projectRoot" ${text} NOT NULL,
      "passed" ${int}
    ) ${strict};
    CREATE INDEX "moduleTestsByVersion" ON "moduleTests" ("versionId");
  `,
  );
}
