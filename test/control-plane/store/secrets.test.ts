import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addEncryptionKey } from '../../../src/control-plane/new-keys';
import { storeOn, type Store } from '../../../src/control-plane/store';
import type { Database } from '../../../src/control-plane/store/database/database';
import { openPostgres } from '../../../src/control-plane/store/database/postgres';
import { openSqlite } from '../../../src/control-plane/store/database/sqlite';
import type { StackRecord } from '../../../src/control-plane/store/records';
import type { Schema } from '../../../src/control-plane/store/schema';
import { prepareSecrets, resealAll } from '../../../src/control-plane/store/secrets';
import { newKeyLine } from '../../../src/control-plane/vault';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { vaultOf } from '../support/vault';
import { startChild } from './support/child';

const SECRET = 'correct-horse-battery-staple';
const STACKS = 45;

let server: PostgresServer;
let folder: string;
/** A file of SQLite, or a URL of PostgreSQL. */
let target: string;
let opened: Database<Schema>[];

beforeAll(async () => {
  server = await startPostgres();
}, INSTALL_TIMEOUT_MS);
afterAll(() => server?.stop());
beforeEach(() => {
  folder = temporaryFolder();
  opened = [];
});
afterEach(async () => {
  await closeAll();
  removeFolder(folder);
});

async function closeAll(): Promise<void> {
  for (const database of opened.splice(0)) await database.close();
}

const isPostgres = (): boolean => target.startsWith('postgresql:');
const keysPath = (): string => join(folder, 'encryption.keys');

/** Without a vault: as an earlier version has it, which knew none. */
async function open(vault?: ReturnType<typeof vaultOf>): Promise<Database<Schema>> {
  const prepare = vault && { prepare: prepareSecrets(vault) };
  const database = await (isPostgres()
    ? openPostgres({ url: target, ...prepare })
    : openSqlite({ path: target, inProcess: true, ...prepare }));
  opened.push(database);
  return database;
}

async function openStore(): Promise<Store & { readonly database: Database<Schema> }> {
  const vault = vaultOf(folder);
  const database = await open(vault);
  return { ...storeOn(database, vault), database };
}

const stack = (id: string): StackRecord => ({
  id,
  name: `stack-${id}`,
  poolId: 'p',
  kind: 'stack',
  tool: 'OPENTOFU',
  toolVersion: null,
  playbook: null,
  projectRoot: '',
  runnerImage: null,
  autoDeploy: false,
  source: null,
  managesState: false,
  repository: null,
  driftCheckedAt: null,
  driftedSince: null,
  createdAt: 1,
});
const ids = Array.from({ length: STACKS }, (_, index) => `s${String(index).padStart(3, '0')}`);
const secretOf = (id: string) => ({ AWS_SECRET_ACCESS_KEY: `${SECRET}-${id}` });

async function addPool(database: Database<Schema>): Promise<void> {
  const pool = { id: 'p', name: 'p', labels: '[]', space: 'root', driftDetectionRunLimit: -1 };
  const rest = { certificate: 'pem', fingerprint: 'f', createdAt: 1, updatedAt: 1 };
  await database.transaction((db) =>
    db
      .insertInto('pools')
      .values({ ...pool, ...rest })
      .execute(),
  );
}

async function addStacks(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    for (const id of ids) await tx.stacks.insert(stack(id), secretOf(id));
  });
}

/** As an earlier version left it. */
async function leaveReadable(): Promise<void> {
  const database = await open();
  await addPool(database);
  await database.transaction((db) =>
    db
      .insertInto('stacks')
      .values(
        ids.map((id) => ({
          ...stack(id),
          autoDeploy: 0,
          managesState: 0,
          repository: null,
          deletedAt: null,
          environment: JSON.stringify(secretOf(id)),
        })),
      )
      .execute(),
  );
  await closeAll();
}

const stored = async (database: Database<Schema>): Promise<string[]> =>
  (await database.reads.selectFrom('stacks').select('environment').orderBy('id').execute()).map(
    (row) => row.environment,
  );

const keysOf = (values: readonly string[]): string[] => [...new Set(values.map((value) => value.split(':')[1]!))];

async function expectSecrets(store: Store): Promise<void> {
  for (const id of ids) expect(await store.read.stacks.environment(id)).toEqual(secretOf(id));
}

