import type { RunRecord, WorkerRecord } from '../store/records';
import { poolChanged, runChanged, type QueueContext } from './context';
import { advance } from './lifecycle';
import { nextRuns, nextWorkers } from './next-run';

/** Runs given out in one transaction; the rest follows in the next. */
const BATCH = 500;

/**
 * Gives waiting runs to idle workers, in the order of `next-run.ts`. Each run gets a new attempt and a new fencing number; the
 * unique indexes of the store refuse what would overlap.
 */
export function assignRuns(context: QueueContext, poolId: string): void {
  const { store, leases } = context;
  const live = leases.liveSessions(poolId);
  if (live.length === 0) return;
  let assigned: number;
  do {
    assigned = store.transaction(() => {
      const runs = nextRuns(store, poolId, BATCH);
      if (runs.length === 0) return 0;
      const workers = nextWorkers(store, poolId, live, runs.length);
      if (workers.length === 0) return 0;
      const revision = store.pools.nextRevision(poolId);
      for (const [index, worker] of workers.entries()) assign(context, runs[index]!, worker, revision);
      poolChanged(context, poolId);
      return workers.length;
    });
  } while (assigned === BATCH);
}

function assign(context: QueueContext, run: RunRecord, worker: WorkerRecord, revision: number): void {
  const { store, settings, logger } = context;
  const now = context.now();
  const attempt = run.attempt + 1;
  const stage = run.state === 'CONFIRMED' ? 'applying' : 'preparing';
  advance(context, run, 'assign', { attempt }, `Attempt ${attempt} (${stage}) goes to worker ${worker.name}`);
  const fence = store.assignments.insert({
    runId: run.id,
    attempt,
    stage,
    workerId: worker.id,
    poolId: worker.poolId,
    sessionId: worker.sessionId,
    createdAt: now,
    startDeadline: now + settings.startDeadlineMs,
  });
  store.workers.touch(worker.id, revision);
  runChanged(context, run.id);
  logger.info({ run: run.id, attempt, stage, worker: worker.id, fence }, 'run assigned');
}
