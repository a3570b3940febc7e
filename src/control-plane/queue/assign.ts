import { SESSION_LEASE_MS } from '../../protocol/leases';
import type { RunRecord, WorkerRecord } from '../store/records';
import type { Tables } from '../store';
import type { Change } from './change';
import type { QueueContext } from './context';
import { advance } from './lifecycle';
import { change, operation } from './operation';
import { holdsBack } from './restored';

/** Said where that fails. */
export const NOT_GIVEN_OUT = 'runs could not be given out; the next sweep tries again';

/** Runs given out in one transaction; the rest follows in the next. */
const BATCH = 100;

/**
 * Gives waiting runs to idle workers: by their rank, of one rank confirmed runs first, then in the order in which they were
 * queued; the newest workers first. Each run gets a new attempt and a new fencing number; the unique indexes of the store refuse what would
 * overlap.
 */
export function assignRuns(context: QueueContext, poolId: string): Promise<void> {
  return giveOut(context.store.read, poolId, (batch) => change(context, assignBatch, batch));
}

/** The same where the transactions are those of somebody else. @param assign gives one batch out, and says how many they were */
export async function giveOut(
  { looks }: Pick<Tables, 'looks'>,
  poolId: string,
  assign: (batch: Batch) => Promise<number>,
): Promise<void> {
  let given: number;
  do {
    // Most who ask have nothing to give out: a look takes no lock.
    const { runs, workers } = await looks.assignable(poolId, BATCH);
    const most = Math.min(runs, workers);
    given = most === 0 ? 0 : await assign({ poolId, most });
  } while (given === BATCH);
}

interface Batch {
  readonly poolId: string;
  readonly most: number;
}

/** How many it gave out. */
export const assignBatch = operation('assign', async (made: Change, { poolId, most }: Batch): Promise<number> => {
  const { tx } = made;
  if (holdsBack(await made.leaseClock())) return 0;
  // One at a time in a pool: two that looked at once would each pass over what the other holds.
  const { revision, isDeleted } = await made.revisionOf(poolId);
  if (isDeleted) return 0;
  const runs = await tx.runs.claimReady(poolId, most);
  if (runs.length === 0) return 0;
  const heardSince = (await made.reading()) - SESSION_LEASE_MS;
  const workers = await tx.workers.claimIdle(poolId, heardSince, runs.length);
  for (const [index, worker] of workers.entries()) await assign(made, runs[index]!, worker, revision);
  if (workers.length > 0) made.poolChanged(poolId);
  return workers.length;
});

async function assign(made: Change, run: RunRecord, worker: WorkerRecord, revision: number): Promise<void> {
  const { tx, now, settings } = made;
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
    startDeadline: now + settings.startDeadlineMs,
    madeLease: await made.reading(),
  });
  await tx.workers.hold(worker.id, { runId: run.id, fence, revision });
  made.assigned(now - run.updatedAt);
  made.say('info', { run: run.id, attempt, stage, worker: worker.id, fence }, 'run assigned');
}
