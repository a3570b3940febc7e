import type { OutcomeReason } from '../../protocol/messages';
import { RequestError } from '../errors';
import type { Tables } from '../store';
import type { AssignmentRecord, RunChange, RunRecord } from '../store/records';
import type { OwnEntry } from '../store/logs';
import type { Change } from './change';
import { hasNews } from './dependency-news';
import { settleTest } from './module-tests';
import { readyNextOf, readyNextRun } from './next-run';
import { isKnown } from './run-types';
import { isTerminal, next, type RunEvent } from './transitions';

/**
 * Moves a run on and says so in its log. The run is held.
 * @throws RequestError `malformed` when the run is not in a state in which that can happen.
 */
export async function advance(
  made: Change,
  run: RunRecord,
  event: RunEvent,
  change: RunChange = {},
  line = '',
): Promise<RunRecord> {
  const to = next(requireKnown(run).state, event);
  if (!to) throw new RequestError('malformed', `run ${run.id} is ${run.state}: it cannot ${event} now`);
  const { tx, now } = made;
  const ended = isTerminal(to);
  const all: RunChange = ended ? { ...change, finishedAt: now, workspace: null } : change;
  // It was its turn before it was taken back, and a confirmed run has had its turn.
  const ready = to === 'QUEUED' || to === 'CONFIRMED';
  const said = line ? ownLine(now, line) : undefined;
  const moved: RunRecord = { ...run, ...all, state: to, stateVersion: run.stateVersion + 1, ready, updatedAt: now };
  const [isMoved] = await Promise.all([
    tx.runs.advance(run, all, { to, ready, now, line: said?.text }),
    said && tx.logs.addNext(run.id, moved.attempt, said),
  ]);
  if (!isMoved) throw new Error(`run ${run.id} was changed outside of its transaction`);
  if (ended && run.workspace !== null) made.letGo({ kind: 'workspaces', id: run.workspace });
  made.moved(moved, said?.text);
  made.stateChanged(moved);
  made.say('info', { run: run.id, from: run.state, to, reason: moved.reason ?? undefined }, 'run changed state');
  if (ready) made.mayAssign(run.poolId);
  tellMoments(made, run, moved);
  if (ended) await letOthersGo(made, moved);
  return moved;
}

function tellMoments(made: Change, before: RunRecord, { id: runId, poolId, ...run }: RunRecord): void {
  const { createdAt, type, state, reason } = run;
  if (before.state === 'UNCONFIRMED') {
    made.happened({ kind: 'decided', runId, poolId, plannedAt: before.updatedAt, state });
  }
  if (isTerminal(state)) {
    made.happened({ kind: 'run-ended', runId, poolId, createdAt, type, state, reason: reason ?? undefined });
  }
}

/** The stack of the run is free, and what waits for the run, too: it goes on, or is canceled. */
async function letOthersGo(made: Change, run: RunRecord): Promise<void> {
  // Holds the stack, so that whoever queues a run that is to wait for this one has done it by now, or sees that this has ended.
  await readyNextRun(made, run);
  if (run.type === 'TRACKED') await settleDependents(made, run);
  if (run.driftDetection) made.driftRunsChanged(run.poolId);
  if (run.type === 'TESTING') await settleTest(made, run);
}

/** A tracked run has ended: what follows it goes now, or never. */
export async function settleDependents(made: Change, run: RunRecord): Promise<void> {
  const { tx } = made;
  if (run.state === 'FINISHED') return letFollow(made, run, 'finished');
  for (const { id } of await tx.dependencies.end(run.id)) {
    const dependent = await lockRun(made, id);
    if (dependent.state !== 'QUEUED') continue;
    const message = `run ${run.id} of stack ${run.stackName}, which it depends on, is ${run.state}`;
    await advance(made, dependent, 'stop', { reason: 'Cancelled', message }, `The run was canceled: ${message}`);
  }
}

/**
 * Lets those go that wait for a run, if they are to: one that was queued because of others only if one of these has something
 * new for it. Where none has, it is canceled, and those that wait for it are asked the same.
 */
async function letFollow(made: Change, run: RunRecord, how: 'finished' | 'skipped'): Promise<void> {
  const { tx } = made;
  const unneeded: string[] = [];
  for (const { id, isConditional } of await tx.dependencies.end(run.id)) {
    const dependent = await lockRun(made, id);
    if (dependent.state !== 'QUEUED') continue;
    if (isConditional && (how === 'skipped' || !(await bringsNews(made, dependent, run)))) {
      unneeded.push(id);
      continue;
    }
    if (isConditional) await tx.dependencies.want(id);
    await readyNextOf(made, dependent.stackId);
  }
  // Behind all that are wanted: one may wait for another.
  for (const id of unneeded) await skip(made, id);
}

/** Cancels a run that nothing new has come for, unless it waits for others still, or was canceled with one of them. */
async function skip(made: Change, runId: string): Promise<void> {
  if (await made.tx.dependencies.isWaiting(runId)) return;
  const run = await lockRun(made, runId);
  if (run.state !== 'QUEUED') return;
  await letFollow(made, run, 'skipped');
  const message = `no output that it takes was changed since the last run of stack ${run.stackName} that had success`;
  await advance(made, run, 'stop', { reason: 'Cancelled', message }, `The run is not needed: ${message}`);
}

async function bringsNews({ tx }: Change, { stackId }: RunRecord, run: RunRecord): Promise<boolean> {
  const references = await tx.references.between(stackId, run.stackId);
  if (references.length === 0) return true;
  const [outputs, takenAt] = [await tx.outputs.changeTimes(run.stackId), await tx.references.inputsTakenAt(stackId)];
  return hasNews({ references, outputs, takenAt });
}

