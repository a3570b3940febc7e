import { SESSION_LEASE_MS } from '../../protocol/leases';
import type { RunRecord, WorkerRecord } from '../store/records';
import { change, type Change } from './change';
import type { QueueContext } from './context';
import { advance } from './lifecycle';
import { holdsBack } from './restored';

/** Runs given out in one transaction; the rest follows in the next. */
const BATCH = 100;

/**
 * Gives waiting runs to idle workers: by their rank, of one rank confirmed runs first, then in the order in which they were
 * queued; the newest workers first. Each run gets a new attempt and a new fencing number; the unique indexes of the store refuse what would
 * overlap.
 */
export async function assignRuns(context: QueueContext, poolId: string): Promise<void> {
  let waited: number[];
  do {
    // Most who ask have nothing to give out: a look takes no lock.
    const { runs, workers } = await context.store.read.looks.assignable(poolId, BATCH);
    const most = Math.min(runs, workers);
    if (most === 0) return;
    waited = await change(context, (made) => assignBatch(made, poolId, most));
    for (const ms of waited) context.observer.runAssigned(ms);
  } while (waited.length === BATCH);
}

/** How long each of the runs that it gave out had waited, in milliseconds. */
async function assignBatch(made: Change, poolId: string, most: number): Promise<number[]> {
  const { tx } = made;
  if (holdsBack(await made.leaseClock())) return [];
  // One at a time in a pool: two that looked at once would each pass over what the other holds.
  const { revision, isDeleted } = await made.revisionOf(poolId);
  if (isDeleted) return [];
  const runs = await tx.runs.claimReady(poolId, most);
  if (runs.length === 0) return [];
  const heardSince = (await made.reading()) - SESSION_LEASE_MS;
  const workers = await tx.workers.claimIdle(poolId, heardSince, runs.length);
  for (const [index, worker] of workers.entries()) await assign(made, runs[index]!, worker, revision);
  if (workers.length > 0) made.poolChanged(poolId);
  return workers.map((_, index) => made.now - runs[index]!.updatedAt);
}

async function assign(made: Change, run: RunRecord, worker: WorkerRecord, revision: number): Promise<void> {
  const { tx, now, context } = made;
  const attempt = run.attempt + 1;
  const stage = run.state === 'CONFIRMED' ? 'applying' : 'preparing';
  await advance(made, run, 'assign', { attempt }, `Attempt ${attempt} (${stage}) goes to worker ${worker.name}`);
  const fence = await tx.assignments.insert({
    runId: run.id,
    attempt,
    stage,
    workerId: worker.id,
    poolId: worker.poolId,
    sessionId: worker.sessionId,
    createdAt: now,
    startDeadline: now + context.settings.startDeadlineMs,
    madeLease: await made.reading(),
  });
  await tx.workers.hold(worker.id, { runId: run.id, fence, revision });
  context.logger.info({ run: run.id, attempt, stage, worker: worker.id, fence }, 'run assigned');
}
