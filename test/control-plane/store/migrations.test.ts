import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../../src/control-plane/store/database/database';
import { migratePostgres, openPostgres } from '../../../src/control-plane/store/database/postgres';
import { connectionConfig } from '../../../src/control-plane/store/database/postgres-config';
import { openSqlite } from '../../../src/control-plane/store/database/sqlite';
import { MIGRATIONS } from '../../../src/control-plane/store/migrations/index';
import type { Migration } from '../../../src/control-plane/store/migrations/migration';
import type { Schema } from '../../../src/control-plane/store/schema';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { until } from '../../support/until';
import { startChild } from './support/child';
import { makeFirst, ROWS, ROWS_NOW, untyped } from './support/first-schema';
import { OLD_STEPS } from './support/old-steps';

let server: PostgresServer;
let folder: string;
/** A file of SQLite, or a URL of PostgreSQL. */
let target: string;
let opened: Database<Schema>[];
let files = 0;

beforeAll(async () => {
  server = await startPostgres();
}, INSTALL_TIMEOUT_MS);

afterAll(() => server?.stop());

beforeEach(() => {
  folder = temporaryFolder();
  opened = [];
});

afterEach(async () => {
  for (const database of opened) await database.close();
  removeFolder(folder);
});

async function open(): Promise<Database<Schema>> {
  const postgres = target.startsWith('postgresql:');
  const database = await (postgres ? openPostgres({ url: target }) : openSqlite({ path: target, inProcess: true }));
  opened.push(database);
  return database;
}

async function expectRows(database: Database<Schema>): Promise<void> {
  for (const [table, row] of Object.entries(ROWS_NOW)) {
    const rows = await database.reads
      .selectFrom(table as keyof Schema)
      .selectAll()
      .execute();
    expect({ table, rows }).toEqual({ table, rows: [expect.objectContaining(row)] });
  }
}

interface Column {
  readonly name: string;
  readonly isNullable: boolean;
  readonly dataType: string;
}