describe.each<[string, () => Promise<string>]>([
  ['SQLite', () => Promise.resolve(join(folder, 'control-plane.db'))],
  ['PostgreSQL', () => server.createDatabase()],
])('secrets of stacks in %s', (_, create) => {
  beforeEach(async () => {
    target = await create();
  });

  test('lie encrypted, and are opened where they belong alone', async () => {
    const store = await openStore();
    await addPool(store.database);
    await addStacks(store);
    await expectSecrets(store);
    for (const value of await stored(store.database)) expect(value).toMatch(/^v1:[\w-]+:[\w-]{16}:[\w-]+$/);

    await store.database.transaction((db) =>
      sql`UPDATE stacks SET environment = (SELECT environment FROM stacks WHERE id = ${ids[1]}) WHERE id = ${ids[0]}`.execute(
        db,
      ),
    );
    await expect(store.read.stacks.environment(ids[0]!)).rejects.toThrow(
      `the environment of ${ids[0]} in stacks cannot be opened`,
    );
  });

  test('are not looked at by who looks at a stack', async () => {
    const store = await openStore();
    await addPool(store.database);
    await addStacks(store);
    await store.database.transaction((db) => sql`UPDATE stacks SET environment = 'spoiled'`.execute(db));
    expect(await store.read.stacks.list()).toHaveLength(STACKS);
    expect(await store.transaction((tx) => tx.stacks.lock(ids[0]!))).toEqual(stack(ids[0]!));
    expect(await store.read.stacks.find(ids[0]!)).toEqual(stack(ids[0]!));
  });

  test('are encrypted where an earlier version left them readable, after which such ones are refused', async () => {
    await leaveReadable();
    const store = await openStore();
    await expectSecrets(store);
    await store.database.transaction((db) =>
      sql`UPDATE stacks SET environment = '{}' WHERE id = ${ids[0]}`.execute(db),
    );
    await closeAll();
    const again = await openStore();
    await expect(again.read.stacks.environment(ids[0]!)).rejects.toThrow('is not an encrypted value');
  });

  // Before the first value, amid them, after the last, and when what follows has begun.
  test.each([2, 25, 49, 50])('are whole and encrypted after a SIGKILL at statement %i of that', async (statement) => {
    await leaveReadable();
    vaultOf(folder);
    const child = startChild('seal', target, `${statement}`, folder);
    try {
      expect(await child.lines(1)).toEqual([]);
    } finally {
      await child.kill();
    }
    const store = await openStore();
    await expectSecrets(store);
    expect((await stored(store.database)).join('')).not.toContain(SECRET);
  });

  test('are refused at the start without the key that they are encrypted with, whose id is named', async () => {
    const store = await openStore();
    await addPool(store.database);
    await addStacks(store);
    const [key] = keysOf(await stored(store.database));
    await closeAll();
    const right = readFileSync(keysPath(), 'utf8');

    writeFileSync(keysPath(), newKeyLine());
    await expect(openStore()).rejects.toThrow(`encrypted with the key ${key}, which is not in encryption.keys`);
    writeFileSync(keysPath(), `${key}:${newKeyLine().split(':')[1]}`);
    await expect(openStore()).rejects.toThrow(`the key ${key} in encryption.keys is another`);
    writeFileSync(keysPath(), newKeyLine() + right);
    await expectSecrets(await openStore());
  });

  test('are not begun with another key by a process that has its own', async () => {
    await openStore();
    if (!isPostgres()) await closeAll();
    writeFileSync(keysPath(), newKeyLine());
    await expect(openStore()).rejects.toThrow('give all processes that share it the same keys (keysDir)');
  });

  test('that one cannot open do not keep the others from being used', async () => {
    const store = await openStore();
    await addPool(store.database);
    await addStacks(store);
    await store.database.transaction((db) =>
      sql`UPDATE stacks SET environment = substr(environment, 1, 60) WHERE id = ${ids[0]}`.execute(db),
    );
    await closeAll();
    const again = await openStore();
    expect(await again.read.stacks.environment(ids[1]!)).toEqual(secretOf(ids[1]!));
    await expect(again.read.stacks.environment(ids[0]!)).rejects.toThrow('cannot be opened');
  });

  test('are encrypted with another key while they are used, after which the former may go', async () => {
    const first = await openStore();
    await addPool(first.database);
    await addStacks(first);
    await closeAll();
    const key = addEncryptionKey(keysPath(), 'first');
    const vault = vaultOf(folder);
    const database = await open(vault);
    const store = storeOn(database, vault);

    const changed = { ...secretOf(ids[20]!), CHANGED: 'meanwhile' };
    const [{ failures }] = await Promise.all([
      resealAll(database, vault),
      store.transaction((tx) => tx.stacks.update(stack(ids[20]!), changed)),
    ]);
    expect(failures).toEqual([]);
    expect(keysOf(await stored(database))).toEqual([key]);
    await closeAll();

    writeFileSync(keysPath(), readFileSync(keysPath(), 'utf8').split('\n')[0]!);
    const after = await openStore();
    for (const id of ids.filter((each) => each !== ids[20]))
      expect(await after.read.stacks.environment(id)).toEqual(secretOf(id));
    expect(await after.read.stacks.environment(ids[20]!)).toEqual(changed);
  });

  test('that cannot be opened are told of by a rotation, which goes on with the others', async () => {
    const store = await openStore();
    await addPool(store.database);
    await addStacks(store);
    await store.database.transaction((db) =>
      sql`UPDATE stacks SET environment = '{}' WHERE id = ${ids[0]}`.execute(db),
    );
    addEncryptionKey(keysPath(), 'first');
    const { count, failures } = await resealAll(store.database, vaultOf(folder));
    // With the value that belongs to the database itself.
    expect(count).toBe(STACKS);
    expect(failures).toEqual([`the environment of ${ids[0]} in stacks is not an encrypted value`]);
  });
});

test('nothing of a secret is left in the files of SQLite after it was encrypted', async () => {
  target = join(folder, 'control-plane.db');
  await leaveReadable();
  const bytes = (): string =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'latin1'))
      .join('');
  expect(bytes().includes(SECRET)).toBe(true);
  await expectSecrets(await openStore());
  expect(bytes().includes(SECRET)).toBe(false);
});
