import { sql, type Kysely } from 'kysely';
import { FREE_ATTEMPTS } from '../assignments';
import { LogTable } from '../logs';
import type { Schema } from '../schema';
import { migrate } from './migrate';
import { changeFile, openFile, readSequences, writeSequence } from './sqlite-file';

/**
 * Numbers that are left free for what was numbered after the backup, so that nothing new is taken for it: fencing numbers
 * of Pods that go on, and revisions that clients have seen.
 */
export const FREE_NUMBERS = 1_000_000_000;

const LINE =
  'The control plane was restored from a backup made up to here: what the Pod still has is sent again, the rest is missing';

/** Brings a copy of a backup up to date, and notes in it that it is no longer the present: see queue/restored.ts. */
export async function markRestored(copy: string, where: string): Promise<void> {
  await changeFile(copy, async (db) => {
    await migrate(db, 'sqlite', where);
    await (db as unknown as Kysely<Schema>).transaction().execute((tx) => noteRestored(tx, Date.now()));
  });
  const file = openFile(copy);
  try {
    writeSequence(file, 'assignments', (readSequences(file).get('assignments') ?? 0) + FREE_NUMBERS);
  } finally {
    file.close();
  }
}

/** Notes in a database that it is no longer the present; the fencing numbers are left to whoever has the file. */
export async function noteRestored(db: Kysely<Schema>, now: number): Promise<void> {
  const underWay = db.selectFrom('assignments').where('endedAt', 'is', null);
  await db
    .updateTable('leaseClock')
    .set((eb) => ({ restoredLease: eb.ref('reading') }))
    .execute();
  await db
    .updateTable('pools')
    .set((eb) => ({ revision: eb('revision', '+', FREE_NUMBERS) }))
    .execute();
  // All views are news, whatever the clients have seen.
  await sql`UPDATE "workers" SET "revision" =
    (SELECT "revision" FROM "pools" WHERE "pools"."id" = "workers"."poolId")`.execute(db);
  await db
    .updateTable('runs')
    .set((eb) => ({ attempt: eb('attempt', '+', FREE_ATTEMPTS) }))
    .where('finishedAt', 'is', null)
    .where('id', 'not in', underWay.select('runId'))
    .execute();
  const logs = new LogTable(db, 'sqlite');
  for (const { runId, attempt } of await underWay.select(['runId', 'attempt']).execute()) {
    await logs.add(runId, attempt, { time: now, stream: 'system', step: '', text: `${LINE}\n` });
  }
}
