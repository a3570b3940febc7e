import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database, Dialect } from '../../../src/control-plane/store/database/database';
import { migrationsOf } from '../../../src/control-plane/store/database/migrate';
import { openPostgres } from '../../../src/control-plane/store/database/postgres';
import { postgresDialect } from '../../../src/control-plane/store/database/postgres-dialect';
import { openSqlite } from '../../../src/control-plane/store/database/sqlite';
import { PlainDriver, sqliteDialect } from '../../../src/control-plane/store/database/sqlite-dialect';
import { inProcess } from '../../../src/control-plane/store/database/sqlite-executor';
import { MIGRATIONS } from '../../../src/control-plane/store/migrations/index';
import type { Untyped } from '../../../src/control-plane/store/migrations/migration';
import type { Schema } from '../../../src/control-plane/store/schema';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { startChild } from './support/child';
import { OLD_STEPS } from './support/old-steps';

const FIRST = '0001-initial';

/** A row of each table of the first schema. */
const ROWS: Readonly<Record<string, Record<string, string | number>>> = {
  pools: {
    id: 'p',
    name: 'a pool',
    labels: '[]',
    space: 'root',
    driftDetectionRunLimit: 1,
    config: 'token',
    certificate: 'pem',
    fingerprint: 'f',
    createdAt: 1,
    updatedAt: 1,
  },
  workers: {
    id: 'w',
    poolId: 'p',
    sessionId: 's',
    name: 'a worker',
    metadata: '{}',
    revision: 1,
    createdAt: 1,
    availableAt: 1,
  },
  stacks: {
    id: 's',
    name: 'a stack',
    poolId: 'p',
    tool: 'OPENTOFU',
    projectRoot: '.',
    autoDeploy: 0,
    environment: '{}',
    createdAt: 1,
  },
  runs: {
    position: 7,
    id: 'r',
    stackId: 's',
    poolId: 'p',
    type: 'TRACKED',
    state: 'PLANNING',
    autoDeploy: 0,
    source: 'b',
    createdAt: 1,
    updatedAt: 1,
  },
  assignments: {
    fence: 7,
    runId: 'r',
    attempt: 1,
    stage: 'plan',
    workerId: 'w',
    poolId: 'p',
    sessionId: 's',
    createdAt: 1,
    startDeadline: 2,
  },
  logs: {
    id: 7,
    runId: 'r',
    attempt: 1,
    writer: 'relay',
    sequence: 1,
    time: 1,
    stream: 'stdout',
    step: 'plan',
    text: 'a line',
  },
};

let server: PostgresServer;
let folder: string;
/** A file of SQLite, or a URL of PostgreSQL. */
let target: string;
let opened: Database<Schema>[];

beforeAll(async () => {
  server = await startPostgres();
});

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

/** A connection that knows nothing of the schema of today. */
async function untyped(work: (db: Kysely<Untyped>, dialect: Dialect) => Promise<void>): Promise<void> {
  if (target.startsWith('postgresql:')) {
    const db = new Kysely<Untyped>({
      dialect: postgresDialect(new Pool({ connectionString: target, max: 2 }), 'plain'),
    });
    await work(db, 'postgres').finally(() => db.destroy());
  } else {
    const executor = inProcess({ path: target, readOnly: false });
    const db = new Kysely<Untyped>({ dialect: sqliteDialect(new PlainDriver(executor), 'one') });
    await work(db, 'sqlite').finally(() => executor.close());
  }
}

async function insertRows(db: Kysely<Untyped>): Promise<void> {
  for (const [table, row] of Object.entries(ROWS)) await db.insertInto(table).values(row).execute();
}

async function expectRows(database: Database<Schema>): Promise<void> {
  for (const [table, row] of Object.entries(ROWS)) {
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

const newFile = () => Promise.resolve(join(folder, 'control-plane.db'));

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

  /** As the first version of this schema left it. */
  const makeFirst = () =>
    untyped(async (db, dialect) => {
      const provider = { getMigrations: () => Promise.resolve({ [FIRST]: migrationsOf(dialect)[FIRST]! }) };
      expect((await new Migrator({ db, provider }).migrateToLatest()).error).toBeUndefined();
      await insertRows(db);
    });

  test('is brought up to date with everything that is in it', async () => {
    await makeFirst();
    const database = await open();
    await expectRows(database);
    const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(
      database.reads,
    );
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(MIGRATIONS));
  });

  test('of a newer version is refused, with its name and what to do', async () => {
    await (await open()).close();
    await untyped((db) =>
      db
        .insertInto('kysely_migration')
        .values({ name: '9999-later', timestamp: new Date().toISOString() })
        .execute()
        .then(() => {}),
    );
    await expect(open()).rejects.toThrow(
      `was written by a newer version (migration 9999-later, this one knows up to ${Object.keys(MIGRATIONS).at(-1)}): start that version, or restore a backup`,
    );
  });

  // Before, amid and after the statements of the first migration.
  test.each([2, 9, 19])('is whole after a SIGKILL at statement %s of its making', async (statement) => {
    const child = startChild('migrate', target, `${statement}`);
    try {
      expect(await child.lines(1)).toEqual([]);
    } finally {
      await child.kill();
    }
    const database = await open();
    await database.transaction(insertRows as (db: Kysely<Schema>) => Promise<void>);
    await expectRows(database);
  });
});

test('of processes that migrate one PostgreSQL at the same time, one does it and the others wait', async () => {
  target = await server.createDatabase();
  const children = [1, 2, 3].map(() => startChild('migrate', target, '-1'));
  try {
    const said = await Promise.all(children.map((child) => child.lines(1)));
    expect(said).toEqual([['migrated'], ['migrated'], ['migrated']]);
  } finally {
    await Promise.all(children.map((child) => child.kill()));
  }
  await (await open()).ping();
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

  test('gives higher fencing numbers than before', async () => {
    makeOld(OLD_STEPS.length);
    const database = await open();
    await database.transaction((db) => db.deleteFrom('assignments').execute());
    const { fence: _, ...assignment } = ROWS.assignments!;
    const inserted = await database.transaction((db) =>
      db
        .insertInto('assignments')
        .values(assignment as never)
        .returning('fence')
        .executeTakeFirstOrThrow(),
    );
    expect(inserted.fence).toBe(8);
  });

  test('is refused by those versions afterwards', async () => {
    makeOld(OLD_STEPS.length);
    const { rows } = await sql<{ user_version: number }>`PRAGMA user_version`.execute((await open()).reads);
    expect(rows[0]!.user_version).toBeGreaterThan(OLD_STEPS.length);
  });

  test('with a step that nobody knows is refused as it is', async () => {
    makeOld(OLD_STEPS.length);
    await untyped((db) => sql`PRAGMA user_version = 99`.execute(db).then(() => {}));
    await expect(open()).rejects.toThrow(/99/);
    await untyped(async (db) => {
      expect((await sql`PRAGMA user_version`.execute(db)).rows).toEqual([{ user_version: 99 }]);
    });
  });
});
