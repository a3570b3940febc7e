import { SESSION_LEASE_MS } from '../../protocol/leases';
import type { AwaitedRun } from '../store/dependencies';
import type { PoolRecord, RunRecord } from '../store/records';
import type { WorkerCounts } from '../store/workers';
import type { QueueContext } from './context';
import { holding } from './next-run';
import { holdsBack, RESTORED_HOLD_MS } from './lease-clock';
import { isTerminal } from './transitions';

/**
 * What each of the runs waits for, as the end of "waits for ..."; null for one that does not wait, or not for anything that
 * is known. As many statements for many runs as for one.
 */
export async function waitsFor(context: QueueContext, runs: readonly RunRecord[]): Promise<(string | null)[]> {
  const waiting = runs.filter((run) => isWaiting(run) && !isStopping(run));
  const before = await holding(context.store.read, waiting);
  const followed = await followedBy(
    context,
    waiting.filter(({ id }) => !before.has(id)),
  );
  const driftLimits = await driftRunsWaitedFor(context, waiting);
  const forWorkers = waiting.filter(({ id }) => !before.has(id) && !followed.has(id) && !driftLimits.has(id));
  const workers = await workersWaitedFor(context, [...new Set(forWorkers.map(({ poolId }) => poolId))]);
  return runs.map((run) => {
    if (run.state === 'UNCONFIRMED') return 'somebody to confirm or discard it';
    if (isStopping(run)) return STOPPING;
    if (!isWaiting(run)) return null;
    const one = before.get(run.id);
    return one ? aRun(one) : (followed.get(run.id) ?? driftLimits.get(run.id) ?? workers.get(run.poolId)!);
  });
}

const isWaiting = ({ state }: RunRecord) => state === 'QUEUED' || state === 'CONFIRMED';
const isStopping = ({ state, stopReason }: RunRecord) => !isTerminal(state) && stopReason !== null;

const STOPPING =
  'its Pod to stop, as it was asked to: the log says so when that takes long, and the Pod is then ended from outside';

function aRun({ id, state }: RunRecord): string {
  if (!isTerminal(state)) return `run ${id} of the same stack, which is ${state}`;
  return `the Pod of run ${id} of the same stack, which may still be at work: once you know that it is gone, stop that run`;
}

/** What those of the runs wait for that follow a run of another stack. */
async function followedBy({ store }: QueueContext, runs: readonly RunRecord[]): Promise<ReadonlyMap<string, string>> {
  const ids = runs.filter(({ state, ready }) => state === 'QUEUED' && !ready).map(({ id }) => id);
  const awaited = ids.length === 0 ? [] : await store.read.dependencies.awaited(ids);
  return new Map(awaited.map(({ runId, awaited: run }) => [runId, aRunAbove(run)]));
}

const aRunAbove = ({ id, state, stackName }: AwaitedRun['awaited']): string =>
  `run ${id} of stack ${stackName}, which it depends on and which is ${state}`;

/** What those of the runs wait for that look for drift, where their pool has as many of them as it takes. */
async function driftRunsWaitedFor(
  { store }: QueueContext,
  runs: readonly RunRecord[],
): Promise<ReadonlyMap<string, string>> {
  const held = runs.filter(({ type, driftDetection, ready }) => type === 'PROPOSED' && driftDetection && !ready);
  const pools = held.length === 0 ? [] : await store.read.pools.findAll([...new Set(held.map(({ poolId }) => poolId))]);
  const limits = new Map(pools.map((pool) => [pool.id, aDriftRun(pool)]));
  return new Map(held.map(({ id, poolId }) => [id, limits.get(poolId) ?? 'its pool']));
}

function aDriftRun({ name, driftDetectionRunLimit: limit }: PoolRecord): string {
  if (limit === 0) return `pool ${name} to take runs that look for drift: its drift detection run limit is 0`;
  return `another run that looks for drift: pool ${name} takes at most ${limit} of them at once`;
}

/** By the id of the pool. */
async function workersWaitedFor(
  { store }: QueueContext,
  poolIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (poolIds.length === 0) return new Map();
  const { pools, workers, leaseClock } = store.read;
  const clock = await leaseClock.look();
  if (holdsBack(clock)) return new Map(poolIds.map((id) => [id, RESTORED]));
  const names = new Map((await pools.findAll(poolIds)).map(({ id, name }) => [id, name]));
  const counts = await workers.count(poolIds, clock.reading - SESSION_LEASE_MS);
  return new Map(poolIds.map((id) => [id, aWorker(`pool ${names.get(id) ?? id}`, counts.get(id))]));
}

const RESTORED = `${RESTORED_HOLD_MS / 1000} seconds to pass since a backup was restored, in which the control plane hears which runs go on`;

function aWorker(pool: string, counts: WorkerCounts | undefined): string {
  if (!counts) return `a worker: ${pool} has none registered (is its WorkerPool in a cluster, and scaled above 0?)`;
  const { registered, willing, ready } = counts;
  if (willing === 0) return `a worker: ${every(registered, pool)} drained or about to go`;
  if (ready === 0) return `a worker: nothing is heard of the controller of ${pool}`;
  return `a worker: ${every(ready, pool)} busy`;
}

const every = (count: number, pool: string): string =>
  count === 1 ? `the only one of ${pool} is` : `all ${count} of ${pool} are`;
