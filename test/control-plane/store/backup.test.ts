import { existsSync, mkdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { backup, type Place } from '../../../src/control-plane/store/database/backup';
import type { Database } from '../../../src/control-plane/store/database/database';
import { openPostgres } from '../../../src/control-plane/store/database/postgres';
import { restore } from '../../../src/control-plane/store/database/restore';
import { openSqlite } from '../../../src/control-plane/store/database/sqlite';
import type { Schema } from '../../../src/control-plane/store/schema';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { startChild } from './support/child';
import { makeFirst, ROWS, untyped } from './support/first-schema';

let server: PostgresServer;
let folder: string;
let file: string;
let databases = 0;

beforeAll(async () => {
  server = await startPostgres();
}, INSTALL_TIMEOUT_MS);

afterAll(() => server?.stop());

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, 'backup.db');
});

afterEach(() => removeFolder(folder));

const newFile = () => {
  const data = join(folder, `${++databases}`);
  mkdirSync(data);
  return Promise.resolve(join(data, 'control-plane.db'));
};
const newDatabase = () => server.createDatabase();

const KINDS: readonly [string, () => Promise<string>][] = [
  ['SQLite', newFile],
  ['PostgreSQL', newDatabase],
];

const isUrl = (target: string) => target.startsWith('postgresql:');
const placeOf = (target: string): Place => (isUrl(target) ? { url: target } : { path: target });

