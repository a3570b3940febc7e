import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** How many runs waited for a worker of a pool, and what its workers did, at times. Of before nothing is known. */
export async function poolSamples(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [int, text, strict] = dialect === 'sqlite' ? ['INTEGER', 'TEXT', 'STRICT'] : ['BIGINT', 'TEXT COLLATE "C"', ''];
  await statements(
    db,
    `
    CREATE TABLE "poolSamples" (
      "poolId" ${text} NOT NULL,
      "spanMs" ${int} NOT NULL,
      "at" ${int} NOT NULL,
      "queued" ${int} NOT NULL,
      "busy" ${int} NOT NULL,
      "idle" ${int} NOT NULL,
      "drained" ${int} NOT NULL,
      PRIMARY KEY ("poolId", "spanMs", "at")
    ) ${strict};
    CREATE INDEX "poolSamplesByAge" ON "poolSamples" ("spanMs", "at");
  `,
  );
}
