import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../support/waiting';
import type { Verdict } from '../../fault';
import type { ControlPlaneLab, Trial } from './lab';
import { PostgresWire, type CommitPoint, type Side } from './postgres-wire';
import type { Shape } from './site';

/** The commits of a run's life, by what their transactions say: statements, and their values. */
export const COMMIT_POINTS: Readonly<Record<string, RegExp>> = {
  'a run is triggered': /insert into "runs"/,
  'a worker gets a run': /insert into "assignments"/,
  'a Pod is let start': /update "assignments" set [^;]*"startedAt"/,
  'log lines are stored': /insert into "logs"[^]*stdout/,
  'a workspace is kept': /update "runs" set "workspace"/,
  'an outcome is stored': /update "assignments" set [^;]*"endedAt"/,
  'a plan is confirmed': /run\.confirm/,
  'a state is locked': /insert into "stateLocks"/,
  'a state is written': /insert into "stateVersions"/,
  'a worker is released': /update "assignments" set [^;]*"releasedAt"/,
};

const HOOK = 'test/chaos/labs/control-plane/kill-at-commit.mjs';
const REACHED_WITHIN_SECONDS = 60;

/** Where the order lies; the process removes it when it carries it out. */
const orderOf = (folder: string): string => join(folder, 'kill-at-commit.json');

/** Variables of a process on SQLite that kills itself at the commit that a file in the folder asks for. */
const variablesIn = (folder: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${join(process.cwd(), HOOK)}`,
  KILL_AT_COMMIT: orderOf(folder),
});

const putOrder = (folder: string, { pattern, side }: CommitPoint): void =>
  writeFileSync(orderOf(folder), JSON.stringify({ pattern: pattern.source, side }));

/** Variables of a process on SQLite that kills itself at a commit. */
export function killingAtCommit(folder: string, order: CommitPoint): Readonly<Record<string, string>> {
  putOrder(folder, order);
  return variablesIn(folder);
}

/** Kills the only control plane at every commit point, one after the other, and starts it again. */
export function killAtEachCommit(lab: ControlPlaneLab, database: Shape['database'], side: Side): Promise<Verdict> {
  if (database === 'postgres') return lab.during({ database }, (trial) => killAtEachOnPostgres(trial, side));
  const orders = lab.newFolder();
  const shape = { database, environment: variablesIn(orders) };
  return lab.during(shape, (trial) => killAtEachOnSqlite(trial, orders, side));
}

/** Kills the process at each point in turn, and starts it again. */
async function killAtEachOnSqlite({ site, signal }: Trial, folder: string, side: Side): Promise<void> {
  for (const [name, pattern] of Object.entries(COMMIT_POINTS)) {
    const order = orderOf(folder);
    putOrder(folder, { pattern, side });
    await until(`the commit at which ${name}`, REACHED_WITHIN_SECONDS, () => !existsSync(order), signal);
    await site.replica.restart();
  }
}

/** The same where what goes to PostgreSQL and comes back is watched between the two. */
async function killAtEachOnPostgres({ site, signal }: Trial, side: Side): Promise<void> {
  const wire = await PostgresWire.start(Number(new URL(site.databaseUrl!).port));
  site.atEnd(() => wire.close());
  site.database!.backEnds = [wire.port];
  // Its connections go through the wire from now on.
  site.database!.cut();
  for (const [name, pattern] of Object.entries(COMMIT_POINTS)) {
    const reached = wire.killAt({ pattern, side, pid: site.replica.pid });
    await until(`the commit at which ${name}`, REACHED_WITHIN_SECONDS, () => reached(), signal);
    await site.replica.restart();
  }
}