async function withDatabase<T>(target: string, work: (database: Database<Schema>) => Promise<T>): Promise<T> {
  const database = await (isUrl(target)
    ? openPostgres({ url: target })
    : openSqlite({ path: target, inProcess: true }));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** The newest schema with a row in each table, and two fences given to assignments that are gone. */
async function fill(target: string): Promise<void> {
  await makeFirst(target);
  await withDatabase(target, async (database) => {
    await database.transaction(async (db) => {
      for (const [attempt, endedAt] of [2, 3].map((n) => [n, 1])) {
        const gone = { ...ROWS.assignments, attempt, endedAt, releasedAt: 1 } as never;
        await db.insertInto('assignments').values(gone).execute();
      }
      await db.deleteFrom('assignments').where('attempt', '>', 1).execute();
    });
  });
}

/** Every row of every table. */
const contentOf = (target: string) =>
  withDatabase(target, async ({ reads }) => {
    const content: Record<string, string[]> = {};
    for (const { name } of await reads.introspection.getTables()) {
      const rows = await reads
        .selectFrom(name as keyof Schema)
        .selectAll()
        .execute();
      content[name] = rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
    }
    return content;
  });

/** Without the length of its log, to which a line came. */
const unmarked = (row: string) => row.replace(/\["log(Bytes|Position)",\d+\]/g, '');

const nextFence = (target: string) =>
  withDatabase(target, (database) =>
    database.transaction(async (db) => {
      const next = { ...ROWS.assignments, attempt: 4, workerId: 'other', endedAt: 1 } as never;
      return (await db.insertInto('assignments').values(next).returning('fence').executeTakeFirstOrThrow()).fence;
    }),
  );

describe.each(KINDS)('a backup of %s', (_, createSource) => {
  test.each(KINDS)(
    'restores everything into %s, which goes on with numbers that were never given out',
    async (__, createTarget) => {
      const source = await createSource();
      await fill(source);
      const content = await contentOf(source);
      expect(Object.values(content).flat().length).toBeGreaterThanOrEqual(Object.keys(ROWS).length);
      await backup(placeOf(source), file);
      const target = await createTarget();
      await restore(file, placeOf(target));
      const { leaseClock, pools, workers, runs, logs, logWriters, ...restored } = await contentOf(target);
      expect(content).toMatchObject(restored);
      expect(Object.keys(content).toSorted()).toEqual(
        [...Object.keys(restored), 'leaseClock', 'pools', 'workers', 'runs', 'logs', 'logWriters'].toSorted(),
      );
      expect(leaseClock!.join()).toContain('["restoredLease",0]');
      const free = 1_000_000_000;
      expect(pools!.join()).toContain(`["revision",${free}]`);
      expect(workers!.join()).toContain(`["revision",${free}]`);
      expect(runs!.map(unmarked)).toEqual(content.runs!.map(unmarked));
      expect(logs).toEqual(expect.arrayContaining(content.logs!));
      expect(logs!.join()).toContain('restored from a backup made up to here');
      expect(logWriters).toEqual(expect.arrayContaining(content.logWriters!));
      expect(await nextFence(source)).toBe(4);
      expect(await nextFence(target)).toBe(free + 4);
    },
  );

  test('holds what was acknowledged before it, and is not restored while the writing goes on', async () => {
    const source = await createSource();
    const child = startChild('write', source);
    try {
      const before = (await child.lines(50)).slice();
      await backup(placeOf(source), file);
      await expect(restore(file, placeOf(source))).rejects.toThrow(/is in use by/);
      const written = child.said.length;
      expect((await child.lines(written + 50)).length).toBeGreaterThan(written);
      const target = await newFile();
      await restore(file, placeOf(target));
      const rows = await withDatabase(target, ({ reads }) =>
        reads.selectFrom('formerCredentials').selectAll().execute(),
      );
      expect(rows.map(({ fingerprint }) => fingerprint)).toEqual(expect.arrayContaining(before));
    } finally {
      await child.kill();
    }
  });
});

describe('a backup', () => {
  let source: string;

  beforeEach(async () => {
    source = await newFile();
    await fill(source);
  });

  test('is its owner’s alone', async () => {
    await backup({ path: source }, file);
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  });

  test('never replaces a file', async () => {
    await backup({ path: source }, file);
    await expect(backup({ path: source }, file)).rejects.toThrow(`${file} is there already: name another file`);
  });

  test('of nothing is refused, and leaves no file', async () => {
    const nothing = { path: join(folder, 'none', 'control-plane.db') };
    await expect(backup(nothing, file)).rejects.toThrow(`there is no database ${nothing.path}`);
    const unreachable = { url: 'postgresql://postgres@127.0.0.1:1/none' };
    await expect(backup(unreachable, file)).rejects.toThrow(/is not reachable/);
    expect(['', '.partial'].filter((rest) => existsSync(`${file}${rest}`))).toEqual([]);
  });

  test('that is restored leaves what was there before in a file of its own', async () => {
    await backup({ path: source }, file);
    const content = await contentOf(source);
    await withDatabase(source, (database) => database.transaction((db) => db.deleteFrom('assignments').execute()));
    const changed = await contentOf(source);
    const former = await restore(file, { path: source });
    expect((await contentOf(source)).assignments).toEqual(content.assignments);
    expect(await contentOf(former!)).toEqual(changed);
  });

  test.each(KINDS)('of a newer version is refused by %s, which keeps what it has', async (_, create) => {
    const target = await create();
    await fill(target);
    const content = await contentOf(target);
    await backup({ path: source }, file);
    await untyped(file, (db) =>
      db
        .insertInto('kysely_migration')
        .values({ name: '9999-later', timestamp: new Date().toISOString() })
        .execute()
        .then(() => {}),
    );
    await expect(restore(file, placeOf(target))).rejects.toThrow(
      /backup.db was written by a newer version \(migration 9999/,
    );
    expect(await contentOf(target)).toEqual(content);
  });

  test.each([
    ['no database', () => writeFile(file, 'a text'.repeat(1000)), /is no backup of a control plane/],
    [
      'another database',
      () => untyped(file, (db) => sql`CREATE TABLE t (n)`.execute(db).then(() => {})),
      /is no backup/,
    ],
    ['not there', () => Promise.resolve(), /there is no file/],
  ])('that is %s is refused', async (_, make, sentence) => {
    await make();
    await expect(restore(file, { path: source })).rejects.toThrow(sentence);
  });
});
