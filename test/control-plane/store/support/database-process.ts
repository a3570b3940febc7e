// A process that tests end with SIGKILL. `node --import tsx database-process.ts hold|write|migrate|seal TARGET [STATEMENTS [KEYS]]`:
// TARGET is a file of SQLite or a URL of PostgreSQL, KEYS a folder with keys for its secrets. It says a line when it is there, and one for each commit.
import { Kysely } from 'kysely';
import { Pool } from 'pg';
import type { Database, Dialect } from '../../../../src/control-plane/store/database/database';
import { migrate } from '../../../../src/control-plane/store/database/migrate';
import { plainDialect } from '../../../../src/control-plane/store/database/postgres-dialect';
import { openPostgres } from '../../../../src/control-plane/store/database/postgres';
import { openSqlite } from '../../../../src/control-plane/store/database/sqlite';
import { PlainDriver, sqliteDialect } from '../../../../src/control-plane/store/database/sqlite-dialect';
import { inProcess } from '../../../../src/control-plane/store/database/sqlite-executor';
import type { Untyped } from '../../../../src/control-plane/store/migrations/migration';
import { prepareSecrets } from '../../../../src/control-plane/store/secrets';
import type { Schema } from '../../../../src/control-plane/store/schema';
import { vaultOf } from '../../support/vault';

const [, , task, target = '', statements = '', keys = ''] = process.argv;
const postgres = target.startsWith('postgresql:');
const say = (line: string) => process.stdout.write(`${line}\n`);

const open = (): Promise<Database<Schema>> => (postgres ? openPostgres({ url: target }) : openSqlite({ path: target }));

/** Twenty at once for ever, each a row of its own of former credentials; says what is acknowledged. */
async function write(): Promise<void> {
  const database = await open();
  const text = { name: '', labels: '[]', space: '', certificate: '', fingerprint: '' };
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

/** Migrates, or encrypts the secrets of a schema that is up to date, and is killed after so many statements. */
async function workUntilKilled(work: (db: Kysely<Untyped>, kind: Dialect) => Promise<void>): Promise<void> {
  let left = Number(statements);
  const dialect = postgres
    ? plainDialect(new Pool({ connectionString: target, max: 2 }))
    : sqliteDialect(new PlainDriver(inProcess({ path: target, readOnly: false })), 'one');
  const log = () => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
  };
  await work(new Kysely<Untyped>({ dialect, log }), postgres ? 'postgres' : 'sqlite');
  say('done');
  process.exit();
}

async function hold(): Promise<void> {
  await open();
  say('open');
}

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  hold,
  write,
  migrate: () => workUntilKilled((db, kind) => migrate(db, kind, target)),
  seal: () => workUntilKilled(prepareSecrets(vaultOf(keys))),
};
tasks[task!]!().catch((error: unknown) => {
  say(String(error));
  process.exit(1);
});