/** What both dialects have in common: columns, what may be missing in them, and the names of the indexes. */
async function describeSchema(database: Database<Schema>) {
  const kind = ({ dataType }: Column) => (/^int|^bigint/i.test(dataType) ? 'number' : dataType.toLowerCase());
  // A key that SQLite makes is never missing, though it is not said.
  const describe = (column: Column) =>
    `${column.name} ${kind(column)}${column.isNullable && !['id', 'position', 'fence'].includes(column.name) ? ' or null' : ''}`;
  const tables = await database.reads.introspection.getTables();
  const indexes =
    database.dialect === 'sqlite'
      ? sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`
      : sql<{ name: string }>`SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'
          AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)`;
  return {
    tables: Object.fromEntries(tables.map(({ name, columns }) => [name, columns.map(describe).sort()])),
    indexes: (await indexes.execute(database.reads)).rows.map(({ name }) => name).sort(),
  };
}

const newFile = () => {
  const data = join(folder, `${++files}`);
  mkdirSync(data);
  return Promise.resolve(join(data, 'control-plane.db'));
};

const DIALECTS: readonly [string, () => Promise<string>][] = [
  ['SQLite', newFile],
  ['PostgreSQL', () => server.createDatabase()],
];

test('both have the same tables and indexes', async () => {
  const schemas = [];
  for (const [, create] of DIALECTS) {
    target = await create();
    schemas.push(await describeSchema(await open()));
  }
  expect(Object.keys(schemas[0]!.tables)).toEqual(expect.arrayContaining(Object.keys(ROWS)));
  expect(schemas[1]).toEqual(schemas[0]);
});

describe.each(DIALECTS)('a schema of %s', (_, create) => {
  beforeEach(async () => {
    target = await create();
  });

  test('is brought up to date with everything that is in it', async () => {
    await makeFirst(target);
    const database = await open();
    await expectRows(database);
    const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(
      database.reads,
    );
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(MIGRATIONS));
  });

  const migratedLater = (...names: string[]) =>
    untyped(target, async (db) => {
      await sql`ALTER TABLE "stacks" ADD COLUMN "later" TEXT`.execute(db);
      await sql`CREATE TABLE "laters" ("id" TEXT PRIMARY KEY)`.execute(db);
      const timestamp = new Date().toISOString();
      await db
        .insertInto('kysely_migration')
        .values(names.map((name) => ({ name, timestamp })))
        .execute();
    });

  test('to which a newer version has only added is used as it is, and keeps what was added', async () => {
    await makeFirst(target);
    await (await open()).close();
    await migratedLater('9998-later.additive', '9999-later.additive');
    const database = await open();
    expect((await describeSchema(database)).tables.laters).toBeDefined();
    await expectRows(database);
    await database.transaction((db) => db.updateTable('stacks').set({ name: 'renamed' }).execute());
    expect(await database.reads.selectFrom('stacks').select('name').execute()).toEqual([{ name: 'renamed' }]);
  });

  test.each([[['9999-later']], [['9998-later', '9999-later.additive']]])(
    'that a newer version has changed by %s is refused',
    async (names) => {
      await (await open()).close();
      await migratedLater(...names);
      await expect(open()).rejects.toThrow(`was written by a newer version (migration ${names[0]}, `);
    },
  );

  test('of a newer version is refused, with its name and what to do', async () => {
    await (await open()).close();
    await migratedLater('9999-later');
    await expect(open()).rejects.toThrow(
      `was written by a newer version (migration 9999-later, this one knows up to ${Object.keys(MIGRATIONS).at(-1)}): start that version, or restore a backup`,
    );
  });

  const killAt = async (statement: number) => {
    const child = startChild('migrate', target, `${statement}`);
    try {
      expect(await child.lines(1)).toEqual([]);
    } finally {
      await child.kill();
    }
  };

  test.each([2, 12, 40])('is whole after a SIGKILL at statement %s of its making', async (statement) => {
    await killAt(statement);
    const made = await describeSchema(await open());
    target = await create();
    expect(made).toEqual(await describeSchema(await open()));
  });

  test.each([8, 20, 40])('keeps what is in it after a SIGKILL at statement %s of its update', async (statement) => {
    await makeFirst(target);
    await killAt(statement);
    await expectRows(await open());
  });
});

test('of processes that migrate one PostgreSQL at the same time, one does it and the others wait', async () => {
  target = await server.createDatabase();
  const children = [1, 2, 3].map(() => startChild('migrate', target, '-1'));
  try {
    const said = await Promise.all(children.map((child) => child.lines(1)));
    expect(said).toEqual([['done'], ['done'], ['done']]);
  } finally {
    await Promise.all(children.map((child) => child.kill()));
  }
  await (await open()).ping();
});

test('a migration of PostgreSQL lets others through while somebody uses a table for long, and is carried out then', async () => {
  target = await server.createDatabase();
  const database = await open();
  const waits = sql<{ count: number }>`SELECT count(*) AS count FROM pg_locks WHERE NOT granted`;
  const waiting = async () => (await waits.execute(database.reads)).rows[0]!.count > 0;
  let letGo = () => {};
  const told = new Promise<void>((resolve) => (letGo = resolve));
  const holding = database.transaction(async (db) => {
    await db.selectFrom('stacks').selectAll().execute();
    await told;
  });
  const add: Migration = (db) => db.schema.alterTable('stacks').addColumn('later', 'text').execute();
  const migrations = { ...MIGRATIONS, '9999-later.additive': add };
  const migrating = migratePostgres(connectionConfig({ url: target }), 'it', undefined, migrations);
  try {
    await until(waiting, 'the migration waits');
    await database.reads.selectFrom('stacks').selectAll().execute();
  } finally {
    letGo();
    await Promise.all([holding, migrating]);
  }
  expect((await describeSchema(database)).tables.stacks).toContain('later text or null');
});

test.each([
  ['that only adds is gone on with', '9999-later.additive', 'done'],
  ['that changes what is used is refused', '9999-later', 'was written by a newer version (migration 9999-later, '],
])('a newer version that migrates while an older one starts, and %s', async (_, name, said) => {
  target = await server.createDatabase();
  const database = await open();
  // The lock of Kysely's migrator.
  const holds = sql`SELECT pg_advisory_xact_lock(3853314791062309107)`;
  const waits = sql<{
    count: number;
  }>`SELECT count(*) AS count FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
  let starting: Promise<string> | undefined;
  await untyped(target, (db) =>
    db.transaction().execute(async (newer) => {
      await holds.execute(newer);
      starting = migratePostgres(connectionConfig({ url: target }), 'it').then(
        () => 'done',
        (error: Error) => error.message,
      );
      // It has looked at the schema, and waits for whoever changes it.
      await until(async () => (await waits.execute(database.reads)).rows[0]!.count > 0, 'the older one waits');
      const timestamp = new Date().toISOString();
      await newer.insertInto('kysely_migration').values({ name, timestamp }).execute();
    }),
  );
  expect(await starting).toContain(said);
});

