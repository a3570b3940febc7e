// A process that tests end with SIGKILL. `node --import tsx database-process.ts hold|write|migrate TARGET [STATEMENTS]`:
// TARGET is a file of SQLite or a URL of PostgreSQL. It says a line when it is there, and one for each commit.
import { Kysely } from 'kysely';
import { Pool } from 'pg';
import type { Database } from '../../../../src/control-plane/store/database/database';
import { migrate } from '../../../../src/control-plane/store/database/migrate';
import { postgresDialect } from '../../../../src/control-plane/store/database/postgres-dialect';
import { openPostgres } from '../../../../src/control-plane/store/database/postgres';
import { openSqlite } from '../../../../src/control-plane/store/database/sqlite';
import { PlainDriver, sqliteDialect } from '../../../../src/control-plane/store/database/sqlite-dialect';
import { inProcess } from '../../../../src/control-plane/store/database/sqlite-executor';
import type { Untyped } from '../../../../src/control-plane/store/migrations/migration';
import type { Schema } from '../../../../src/control-plane/store/schema';

const [, , task, target = '', statements = ''] = process.argv;
const postgres = target.startsWith('postgresql:');
const say = (line: string) => process.stdout.write(`${line}\n`);

const open = (): Promise<Database<Schema>> => (postgres ? openPostgres({ url: target }) : openSqlite({ path: target }));

/** Twenty at once for ever, each a row of its own of former credentials; says what is acknowledged. */
async function write(): Promise<void> {
  const database = await open();
  const text = { name: '', labels: '[]', space: '', config: '', certificate: '', fingerprint: '' };
  const pool = { id: 'written', ...text, driftDetectionRunLimit: 0, createdAt: 0, updatedAt: 0 };
  await database.transaction((db) =>
    db
      .insertInto('pools')
      .values(pool)
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
  let last = 0;
  const writer = async () => {
    for (;;) {
      const fingerprint = `${++last}`;
      const row = { poolId: pool.id, fingerprint, certificate: '', replacedAt: 0 };
      await database.transaction((db) => db.insertInto('formerCredentials').values(row).execute());
      say(fingerprint);
    }
  };
  await Promise.all(Array.from({ length: 20 }, writer));
}

/** Migrates, and is killed after so many statements. */
async function migrateUntilKilled(): Promise<void> {
  let left = Number(statements);
  const dialect = postgres
    ? postgresDialect(new Pool({ connectionString: target, max: 2 }), 'plain')
    : sqliteDialect(new PlainDriver(inProcess({ path: target, readOnly: false })), 'one');
  const log = () => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
  };
  await migrate(new Kysely<Untyped>({ dialect, log }), postgres ? 'postgres' : 'sqlite', target);
  say('migrated');
  process.exit();
}

async function hold(): Promise<void> {
  await open();
  say('open');
}

const tasks: Readonly<Record<string, () => Promise<void>>> = { hold, write, migrate: migrateUntilKilled };
tasks[task!]!().catch((error: unknown) => {
  say(String(error));
  process.exit(1);
});
