import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/**
 * Stacks whose source is a git repository, and the commits that their runs are of. What does not know them refuses to queue
 * runs of such a stack by their version, and finds no blob by the name of their source.
 */
export async function gitSources(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [text, strict] = dialect === 'sqlite' ? ['TEXT', 'STRICT'] : ['TEXT COLLATE "C"', ''];
  await statements(
    db,
    `
    ALTER TABLE "stacks" ADD COLUMN "repository" ${text};
    ALTER TABLE "runs" ADD COLUMN "branch" ${text};
    ALTER TABLE "runs" ADD COLUMN "gitCommit" ${text};
    CREATE TABLE "repositoryCredentials" (
      "id" ${text} PRIMARY KEY REFERENCES "stacks" ("id"),
      "credentials" ${text} NOT NULL
    ) ${strict};
  `,
  );
}
