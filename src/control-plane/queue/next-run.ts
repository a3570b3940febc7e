import type { Store } from '../store';
import type { RunRecord, RunState, WorkerRecord } from '../store/records';
import { isTerminal, TRANSITIONS } from './transitions';

/*
 * What may run next, and on which worker. The rules are SQL, so that a long queue is never read as a whole: `r` is a run,
 * `w` a worker, `a` the assignment that holds the worker.
 */

/** States in which a tracked run keeps the stack's next one waiting. */
const IN_PROGRESS = (Object.keys(TRANSITIONS) as RunState[])
  .filter((state) => state !== 'QUEUED' && !isTerminal(state))
  .map((state) => `'${state}'`)
  .join(', ');

/** A queued run that no other run of its stack holds up. */
const RUNNABLE = `(r.state = 'CONFIRMED' OR (r.state = 'QUEUED' AND (r.type <> 'TRACKED' OR NOT EXISTS (
  SELECT 1 FROM runs o WHERE o.stackId = r.stackId AND o.type = 'TRACKED'
    AND (o.state IN (${IN_PROGRESS}) OR (o.state = 'QUEUED' AND o.position < r.position))))))`;

/** The next runs to be assigned: confirmed ones first, then in the order in which they were queued. */
export function nextRuns({ runs }: Store, poolId: string, limit: number): RunRecord[] {
  const order = "r.state = 'CONFIRMED' DESC, r.position";
  return runs.select(`r.poolId = ? AND ${RUNNABLE} ORDER BY ${order} LIMIT ?`, poolId, limit);
}

/** How many runs of a pool wait for nothing but a worker. */
export function countRunnable({ runs }: Store, poolId: string): number {
  return runs.count(`r.poolId = ? AND ${RUNNABLE}`, poolId);
}

/** The run of the same stack that keeps a queued one waiting. */
export function holding({ runs }: Store, run: RunRecord): RunRecord | undefined {
  if (run.type !== 'TRACKED' || run.state !== 'QUEUED') return undefined;
  const isAhead = `(r.state IN (${IN_PROGRESS})
    OR (r.state = 'QUEUED' AND r.position < (SELECT position FROM runs WHERE id = ?)))`;
  const where = `r.stackId = ? AND r.type = 'TRACKED' AND ${isAhead} ORDER BY r.position LIMIT 1`;
  return runs.select(where, run.stackId, run.id)[0];
}

/** Workers that may get a run, newest first. */
export function nextWorkers(
  { workers }: Store,
  poolId: string,
  sessions: readonly string[],
  limit: number,
): WorkerRecord[] {
  const isIdle = 'w.drained = 0 AND w.retiring = 0 AND w.removedAt IS NULL AND a.runId IS NULL';
  const where = `w.poolId = ? AND w.sessionId IN (SELECT value FROM json_each(?)) AND ${isIdle}`;
  const order = 'w.createdAt DESC, w.id DESC';
  return workers.select(`${where} ORDER BY ${order} LIMIT ?`, poolId, JSON.stringify(sessions), limit);
}
