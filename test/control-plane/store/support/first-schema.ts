import { expect } from '@jest/globals';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Pool } from 'pg';
import type { Dialect } from '../../../../src/control-plane/store/database/database';
import { migrationsOf } from '../../../../src/control-plane/store/database/migrate';
import { plainDialect } from '../../../../src/control-plane/store/database/postgres-dialect';
import { PlainDriver, sqliteDialect } from '../../../../src/control-plane/store/database/sqlite-dialect';
import { inProcess } from '../../../../src/control-plane/store/database/sqlite-executor';
import type { Untyped } from '../../../../src/control-plane/store/migrations/migration';

const FIRST = '0001-initial';

/** A row of each table of the first schema. */
export const ROWS: Readonly<Record<string, Record<string, string | number>>> = {
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

/** A connection that knows nothing of the schema of today. */
export async function untyped(
  target: string,
  work: (db: Kysely<Untyped>, dialect: Dialect) => Promise<void>,
): Promise<void> {
  if (target.startsWith('postgresql:')) {
    const db = new Kysely<Untyped>({
      dialect: plainDialect(new Pool({ connectionString: target, max: 2 })),
    });
    await work(db, 'postgres').finally(() => db.destroy());
  } else {
    const executor = inProcess({ path: target, readOnly: false });
    const db = new Kysely<Untyped>({ dialect: sqliteDialect(new PlainDriver(executor), 'one') });
    await work(db, 'sqlite').finally(() => executor.close());
  }
}

/** The same rows as they are now. */
const { config: _config, ...pool } = ROWS.pools!;
export const ROWS_NOW: typeof ROWS = { ...ROWS, pools: pool, logs: { ...ROWS.logs, position: 1 } };

export async function insertRows(db: Kysely<Untyped>): Promise<void> {
  for (const [table, row] of Object.entries(ROWS)) await db.insertInto(table).values(row).execute();
}

/** As the first version with a name left it, with a row in each table. */
export const makeFirst = (target: string): Promise<void> =>
  untyped(target, async (db, dialect) => {
    const provider = { getMigrations: () => Promise.resolve({ [FIRST]: migrationsOf(dialect)[FIRST]! }) };
    expect((await new Migrator({ db, provider }).migrateToLatest()).error).toBeUndefined();
    await insertRows(db);
  });
