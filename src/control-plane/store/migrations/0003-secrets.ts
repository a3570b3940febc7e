import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/**
 * Where it is noted that secrets lie encrypted (secrets.ts does it). Tokens of pools are made of what is known without
 * them, so that none is stored.
 */
export async function secrets(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [text, strict] = dialect === 'sqlite' ? ['TEXT', 'STRICT'] : ['TEXT COLLATE "C"', ''];
  await statements(
    db,
    `
    CREATE TABLE "sealing" ("id" ${text} PRIMARY KEY, "value" ${text} NOT NULL) ${strict};
    ALTER TABLE "pools" DROP COLUMN "config";
  `,
  );
}
