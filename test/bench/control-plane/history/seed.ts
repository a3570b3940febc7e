import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Store } from '../../../../src/control-plane/store';
import type { Database } from '../../../../src/control-plane/store/database/database';
import type { Schema } from '../../../../src/control-plane/store/schema';

export interface History {
  readonly stacks: number;
  /** Runs that have ended, spread over the stacks. */
  readonly finished: number;
  /** Runs that wait, spread over the stacks: the first of each stack for a worker, the others for that one. */
  readonly queued: number;
}

/** Rows of one transaction. */
const BATCH = 50_000;

export const stackName = (index: number): string => `history-${index}`;

/** Fills a pool with stacks and runs as years of use leave them, the runs by SQL alone. */
export async function seedHistory(
  database: Database<Schema>,
  store: Store,
  poolId: string,
  history: History,
): Promise<void> {
  const { stacks, finished, queued } = history;
  const rows = new Rows(database.dialect);
  await insertStacks(store, poolId, stacks);
  for (let from = 0; from < finished; from += BATCH) {
    const to = Math.min(from + BATCH, finished);
    await database.transaction(async (db) => {
      await insertRuns(db, rows, poolId, stacks, { from, to, state: 'FINISHED' });
      await insertTraces(db, rows, poolId, { from, to });
    });
  }
  await database.transaction((db) =>
    insertRuns(db, rows, poolId, stacks, { from: finished, to: finished + queued, state: 'QUEUED' }),
  );
  // What the server does by itself after a while.
  if (database.dialect === 'postgres') await sql`VACUUM (ANALYZE)`.execute(database.reads);
}

/** The few words that the databases say differently. */
class Rows {
  constructor(private readonly dialect: Database<Schema>['dialect']) {}

  /** A table `n` with the numbers `i` from one to below another. */
  numbers(from: number, to: number): RawBuilder<unknown> {
    return sql`(WITH RECURSIVE c(i) AS (SELECT ${sql.lit(from)} UNION ALL SELECT i + 1 FROM c WHERE i < ${sql.lit(to - 1)}) SELECT i FROM c) AS n`;
  }

  /** A ULID made of a digit and a number. */
  ulid(kind: number, number: RawBuilder<unknown>): RawBuilder<string> {
    return this.dialect === 'sqlite'
      ? sql`${sql.lit(String(kind))} || printf('%025d', ${number})`
      : sql`${sql.lit(String(kind))} || lpad((${number})::text, 25, '0')`;
  }
}

const STACK = 1;
const RUN = 0;

async function insertStacks(store: Store, poolId: string, count: number): Promise<void> {
  const same = {
    poolId,
    kind: 'stack',
    tool: 'OPENTOFU',
    toolVersion: null,
    playbook: null,
    projectRoot: '',
    runnerImage: null,
    autoDeploy: false,
    managesState: true,
    repository: null,
  } as const;
  await store.transaction(async (tx) => {
    for (let i = 0; i < count; i += 1) {
      const id = `${STACK}${String(i).padStart(25, '0')}`;
      await tx.stacks.insert({ ...same, id, name: stackName(i), source: 'source', createdAt: 1 }, {});
    }
  });
}

interface Range {
  readonly from: number;
  readonly to: number;
}

async function insertRuns(
  db: Kysely<Schema>,
  rows: Rows,
  poolId: string,
  stacks: number,
  { from, to, state }: Range & { readonly state: 'FINISHED' | 'QUEUED' },
): Promise<void> {
  if (from === to) return;
  const ended = state === 'FINISHED';
  const ready = ended ? sql`0` : sql`CASE WHEN i - ${sql.lit(from)} < ${sql.lit(stacks)} THEN 1 ELSE 0 END`;
  await sql`
    INSERT INTO runs (id, "stackId", "poolId", type, state, "autoDeploy", source, attempt, reason, "createdAt", "updatedAt", "finishedAt", ready)
    SELECT ${rows.ulid(RUN, sql`i`)}, ${rows.ulid(STACK, sql`i % ${sql.lit(stacks)}`)}, ${poolId}, 'TRACKED', ${sql.lit(state)}, 0, 'source',
      ${sql.lit(ended ? 1 : 0)}, ${ended ? sql`'Succeeded'` : sql`NULL`}, i, i, ${ended ? sql`i` : sql`NULL`}, ${ready}
    FROM ${rows.numbers(from, to)}`.execute(db);
}

/** Assignments and the end of the log. */
async function insertTraces(db: Kysely<Schema>, rows: Rows, poolId: string, { from, to }: Range): Promise<void> {
  await sql`
    INSERT INTO assignments ("runId", attempt, stage, "workerId", "poolId", "sessionId", "createdAt", "startDeadline", "startedAt", "podUid", "endedAt", "endedBy", "releasedAt")
    SELECT ${rows.ulid(RUN, sql`i`)}, 1, 'preparing', 'worker', ${poolId}, 'session', i, i, i, 'pod', i, 'relay', i
    FROM ${rows.numbers(from, to)}`.execute(db);
  await sql`
    INSERT INTO logs ("runId", position, attempt, writer, sequence, time, stream, step, text)
    SELECT ${rows.ulid(RUN, sql`i`)}, 1, 1, 'relay', 1, i, 'stdout', 'plan', 'No changes.'
    FROM ${rows.numbers(from, to)}`.execute(db);
}
