import { SESSION_LEASE_MS } from '../../protocol/leases';
import { FREE_ATTEMPTS } from '../store/assignments';
import type { LeaseReading } from '../store/lease-clock';
import type { RunRecord, WorkerRecord } from '../store/records';
import { BATCH, type Change } from './change';
import { holdsBack, isOfBackup } from './lease-clock';
import { advance } from './lifecycle';
import { QUEUE_VERSION } from './run-types';

/** What a transaction fails with when it cannot give runs out, whatever else it does. */
export class NotGivenOutError extends Error {
  constructor(cause: unknown) {
    super('runs could not be given out', { cause });
  }
}

/** Gives out what a change lets run, up to a number in each pool. */
export async function giveOutAll(made: Change): Promise<void> {
  try {
    for (const poolId of made.poolsToAssign) {
      if ((await giveOut(made, poolId)) < BATCH) made.assignedAll(poolId);
    }
  } catch (error) {
    throw new NotGivenOutError(error);
  }
}

/**
 * Gives waiting runs of a pool to its idle workers: by their rank, of one rank confirmed runs first, then in the order in
 * which they were queued; the newest workers first. Each run gets a new attempt and a new fencing number; the unique
 * indexes of the store refuse what would overlap.
 * @returns how many they were
 */
export async function giveOut(made: Change, poolId: string): Promise<number> {
  const { tx } = made;
  // Most who ask have nothing to give out: a look takes no lock.
  const { runs: waiting, workers: idle, clock } = await made.assignable(poolId);
  const most = Math.min(waiting, idle);
  if (most === 0 || holdsBack(clock)) return 0;
  const heardSince = clock.reading - SESSION_LEASE_MS;
  // The pool first, and so one at a time in it: two that looked at once would each pass over what the other holds.
  const [{ revision, isDeleted }, runs, workers] = await Promise.all([
    made.revisionOf(poolId),
    tx.runs.claimReady(poolId, QUEUE_VERSION, most),
    tx.workers.claimIdle(poolId, heardSince, most),
  ]);
  if (isDeleted) return 0;
  const given = runs.slice(0, workers.length);
  await Promise.all(given.map((run, index) => assign(made, run, workers[index]!, revision, clock)));
  if (given.length > 0) made.poolChanged(poolId);
  return given.length;
}

async function assign(
  made: Change,
  run: RunRecord,
  worker: WorkerRecord,
  revision: number,
  clock: LeaseReading,
): Promise<void> {
  const { tx, now, settings } = made;
  const { reading } = clock;
  const attempt = run.attempt + (await attemptsBehind(made, run, clock));
  const stage = run.state === 'CONFIRMED' ? 'applying' : 'preparing';
  const assignment = {
    runId: run.id,
    attempt,
    stage,
    workerId: worker.id,
    poolId: worker.poolId,
    sessionId: worker.sessionId,
    createdAt: now,
    startDeadline: now + settings.startDeadlineMs,
    madeLease: reading,
  } as const;
  const [, fence] = await Promise.all([
    advance(made, run, 'assign', { attempt }, `Attempt ${attempt} (${stage}) goes to worker ${worker.name}`),
    tx.assignments.insert(assignment),
    tx.workers.holdByAttempt(worker.id, { runId: run.id, attempt, revision }),
  ]);
  made.happened({ kind: 'assigned', runId: run.id, poolId: worker.poolId, attempt, waitedSince: run.updatedAt });
  made.say('info', { run: run.id, attempt, stage, worker: worker.id, fence }, 'run assigned');
}

/** How far the next attempt lies from the newest that is known: those that a run had after a backup that was restored are left free. */
async function attemptsBehind({ tx }: Change, { id, attempt }: RunRecord, clock: LeaseReading): Promise<number> {
  if (clock.restoredLease === null) return 1;
  const newest = await tx.assignments.find(id, attempt);
  return newest && isOfBackup(newest, clock) ? 1 + FREE_ATTEMPTS : 1;
}
