import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** Sessions of people at the web pages. */
export async function webSessions(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const isSqlite = dialect === 'sqlite';
  const [int, text] = isSqlite ? ['INTEGER', 'TEXT'] : ['BIGINT', 'TEXT COLLATE "C"'];
  const strict = isSqlite ? 'STRICT' : '';
  await statements(
    db,
    `
    CREATE TABLE "webSessions" (
      "idHash" ${text} PRIMARY KEY,
      "keyId" ${text} NOT NULL,
      "stamp" ${text} NOT NULL,
      "createdAt" ${int} NOT NULL,
      "usedAt" ${int} NOT NULL,
      "endsAt" ${int} NOT NULL
    ) ${strict};
    CREATE INDEX "webSessionsByKey" ON "webSessions" ("keyId", "usedAt");
  `,
  );
}