describe('a file of SQLite from before migrations had names', () => {
  beforeEach(async () => {
    target = await newFile();
  });

  const makeOld = (steps: number) => {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const db = new DatabaseSync(target);
    for (const step of OLD_STEPS.slice(0, steps)) db.exec(step);
    db.exec(`PRAGMA user_version = ${steps}`);
    for (const [table, row] of Object.entries(ROWS)) {
      const columns = Object.keys(row);
      db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(
        ...Object.values(row),
      );
    }
    db.close();
  };

  test.each(OLD_STEPS.map((_, index) => index + 1))(
    'goes on after its step %s with everything in it',
    async (steps) => {
      makeOld(steps);
      const old = await open();
      await expectRows(old);
      const schema = await describeSchema(old);
      target = join(folder, 'new', 'control-plane.db');
      expect(schema).toEqual(await describeSchema(await open()));
    },
  );

  test('knows which runs wait for a worker only, what holds a worker, and how long the logs are', async () => {
    makeOld(OLD_STEPS.length);
    const { reads } = await open();
    expect(await reads.selectFrom('runs').select(['ready', 'holding', 'logPosition', 'logBytes']).execute()).toEqual([
      { ready: 0, holding: 1, logPosition: 1, logBytes: 6 },
    ]);
    expect(await reads.selectFrom('workers').select(['runId', 'fence']).execute()).toEqual([{ runId: 'r', fence: 1 }]);
    expect(await reads.selectFrom('logWriters').selectAll().execute()).toEqual([
      { runId: 'r', attempt: 1, writer: 'relay', sequence: 1 },
    ]);
  });

  test('gives higher fencing numbers than before', async () => {
    makeOld(OLD_STEPS.length);
    const database = await open();
    await database.transaction((db) => db.deleteFrom('assignments').execute());
    const inserted = await database.transaction((db) =>
      db
        .insertInto('assignments')
        .values(ROWS.assignments as never)
        .returning('fence')
        .executeTakeFirstOrThrow(),
    );
    expect(inserted.fence).toBe(2);
  });

  test('is refused by those versions afterwards', async () => {
    makeOld(OLD_STEPS.length);
    const { rows } = await sql<{ user_version: number }>`PRAGMA user_version`.execute((await open()).reads);
    expect(rows[0]!.user_version).toBeGreaterThan(OLD_STEPS.length);
  });

  test('with a step that nobody knows is refused as it is', async () => {
    makeOld(OLD_STEPS.length);
    await untyped(target, (db) => sql`PRAGMA user_version = 99`.execute(db).then(() => {}));
    await expect(open()).rejects.toThrow(/99/);
    await untyped(target, async (db) => {
      expect((await sql`PRAGMA user_version`.execute(db)).rows).toEqual([{ user_version: 99 }]);
    });
  });
});
