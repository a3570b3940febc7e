import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** The playbook of a stack that Ansible runs; NULL: another tool does. And that of a run, so that its apply has the same. */
export async function ansible(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const text = dialect === 'sqlite' ? 'TEXT' : 'TEXT COLLATE "C"';
  await statements(
    db,
    `
    ALTER TABLE "stacks" ADD COLUMN "playbook" ${text};
    ALTER TABLE "runs" ADD COLUMN "playbook" ${text};
  `,
  );
}
