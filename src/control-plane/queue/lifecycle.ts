import type { OutcomeReason } from '../../protocol/messages';
import { RequestError } from '../errors';
import type { AssignmentRecord, RunRecord } from '../store/records';
import type { RunChange } from '../store/runs';
import { poolChanged, runChanged, type QueueContext } from './context';
import { isTerminal, next, type RunEvent } from './transitions';

/**
 * Moves a run on, inside the caller's transaction, and says so in its log.
 * @throws RequestError `malformed` when the run is not in a state in which that can happen.
 */
export function advance(
  context: QueueContext,
  run: RunRecord,
  event: RunEvent,
  change: RunChange = {},
  line = '',
): RunRecord {
  const to = next(run.state, event);
  if (!to) throw new RequestError('malformed', `run ${run.id} is ${run.state}: it cannot ${event} now`);
  const now = context.now();
  const ended = isTerminal(to);
  const all: RunChange = ended ? { ...change, finishedAt: now, workspace: null } : change;
  if (!context.store.runs.advance(run.id, run.state, to, all, now)) {
    throw new Error(`run ${run.id} was changed outside of its transaction`);
  }
  if (line) systemLog(context, run.id, all.attempt ?? run.attempt, line);
  runChanged(context, run.id);
  const moved = requireRun(context, run.id);
  context.logger.info({ run: run.id, from: run.state, to, reason: moved.reason ?? undefined }, 'run changed state');
  // The stack's next run may have waited for this one; a confirmed one waits for a worker itself.
  if (ended || to === 'CONFIRMED' || to === 'QUEUED') context.store.onCommit(() => context.assignRuns(run.poolId));
  return moved;
}

export function requireRun(context: QueueContext, runId: string): RunRecord {
  const run = context.store.runs.find(runId);
  if (!run) throw new RequestError('not-found', `run ${runId} not found`);
  return run;
}

/** A line of the control plane's own in a run's log. */
export function systemLog(context: QueueContext, runId: string, attempt: number, text: string): void {
  const { logs } = context.store;
  const sequence = logs.lastSequence(runId, attempt, 'control-plane') + 1;
  const entry = { sequence, time: context.now(), stream: 'system' as const, step: '', text: `${text}\n` };
  logs.append(runId, attempt, 'control-plane', [entry]);
  runChanged(context, runId);
}

/** Marks a worker's view as changed. */
export function touchWorker(context: QueueContext, poolId: string, workerId: string): void {
  context.store.workers.touch(workerId, context.store.pools.nextRevision(poolId));
  poolChanged(context, poolId);
}

export interface Failure {
  readonly by: 'relay' | 'controller' | 'control-plane';
  readonly reason: OutcomeReason;
  /** One plain sentence. */
  readonly message: string;
  readonly exitCode?: number | null;
}

/** Ends an attempt without success, and its run with it: stopped when somebody asked for that, failed otherwise. */
export function endWithoutSuccess(context: QueueContext, assignment: AssignmentRecord, failure: Failure): void {
  const run = requireRun(context, assignment.runId);
  if (!context.store.assignments.end(assignment.fence, failure.by, context.now())) return;
  context.leases.relayEnded(assignment.runId, assignment.attempt);
  const stopped = failure.reason === 'Cancelled' || run.stopReason !== null;
  advance(
    context,
    run,
    stopped ? 'stop' : 'fail',
    { reason: failure.reason, message: failure.message, exitCode: failure.exitCode ?? null },
    stopped ? stoppedLine(run, assignment, failure) : `The run failed (${failure.reason}): ${failure.message}`,
  );
  touchWorker(context, assignment.poolId, assignment.workerId);
}

/** Why it was stopped stands in the log already when its Pod was asked to. */
function stoppedLine({ stopReason }: RunRecord, { startedAt }: AssignmentRecord, { message }: Failure): string {
  if (stopReason !== null && startedAt !== null) return 'The run was stopped';
  return `The run was stopped: ${stopReason ?? message}`;
}

/** Takes an attempt back that has not started; its run waits in the queue again. */
export function withdraw(context: QueueContext, assignment: AssignmentRecord, why: string): void {
  const run = requireRun(context, assignment.runId);
  if (!context.store.assignments.end(assignment.fence, 'control-plane', context.now())) return;
  release(context, assignment);
  advance(
    context,
    run,
    'withdraw',
    {},
    `Attempt ${assignment.attempt} was taken back before it started, and the run is queued again: ${why}`,
  );
}

/** Frees the worker of an attempt whose outcome is known; a worker that is to go, goes. */
export function release(context: QueueContext, assignment: AssignmentRecord): void {
  const now = context.now();
  if (!context.store.assignments.release(assignment.fence, now)) return;
  const { workers, pools } = context.store;
  const revision = pools.nextRevision(assignment.poolId);
  workers.setAvailable(assignment.workerId, revision, now);
  if (workers.find(assignment.workerId)?.retiring) workers.remove(assignment.workerId, revision, now);
  poolChanged(context, assignment.poolId);
  context.store.onCommit(() => context.assignRuns(assignment.poolId));
}
