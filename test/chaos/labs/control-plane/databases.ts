import { Client } from 'pg';
import { startPgBouncer } from '../../../support/pgbouncer';
import type { Verdict } from '../../fault';
import type { ControlPlaneLab, Trial } from './lab';
import type { Site } from './site';

/** Carries statements out one after the other, as the superuser, past the network between. */
export async function query(site: Site, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: site.databaseUrl! });
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const END_ALL_OTHERS =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()';

/** Ends every connection to the database. */
export const endConnections = (site: Site): Promise<void> => query(site, END_ALL_OTHERS);

/** Takes every connection that PostgreSQL has, also those that the control plane had. */
export async function takeAllConnections(lab: ControlPlaneLab, { site }: Trial, seconds: number): Promise<void> {
  const taken: Client[] = [];
  const takeOne = async (): Promise<boolean> => {
    const client = new Client({ connectionString: site.databaseUrl! });
    client.on('error', () => undefined);
    try {
      await client.connect();
      taken.push(client);
      return true;
    } catch {
      return false;
    }
  };
  try {
    while (await takeOne());
    // Those of the control plane are taken as soon as they are free.
    site.database!.refuse();
    while (await takeOne());
    site.database!.heal();
    await lab.sleep(seconds);
  } finally {
    await Promise.all(taken.map((client) => client.end()));
  }
}

/** As docs/operations/control-plane.md asks for it. */
const BOUNCER = {
  pool_mode: 'session',
  ignore_startup_parameters: 'statement_timeout, lock_timeout, idle_in_transaction_session_timeout',
};

/** PgBouncer between control plane and PostgreSQL, which is killed so many times. */
export function throughPgBouncer(lab: ControlPlaneLab, times: number): Promise<Verdict> {
  return lab.during({ database: 'postgres' }, async ({ site }) => {
    const start = () => startPgBouncer(site.databaseUrl!, BOUNCER);
    let bouncer = await start();
    site.atEnd(() => bouncer.stop());
    const lead = (): void => void (site.database!.backEnds = [Number(new URL(bouncer.url).port)]);
    lead();
    // Its connections go through PgBouncer from now on.
    site.database!.cut();
    for (let time = 0; time < times; time += 1) {
      await lab.sleep(3);
      await bouncer.stop();
      await lab.sleep(1);
      bouncer = await start();
      lead();
    }
  });
}
