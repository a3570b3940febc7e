import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** What the plans of runs change. Runs that were planned before have no such list. */
export async function planChanges(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [text, strict] = dialect === 'sqlite' ? ['TEXT', 'STRICT'] : ['TEXT COLLATE "C"', ''];
  await statements(
    db,
    `
    CREATE TABLE "planChanges" (
      "id" ${text} PRIMARY KEY REFERENCES "runs" ("id"),
      "counts" ${text} NOT NULL,
      "lists" ${text} NOT NULL
    ) ${strict};
  `,
  );
}
