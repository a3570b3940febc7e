import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import { Pool, type ClientBase, type PoolConfig } from 'pg';
import type { Migrations } from '../migrations/index';
import type { Untyped } from '../migrations/migration';
import type { Schema } from '../schema';
import type { Database } from './database';
import { migrate, ping, type Prepare } from './migrate';
import { addressOf, connectionConfig, TIMEOUTS, type PostgresOptions } from './postgres-config';
import { again } from './again';
import { UNOBSERVED, type ConnectionLoad, type DatabaseObserver } from './observer';
import { Prepared } from './postgres-batch';
import { LentConnection } from './postgres-connection';
import { notesOn, plainDialect, readsOn, transactionOn } from './postgres-dialect';
import { explain, isConflict, isLocked } from './postgres-errors';
import { PostgresListener } from './postgres-listener';

const POOL_SIZE = 10;
/** After which a connection that nobody uses is closed: another has to log in, and to plan every statement anew. */
const IDLE_MS = 10 * 60_000;
/** How long a migration waits for a table: everybody else waits behind it. */
const MIGRATION_LOCK_MS = 3_000;
/** How long the others then have the tables to themselves, at most. */
const MIGRATION_WAIT_MS = 2_000;
/** More than ten minutes, in which a Pod must have started. */
const MIGRATION_TRIES = 200;

/** Opens a database that is there, and brings its schema up to date; any number of processes may share it. */
export async function openPostgres(options: PostgresOptions): Promise<Database<Schema>> {
  const config = connectionConfig(options);
  const address = addressOf(options.url);
  const { poolSize: size = POOL_SIZE, observer = UNOBSERVED } = options;
  try {
    // Before anything is changed through what is no PostgreSQL of its own.
    const listener = await PostgresListener.open(config, observer);
    await migratePostgres(config, address, options.prepare).catch(async (error: unknown) => {
      await listener.close();
      throw error;
    });
    // Of their own, so that a transaction which waits for a read never waits for other transactions.
    const reads = openPool({ ...config, ...TIMEOUTS, max: Math.ceil(size / 2), onConnect: prepareReads });
    const transactions = openPool({ ...config, ...TIMEOUTS, max: size });
    return postgresDatabase(transactions, reads, listener, observer);
  } catch (error) {
    throw explain(error, address);
  }
}

/** Brings the schema up to date while processes of the release before may serve. */
export async function migratePostgres(
  config: PoolConfig,
  address: string,
  prepare?: Prepare,
  migrations?: Migrations,
): Promise<void> {
  const db = new Kysely<Untyped>({
    dialect: plainDialect(openPool({ ...config, lock_timeout: MIGRATION_LOCK_MS, max: 2 })),
  });
  try {
    await patiently(() => migrate(db, 'postgres', address, { migrations }));
    await prepare?.(db, 'postgres');
  } finally {
    await db.destroy();
  }
}

/** Tries again when those who use the tables meanwhile, or a backup of them, were in the way. */
async function patiently(attempt: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(isConflict(error) || isLocked(error)) || tries === MIGRATION_TRIES) throw error;
      await sleep(MIGRATION_WAIT_MS * Math.random());
    }
  }
}

function openPool(config: PoolConfig): Pool {
  const pool = new Pool({ idleTimeoutMillis: IDLE_MS, onConnect: prepareSession, ...config });
  // A connection that breaks while nobody uses it leaves the pool; one in use fails its statement.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** A plan that is thought to be long, as where statistics are missing, is not worth the time that its compilation takes. */
const prepareSession = (client: ClientBase) => client.query('SET jit = off') as unknown as void;

/** What is written over it, besides, may be lost. */
const prepareReads = (client: ClientBase) =>
  client.query('SET jit = off; SET synchronous_commit = off') as unknown as void;

function postgresDatabase(
  transactionPool: Pool,
  readPool: Pool,
  listener: PostgresListener,
  observer: DatabaseObserver,
): Database<Schema> {
  const prepared = new Prepared();
  const reads = readsOn(readPool, prepared, observer);
  const notes = notesOn(readPool, prepared, observer);
  const transaction: Database<Schema>['transaction'] = (work) =>
    again(() => transactionOn(transactionPool, prepared, observer, work), observer);
  const close = async () => {
    await Promise.all([listener.close(), transactionPool.end(), readPool.end()]);
  };
  let closed: Promise<void> | undefined;
  return {
    dialect: 'postgres',
    reads,
    notes,
    transaction,
    now: async () => {
      const { rows } = await sql<{ now: number }>`
        SELECT floor(extract(epoch FROM clock_timestamp()) * 1000) AS now`.execute(reads);
      return rows[0]!.now;
    },
    notify: (db, topics) =>
      db.getExecutor().provideConnection((connection) => {
        if (!(connection instanceof LentConnection)) throw new Error('notify belongs inside a transaction');
        connection.notify(topics);
        return Promise.resolve();
      }),
    listen: (onTopic, onLost) => void listener.listeners.push({ onTopic, onLost }),
    load: () => [loadOf('transactions', transactionPool), loadOf('reads', readPool)],
    ping: () => transaction(ping),
    close: () => (closed ??= close()),
  };
}

function loadOf(pool: ConnectionLoad['pool'], { totalCount, idleCount, waitingCount }: Pool): ConnectionLoad {
  return { pool, used: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
}
