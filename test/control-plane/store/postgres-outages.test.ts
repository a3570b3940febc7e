import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { until } from '../../support/until';
import { makePool, makeStack, newWorker, TestControlPlane, type TestPool } from '../support/control-plane';
import { Speaker } from '../support/speaking';

/** Who owns the database; no superuser, because those are let in beyond every limit. */
const OWNER = { name: 'pools', password: 'secret-of-the-test' };

let server: PostgresServer;
let database: string;
let controlPlane: TestControlPlane;
let speaker: Speaker;
let pool: TestPool;
let jwt: string;

/** As the superuser, whom nothing of this concerns. */
async function carryOut(...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: server.url(database) });
  client.on('error', () => {});
  await client.connect();
  try {
    for (const statement of ['SET default_transaction_read_only = off', ...statements]) await client.query(statement);
  } finally {
    await client.end();
  }
}

const CUT =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = $$pools$$';

beforeAll(async () => {
  server = await startPostgres();
  database = new URL(await server.createDatabase()).pathname.slice(1);
  await carryOut(`CREATE ROLE ${OWNER.name} LOGIN PASSWORD '${OWNER.password}'`);
  await carryOut(`ALTER DATABASE ${database} OWNER TO ${OWNER.name}`, `GRANT ALL ON SCHEMA public TO ${OWNER.name}`);
  const url = new URL(server.url(database));
  [url.username, url.password] = [OWNER.name, OWNER.password];
  controlPlane = await TestControlPlane.start({ databaseUrl: url.href, mqttPort: null });
  speaker = new Speaker(controlPlane);
  jwt = await speaker.logIn();
  pool = await makePool(controlPlane);
  await makeStack(controlPlane, pool.id);
});

afterAll(async () => {
  await speaker?.close();
  await controlPlane?.close();
  await server?.stop();
});

const trigger = async () => {
  const query = 'mutation($stack: ID!) { runTrigger(stack: $stack, runType: PROPOSED) { id } }';
  const answer = await speaker.send('POST', '/graphql', {
    body: JSON.stringify({ query, variables: { stack: 'stack' } }),
    jwt,
  });
  const body = (await answer.body.json()) as { errors?: { message: string; extensions?: { code: string } }[] };
  const [error] = body.errors ?? [];
  return { status: answer.statusCode, code: error?.extensions?.code, message: error?.message };
};

const register = async () => {
  const body = { session: 'session', workers: [newWorker()] };
  const answer = await speaker.operation(pool, 'register', body);
  const { code, message } = (await answer.body.json()) as { code?: string; message?: string };
  return { status: answer.statusCode, code, message };
};

const both = async () => [await register(), await trigger()];
const DONE = { status: 200, code: undefined, message: undefined };
const refusal = (message: RegExp) => ({ status: 503, code: 'unavailable', message: expect.stringMatching(message) });

const FULL = `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`;
const fill = (table: string) =>
  `CREATE TRIGGER full_disk BEFORE INSERT ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION full_disk()`;

describe('while PostgreSQL fails over, or is full, a control plane', () => {
  test('does what is asked of it over connections that were all cut, again and again', async () => {
    for (let cut = 0; cut < 3; cut++) {
      await carryOut(CUT);
      expect(await both()).toEqual([DONE, DONE]);
    }
  });

  test.each<[string, RegExp, readonly string[], readonly string[]]>([
    [
      'only reads are taken',
      /^the database only takes reads now, as a standby does/,
      [`ALTER SYSTEM SET default_transaction_read_only = on`, 'SELECT pg_reload_conf()', 'SELECT pg_sleep(0.5)', CUT],
      [`ALTER SYSTEM RESET default_transaction_read_only`, 'SELECT pg_reload_conf()', 'SELECT pg_sleep(0.5)', CUT],
    ],
    [
      'no connection is left',
      /^the database has no connection left/,
      [`ALTER ROLE ${OWNER.name} CONNECTION LIMIT 0`, CUT],
      [`ALTER ROLE ${OWNER.name} CONNECTION LIMIT -1`],
    ],
    [
      'its disk is full',
      /^the database has no space left on its disk/,
      [FULL, fill('workers'), fill('runs')],
      ['DROP FUNCTION full_disk CASCADE'],
    ],
  ])('where %s, refuses with 503 and a sentence, and goes on when that is over', async (_, sentence, begin, end) => {
    expect(await both()).toEqual([DONE, DONE]);
    await carryOut(...begin);
    try {
      expect(await both()).toEqual([refusal(sentence), refusal(sentence)]);
    } finally {
      await carryOut(...end);
    }
    await until(async () => (await both()).every(({ status }) => status === 200), 'it serves again');
  });

  test('that is away is away, too, and comes back with it', async () => {
    const restarting = server.restart();
    const statuses = new Set<number>();
    while (
      !(await Promise.race([restarting.then(() => true), register().then(({ status }) => void statuses.add(status))]))
    );
    await until(async () => (await both()).every(({ status }) => status === 200), 'it serves again');
    expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  });
});
