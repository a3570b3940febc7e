import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import type { Database } from '../../../src/control-plane/store/database/database';
import type { Schema } from '../../../src/control-plane/store/schema';
import { seedHistory, stackName } from '../../bench/control-plane/history/seed';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { temporaryFolder } from '../../support/folder';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { PostgresTraffic, type AskedOfPostgres } from '../../support/postgres-traffic';
import { newPostgres } from '../support/databases';
import { TestQueue } from '../support/queue';

/** Tables that grow with every run there ever was. */
const HISTORY = ['runs', 'assignments', 'logs'];
const SIZE = { stacks: 50, finished: 20_000, queued: 1_000 };

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

/* Whatever PostgreSQL knows of the values, and where it has to do without: a long history makes nothing slower. */
describe('with a history of which PostgreSQL has statistics', () => {
  let server: PostgresServer;
  let queue: TestQueue;
  let database: Database<Schema>;
  let client: Client;
  let traffic: PostgresTraffic;

  beforeAll(async () => {
    server = await startPostgres();
    // Before anything is sent that is prepared once.
    traffic = PostgresTraffic.listen();
    const open = await newPostgres(server);
    queue = await TestQueue.ready(temporaryFolder(), async (...given) => (database = await open(...given)));
    await seedHistory(database, queue.context.store, queue.pool.id, SIZE);
    const { rows } = await sql<{ name: string }>`SELECT current_database() AS name`.execute(database.reads);
    client = new Client({ connectionString: server.url(rows[0]!.name) });
    await client.connect();
  }, INSTALL_TIMEOUT_MS);

  afterAll(async () => {
    traffic?.stop();
    await client?.end();
    await queue?.close();
    await server?.stop();
  });

  let triggered = 0;
  const trigger = () => queue.trigger(stackName(triggered++));

  const wholeRun = async () => {
    const worker = await queue.register(`worker-${triggered}`);
    await trigger();
    const assignment = await queue.assignment(worker);
    await queue.report(worker, assignment, { kind: 'created', podName: 'pod' });
    await queue.start(assignment);
    await queue.log(assignment, 1, 2);
    await queue.heartbeat(assignment);
    await queue.sync([{ id: worker, pod: { runId: assignment.runId, attempt: assignment.attempt } }]);
    await queue.end(assignment);
    await queue.report(worker, assignment, { kind: 'released' });
    await queue.sync([]);
  };
  const lists = async () => {
    const { admin, pool } = queue;
    await admin.runs({ limit: 10 });
    await admin.runs({ limit: 10, pool: pool.id });
    await admin.runs({ limit: 10, stack: stackName(0) });
    await admin.pendingRuns([pool.id]);
  };

  /** What is read as a whole to carry out a statement. */
  const scannedBy = ({ Plans = [], ...plan }: Plan): string[] => [
    ...(plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? ''] : []),
    ...Plans.flatMap(scannedBy),
  ];

  /** What it would do with these values, not done. */
  async function planOf(text: string, values: AskedOfPostgres['values'], mode: 'generic' | 'custom'): Promise<Plan> {
    const given = values.map((value) => (value === null ? 'NULL' : client.escapeLiteral(value)));
    await client.query(`SET plan_cache_mode = force_${mode}_plan; PREPARE asked AS ${text}`);
    try {
      const call = given.length === 0 ? 'asked' : `asked(${given.join()})`;
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (FORMAT JSON) EXECUTE ${call}`);
      return rows[0]!['QUERY PLAN'][0].Plan;
    } finally {
      await client.query('DEALLOCATE asked');
    }
  }

  test.each<[string, () => Promise<unknown>, number]>([
    ['the life of a run', wholeRun, 40],
    ['a look at every lease', () => queue.sweep(), 6],
    ['lists of runs', lists, 4],
  ])('nothing in %s reads it as a whole', async (_, work, atLeast) => {
    traffic.reset();
    await work();
    const asked = new Map(traffic.asked.map((each) => [each.text, each.values]));
    expect(asked.size).toBeGreaterThanOrEqual(atLeast);
    for (const mode of ['generic', 'custom'] as const) {
      for (const [text, values] of asked) {
        const scanned = scannedBy(await planOf(text, values, mode));
        const ofHistory = scanned.filter((table) => HISTORY.includes(table));
        expect({ mode, text, ofHistory }).toEqual({ mode, text, ofHistory: [] });
      }
    }
  });

  test('what gives runs out is planned once for each connection, not each time', async () => {
    for (let given = 0; given < 12; given += 1) {
      await queue.register(`another-${given}`);
      await queue.trigger(stackName(given), 'PROPOSED');
    }
    // PostgreSQL makes five plans for the values at hand before it keeps one for all.
    const plans = await database.transaction((db) =>
      sql<{ kept: number }>`
        SELECT generic_plans AS kept FROM pg_prepared_statements
        WHERE statement LIKE '%skip locked' AND generic_plans + custom_plans > 5`.execute(db),
    );
    expect(plans.rows).toHaveLength(2);
    for (const { kept } of plans.rows) expect(kept).toBeGreaterThan(0);
  });
});
