import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** By what the git hosts of stacks prove that they tell of pushes, which of those runs follow, and what was told of last. */
export async function pushHooks(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [int, text, strict] = dialect === 'sqlite' ? ['INTEGER', 'TEXT', 'STRICT'] : ['BIGINT', 'TEXT COLLATE "C"', ''];
  await statements(
    db,
    `
    CREATE TABLE "pushHooks" (
      "id" ${text} PRIMARY KEY REFERENCES "stacks" ("id"),
      "secret" ${text} NOT NULL,
      "settings" ${text} NOT NULL,
      "createdAt" ${int} NOT NULL,
      "secretAt" ${int} NOT NULL
    ) ${strict};
    CREATE TABLE "pushDeliveries" (
      "id" ${text} PRIMARY KEY,
      "stackId" ${text} NOT NULL REFERENCES "pushHooks" ("id") ON DELETE CASCADE,
      "receivedAt" ${int} NOT NULL,
      "host" ${text} NOT NULL,
      "event" ${text} NOT NULL,
      "runId" ${text},
      "message" ${text}
    ) ${strict};
    CREATE INDEX "pushDeliveriesByStack" ON "pushDeliveries" ("stackId", "id");
  `,
  );
}
