import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { pino } from 'pino';
import { KeyFiles } from '../../src/control-plane/key-files';
import { KeyRotation, RETRY_MS } from '../../src/control-plane/key-rotation';
import { addEncryptionKey } from '../../src/control-plane/new-keys';
import { storeOn, type Store } from '../../src/control-plane/store';
import type { Database } from '../../src/control-plane/store/database/database';
import { openSqlite } from '../../src/control-plane/store/database/sqlite';
import type { Schema } from '../../src/control-plane/store/schema';
import { prepareSecrets } from '../../src/control-plane/store/secrets';
import { KEYRING_LOOK_MS, KeyringFile } from '../../src/control-plane/vault';
import { FakeClock } from '../support/fake-clock';
import { removeFolder, temporaryFolder } from '../support/folder';
import { until } from '../support/until';

const SECRET = 'correct-horse-battery-staple';
const STACKS = ['s0', 's1', 's2', 's3'];
const DONE = 'everything is encrypted with the key';

let folder: string;
let clock: FakeClock;
let logged: string;
let database: Database<Schema>;
let keyring: KeyringFile;
let store: Store;
let rotations: KeyRotation[];

beforeEach(async () => {
  folder = temporaryFolder();
  clock = new FakeClock();
  logged = '';
  rotations = [];
  keyring = new KeyringFile(KeyFiles.inDataFolder(folder), { clock, logger: logger() });
  const prepare = prepareSecrets(keyring.vault);
  database = await openSqlite({ path: join(folder, 'control-plane.db'), inProcess: true, prepare });
  store = storeOn(database, keyring.vault);
  const pool = { id: 'p', name: 'p', labels: '[]', space: 'root', driftDetectionRunLimit: -1 };
  const rest = { certificate: 'pem', fingerprint: 'f', createdAt: 1, updatedAt: 1 };
  await database.transaction((db) =>
    db
      .insertInto('pools')
      .values({ ...pool, ...rest })
      .execute(),
  );
  for (const id of STACKS) await addStack(id);
});

afterEach(async () => {
  await Promise.all(rotations.map((rotation) => rotation.close()));
  keyring.close();
  await database.close();
  removeFolder(folder);
});

const logger = () => pino({ base: undefined }, { write: (line: string) => void (logged += line) });
const keysPath = (): string => join(folder, 'encryption.keys');
const secretOf = (id: string) => ({ AWS_SECRET_ACCESS_KEY: `${SECRET}-${id}` });

const addStack = (id: string): Promise<void> => {
  const poor = {
    projectRoot: '',
    runnerImage: null,
    autoDeploy: false,
    managesState: false,
    repository: null,
    source: null,
    createdAt: 1,
  };
  const stack = {
    id,
    name: id,
    poolId: 'p',
    kind: 'stack' as const,
    tool: 'OPENTOFU' as const,
    toolVersion: null,
    playbook: null,
    ...poor,
  };
  return store.transaction((tx) => tx.stacks.insert(stack, secretOf(id)));
};

function start(on: Database<Schema> = database): KeyRotation {
  const rotation = new KeyRotation(keyring, { database: on, clock, logger: logger() });
  rotations.push(rotation);
  rotation.start();
  return rotation;
}

/** The database, of which the transaction of this number does something else first. */
function interruptedAt(number: number, interruption: () => unknown): Database<Schema> {
  let begun = 0;
  return {
    ...database,
    transaction: (work) => {
      if (++begun === number) interruption();
      return database.transaction(work);
    },
  };
}

/** The ids of the keys that the stacks are encrypted with, a key once. */
async function keysInUse(): Promise<string[]> {
  const rows = await database.reads.selectFrom('stacks').select('environment').execute();
  return [...new Set(rows.map(({ environment }) => environment.split(':')[1]!))];
}

async function expectSecrets(ids = STACKS): Promise<void> {
  for (const id of ids) expect(await store.read.stacks.environment(id)).toEqual(secretOf(id));
}

/** Puts a fresh key first, as the command does beside a control plane that runs. @returns its id and that of the former. */
function exchangeKey(): { present: string; former: string } {
  const former = keyring.vault.currentKey;
  return { present: addEncryptionKey(keysPath(), 'first'), former };
}

test('a key that is put first while the control plane runs encrypts what is there and what comes', async () => {
  start();
  const { present, former } = exchangeKey();
  await clock.advance(KEYRING_LOOK_MS);
  await until(() => logged.includes(DONE), 'the rotation is done');
  expect(logged).toContain(`${DONE} ${present}: once every process knows it, ${former} may be taken out`);
  await addStack('later');
  expect(await keysInUse()).toEqual([present]);

  // As the log says: everything is read without the former one.
  writeFileSync(keysPath(), `${readFileSync(keysPath(), 'utf8').split('\n')[0]}\n`);
  await clock.advance(KEYRING_LOOK_MS);
  expect(keyring.vault.keyIds).toEqual([present]);
  await expectSecrets([...STACKS, 'later']);
});

test('a rotation that a stop breaks off goes on with the next start, and everything is read meanwhile', async () => {
  let closed: Promise<void> | undefined;
  const stopped = start(interruptedAt(3, () => (closed = stopped.close())));
  const { present, former } = exchangeKey();
  await clock.advance(KEYRING_LOOK_MS);
  await until(() => closed !== undefined, 'the rotation is stopped');
  expect((await keysInUse()).sort()).toEqual([former, present].sort());
  expect(logged).not.toContain(DONE);
  await expectSecrets();

  start();
  await until(() => logged.includes(DONE), 'the rotation is done');
  expect(await keysInUse()).toEqual([present]);
  await expectSecrets();
});

test('a rotation that the database breaks off goes on a minute later', async () => {
  start(
    interruptedAt(3, () => {
      throw new Error('disk I/O error');
    }),
  );
  const { present, former } = exchangeKey();
  await clock.advance(KEYRING_LOOK_MS);
  await until(() => logged.includes('it goes on in a minute'), 'the rotation says that it failed');
  expect(logged).toContain('disk I/O error');
  expect(await keysInUse()).toContain(former);

  await clock.advance(RETRY_MS);
  await until(() => logged.includes(DONE), 'the rotation is done');
  expect(await keysInUse()).toEqual([present]);
});

test('a former key may not go while a value is not encrypted with the present one', async () => {
  await database.transaction((db) => sql`UPDATE stacks SET environment = '{}' WHERE id = 's1'`.execute(db));
  start();
  const { present } = exchangeKey();
  await clock.advance(KEYRING_LOOK_MS);
  await until(() => logged.includes('not encrypted with the key'), 'the rotation names what it cannot open');
  expect(logged).toContain(
    `not encrypted with the key ${present}: the environment of s1 in stacks is not an encrypted value`,
  );
  await rotations[0]!.close();
  expect(logged).not.toContain('may be taken out');
  await expectSecrets(['s0', 's2', 's3']);
});

test('with one key alone nothing is written', async () => {
  let written = 0;
  const rotation = start(interruptedAt(1, () => (written += 1)));
  await rotation.close();
  expect(written).toBe(0);
});

test('neither a key nor a secret gets into the log', async () => {
  start();
  exchangeKey();
  await clock.advance(KEYRING_LOOK_MS);
  await until(() => logged.includes(DONE), 'the rotation is done');
  const keys = readFileSync(keysPath(), 'utf8').trim().split('\n');
  expect(keys).toHaveLength(2);
  for (const secret of [SECRET, ...keys.map((line) => line.split(':')[1]!)]) expect(logged).not.toContain(secret);
});
