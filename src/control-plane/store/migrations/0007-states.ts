import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** States that the control plane keeps for stacks, their versions and locks. Stacks that are there already go on as before. */
export async function states(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [int, text, strict] = dialect === 'sqlite' ? ['INTEGER', 'TEXT', 'STRICT'] : ['BIGINT', 'TEXT COLLATE "C"', ''];
  await statements(
    db,
    `
    ALTER TABLE "stacks" ADD COLUMN "managesState" ${int} NOT NULL DEFAULT 0;
    CREATE TABLE "stateVersions" (
      "id" ${text} PRIMARY KEY,
      "stackId" ${text} NOT NULL REFERENCES "stacks" ("id"),
      "number" ${int} NOT NULL,
      "serial" ${int},
      "lineage" ${text},
      "bytes" ${int} NOT NULL,
      "sha256" ${text} NOT NULL,
      "blob" ${text} NOT NULL,
      "contentKey" ${text} NOT NULL,
      "createdAt" ${int} NOT NULL,
      "runId" ${text},
      "restoredFrom" ${int},
      UNIQUE ("stackId", "number")
    ) ${strict};
    CREATE INDEX "stateVersionsByBlob" ON "stateVersions" ("blob");
    CREATE TABLE "stateLocks" (
      "stackId" ${text} PRIMARY KEY REFERENCES "stacks" ("id"),
      "lockId" ${text} NOT NULL,
      "info" ${text} NOT NULL,
      "runId" ${text} NOT NULL,
      "attempt" ${int} NOT NULL,
      "createdAt" ${int} NOT NULL
    ) ${strict};
  `,
  );
}