/** The run, held until the transaction ends. @throws RequestError `not-found`, or as `requireKnown` */
export async function lockRun(made: Change, runId: string): Promise<RunRecord> {
  return requireKnown(await lockAnyRun(made, runId));
}

/** The same for what has nothing to do with what the run is for. */
export async function lockAnyRun({ tx }: Change, runId: string): Promise<RunRecord> {
  return found(runId, await tx.runs.lock(runId));
}

/**
 * The same run, if this process knows what it means.
 * @throws RequestError `unavailable`, so that whoever asks tries again, and comes to a newer process in the end
 */
export function requireKnown(run: RunRecord): RunRecord {
  if (isKnown(run)) return run;
  throw new RequestError(
    'unavailable',
    `run ${run.id} is of a newer version of the control plane than this process, which is about to be replaced: try again`,
  );
}

/** @throws RequestError `not-found` */
export async function requireRun({ runs }: Pick<Tables, 'runs'>, runId: string): Promise<RunRecord> {
  return found(runId, await runs.find(runId));
}

function found(runId: string, run: RunRecord | undefined): RunRecord {
  if (!run) throw new RequestError('not-found', `run ${runId} not found`);
  return run;
}

export const ownLine = (time: number, text: string): OwnEntry => ({
  ...{ time, stream: 'system', step: '' },
  text: `${text}\n`,
});

/** A line of the control plane's own in a run's log. */
export async function systemLog(made: Change, runId: string, attempt: number, text: string): Promise<void> {
  await made.tx.logs.add(runId, attempt, ownLine(made.now, text));
  made.runChanged(runId);
}

export interface Failure {
  readonly by: 'relay' | 'controller' | 'control-plane';
  readonly reason: OutcomeReason;
  /** One plain sentence. */
  readonly message: string;
  readonly exitCode?: number | null;
}

/** From now on the outcome of an attempt is known; false when it was before. */
export async function endAttempt(made: Change, assignment: AssignmentRecord, by: Failure['by']): Promise<boolean> {
  const { fence, poolId, workerId, startedAt } = assignment;
  if (!(await made.tx.assignments.end(fence, by, made.now))) return false;
  if (startedAt !== null) made.workEnded(poolId, workerId, startedAt);
  const { stage, createdAt: assignedAt } = assignment;
  made.happened({ kind: 'attempt-ended', ...attemptOf(assignment), stage, workerId, assignedAt, startedAt });
  return true;
}

/** What tells one attempt from others. */
export const attemptOf = ({ runId, poolId, attempt }: AssignmentRecord) => ({ runId, poolId, attempt });

/** Ends an attempt without success, and its run with it: stopped when somebody asked for that, failed otherwise. */
export async function endWithoutSuccess(made: Change, assignment: AssignmentRecord, failure: Failure): Promise<void> {
  const run = await lockRun(made, assignment.runId);
  if (!(await endAttempt(made, assignment, failure.by))) return;
  const stopped = failure.reason === 'Cancelled' || run.stopReason !== null;
  const { reason, message, exitCode = null } = failure;
  // A Pod that nobody hears of may still apply.
  const holding = run.holding && failure.by !== 'relay' && assignment.startedAt !== null;
  await advance(
    made,
    run,
    stopped ? 'stop' : 'fail',
    { reason, message, exitCode, holding },
    stopped ? stoppedLine(run, assignment, failure) : `The run failed (${failure.reason}): ${failure.message}`,
  );
  made.touch(assignment.poolId, assignment.workerId);
}

/** Why it was stopped stands in the log already when its Pod was asked to. */
function stoppedLine({ stopReason }: RunRecord, { startedAt }: AssignmentRecord, { message }: Failure): string {
  if (stopReason !== null && startedAt !== null) return 'The run was stopped';
  return `The run was stopped: ${stopReason ?? message}`;
}

/** Nothing of an ended run is at work any more: its stack is free. */
export async function leaveStack(made: Change, run: RunRecord): Promise<void> {
  if (!run.holding) return;
  await made.tx.runs.leaveStack(run.id);
  await readyNextRun(made, run);
}

/** Takes an attempt back that has not started; its run waits in the queue again. */
export async function withdraw(made: Change, assignment: AssignmentRecord, why: string): Promise<void> {
  const run = await lockRun(made, assignment.runId);
  if (!(await endAttempt(made, assignment, 'control-plane'))) return;
  await release(made, assignment);
  await advance(
    made,
    run,
    'withdraw',
    {},
    `Attempt ${assignment.attempt} was taken back before it started, and the run is queued again: ${why}`,
  );
}

/** Frees the worker of an attempt whose outcome is known; a worker that is to go, goes. */
export async function release(made: Change, assignment: AssignmentRecord): Promise<void> {
  const { tx, now } = made;
  const { fence, workerId, poolId } = assignment;
  if (!(await tx.assignments.release(fence, now))) return;
  const worker = await tx.workers.setFree(workerId, fence, now);
  if (worker?.retiring) await tx.workers.remove(workerId, now);
  made.touch(poolId, workerId);
  made.mayAssign(poolId);
}

/** The Pod of an ended attempt is gone: its worker is free, and its stack. */
export async function podIsGone(made: Change, assignment: AssignmentRecord): Promise<void> {
  const run = await lockAnyRun(made, assignment.runId);
  await release(made, assignment);
  await leaveStack(made, run);
}
