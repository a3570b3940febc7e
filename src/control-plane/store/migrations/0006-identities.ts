import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** API keys beside the one that the operator gives. */
export async function identities(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const isSqlite = dialect === 'sqlite';
  const [int, text] = isSqlite ? ['INTEGER', 'TEXT'] : ['BIGINT', 'TEXT COLLATE "C"'];
  const strict = isSqlite ? 'STRICT' : '';
  await statements(
    db,
    `
    CREATE TABLE "apiKeys" (
      "id" ${text} PRIMARY KEY,
      "name" ${text} NOT NULL,
      "role" ${text} NOT NULL,
      "secretHash" ${text} NOT NULL,
      "createdAt" ${int} NOT NULL,
      "lastUsedAt" ${int}
    ) ${strict};
    CREATE UNIQUE INDEX "apiKeysByName" ON "apiKeys" ("name");
  `,
  );
}
