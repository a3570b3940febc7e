import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** Whose tokens stand for the secret of an API key, as JSON; null: it has a secret. */
export async function oidc(db: Kysely<Untyped>, _dialect: Dialect): Promise<void> {
  await statements(db, `ALTER TABLE "apiKeys" ADD COLUMN "oidc" TEXT`);
}
