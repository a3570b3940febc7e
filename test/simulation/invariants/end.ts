import { WORKER_POOLS } from '../../../src/controller/resources';
import { isTerminal } from '../../../src/control-plane/queue/transitions';
import { alive } from '../world/ground';
import { POOL_NAME } from '../world/template';
import { NAMESPACE, type World } from '../world/world';
import type { Acknowledged } from '../world/observers';
import type { Ledger } from './ledger';

/** Why the world has not come to rest yet; undefined when it has. */
export function unrest(world: World, ledger: Ledger): string | undefined {
  const open = ledger.runs.find(({ state }) => !isTerminal(state));
  if (open) return `run ${open.id} is ${open.state}`;
  const held = ledger.runs.find(({ holding }) => holding === 1);
  if (held) return `run ${held.id} (${held.state}) holds its stack`;
  const live = world.pods.find(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  if (live) return `Pod ${live.metadata.name} is ${live.status?.phase ?? 'there'}`;
  return unrestOfWorkers(world);
}

function unrestOfWorkers(world: World): string | undefined {
  const { api, template } = world;
  const pool = api.user.get(WORKER_POOLS, NAMESPACE, POOL_NAME);
  if (!pool) return 'the pool is not there';
  if (pool.metadata.deletionTimestamp !== undefined) return 'the pool is still being deleted';
  const wanted = (pool.spec as { poolSize: number }).poolSize;
  const going = world.workers.find(({ metadata }) => metadata.deletionTimestamp !== undefined);
  if (going) return `Worker ${going.metadata.name} is still being deleted`;
  if (world.workers.length !== wanted) return `there are ${world.workers.length} Workers, and ${wanted} are wanted`;
  const status = pool.status as { actualPoolSize?: number } | undefined;
  if (status?.actualPoolSize !== wanted)
    return `the pool says that it has ${status?.actualPoolSize} Workers of ${wanted}`;
  const rows = template.database.query('SELECT id, runId FROM workers WHERE removedAt IS NULL AND forgottenAt IS NULL');
  const busy = rows.find(({ runId }) => runId !== null);
  if (busy) return `worker ${String(busy.id)} is busy with ${String(busy.runId)}`;
  const ids = new Set(rows.map(({ id }) => String(id).toLowerCase()));
  const unknown = world.workers.find(({ metadata }) => !ids.has(metadata.name.slice(-26)));
  if (unknown) return `the control plane does not know Worker ${unknown.metadata.name}`;
  if (ids.size !== wanted) return `the control plane knows ${ids.size} workers of ${wanted}`;
  if (alive(world.controllers).filter(({ isLeading }) => isLeading).length !== 1) return 'nobody leads, or two do';
  return undefined;
}

/** What can be said only when everything is over. */
export function checkLogs(world: World, ledger: Ledger): void {
  const rows = world.template.database.query(
    'SELECT runId, attempt, writer, sequence, text FROM logs ORDER BY runId, position',
  ) as unknown as Acknowledged[];
  const stored = new Map(rows.map((row) => [`${row.runId}/${row.attempt}/${row.writer}/${row.sequence}`, row.text]));
  for (const { runId, attempt, writer, sequence, text } of ledger.acknowledged) {
    const found = stored.get(`${runId}/${attempt}/${writer}/${sequence}`);
    // What came after a backup is sent again by whoever still has it, and the log says that the rest is missing.
    if (found === undefined && ledger.restores > 0) continue;
    if (found !== text)
      ledger.broken(
        '6',
        `entry ${sequence} of ${writer} in run ${runId} was acknowledged as ${JSON.stringify(text)} and is ${JSON.stringify(found)}`,
      );
  }
  if (ledger.restores === 0) checkWritten(ledger, rows);
}

/** A run that was finished has all that its steps wrote, in order. */
function checkWritten(ledger: Ledger, rows: readonly Acknowledged[]): void {
  const finished = new Set(ledger.runs.filter(({ state }) => state === 'FINISHED').map(({ id }) => id));
  for (const [key, lines] of ledger.written) {
    const [runId = '', attempt = ''] = key.split('/');
    if (!finished.has(runId) || ledger.excuseOf(runId) !== undefined) continue;
    const text = rows
      .filter((row) => row.runId === runId && row.attempt === Number(attempt) && row.writer === 'relay')
      .map((row) => row.text)
      .join('');
    let from = 0;
    for (const line of lines) {
      const at = text.indexOf(`${line}\n`, from);
      if (at < 0 && !text.includes('missing here')) {
        ledger.broken('6', `the log of run ${runId}, attempt ${attempt}, lacks ${JSON.stringify(line)} without a mark`);
        return;
      }
      from = Math.max(from, at);
    }
  }
}
