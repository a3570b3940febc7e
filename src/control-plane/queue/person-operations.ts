import { RequestError } from '../errors';
import type { RunRecord, RunType, StackRecord } from '../store/records';
import type { Change } from './change';
import type { QueueContext } from './context';
import { holdAround, queueDependents } from './dependents';
import { advance, endWithoutSuccess, leaveStack, lockRun, ownLine, systemLog } from './lifecycle';
import { isStackFree } from './next-run';
import { change, operation } from './operation';
import { PRIORITIZED, usualRank } from './rank';
import { isTerminal } from './transitions';

/** What people ask of runs and workers. */

export interface QueuedRun {
  readonly stack: Pick<StackRecord, 'id' | 'name'>;
  readonly type: RunType;
  /** @default - as the stack has it */
  readonly autoDeploy?: boolean | undefined;
  /** The same key again gives the same run. @default - none */
  readonly idempotencyKey?: string | undefined;
  /** A run that had no success. */
  readonly retryOf?: RunRecord | undefined;
}

/** Queues a run of a stack. @throws RequestError `malformed` when it has no source, or it or its pool was deleted. */
export function queueRun(context: QueueContext, wanted: QueuedRun): Promise<string> {
  return change(context, queueing, { ...wanted, id: context.newId() });
}

interface NewRun extends QueuedRun {
  /** Of the run, if it is not there already. */
  readonly id: string;
}

const queueing = operation('queue', enqueue);

async function enqueue(made: Change, wanted: NewRun): Promise<string> {
  const { tx, now } = made;
  const { id, stack, type, autoDeploy, idempotencyKey = null, retryOf } = wanted;
  // Held, so that of two runs that are queued at once one comes first, and that its source is not replaced meanwhile.
  const around = await holdAround(made, stack.id, type);
  const held = around.stacks.get(stack.id);
  if (!held) throw new RequestError('malformed', `stack ${stack.name} was deleted: it can have no further runs`);
  const before = idempotencyKey === null ? undefined : await tx.runs.findByKey(stack.id, idempotencyKey);
  if (before) return sameRun(before, wanted);
  const { poolId, source } = held;
  if (source === null) {
    throw new RequestError('malformed', `stack ${stack.name} has no source yet: upload one before triggering a run`);
  }
  const isFree = type !== 'TRACKED' || (await isStackFree(tx, stack.id));
  const ready = isFree && around.awaited.length === 0;
  const run = {
    ...{ id, stackId: stack.id, poolId, type, source, idempotencyKey },
    rank: usualRank({ type }),
    autoDeploy: autoDeploy ?? held.autoDeploy,
    createdAt: now,
  };
  const line = ownLine(now, `Run of stack ${stack.name} is queued${retryOf ? ofRetry(retryOf, source) : ''}`);
  await tx.runs.insert(run, ready, line.text);
  await tx.logs.addAt(1, id, 0, line);
  await tx.dependencies.wait(id, around.awaited);
  made.runChanged(id);
  if (!(await tx.pools.lock(poolId))) {
    throw new RequestError('malformed', `the pool of stack ${stack.name} was deleted: no worker could take its runs`);
  }
  await queueDependents(made, { id, stackId: stack.id }, around);
  if (ready) made.mayAssign(poolId);
  return id;
}

/** @throws RequestError `malformed` when the key was given for something else */
function sameRun(before: RunRecord, { type, autoDeploy, idempotencyKey }: QueuedRun): string {
  const differs = before.type !== type || (autoDeploy !== undefined && before.autoDeploy !== autoDeploy);
  if (!differs) return before.id;
  const how = `${before.type}${before.autoDeploy ? ' and applies by itself' : ''}`;
  throw new RequestError(
    'malformed',
    `the idempotency key ${idempotencyKey} stands for run ${before.id}, which is ${how}: take another key for another run`,
  );
}

const ofRetry = (run: RunRecord, source: string): string =>
  ` as a retry of run ${run.id}${run.source === source ? '' : ', with the source that was uploaded since'}`;

/**
 * Queues another run of the same kind, with the source that the stack has now.
 * @throws RequestError `malformed` of a run that is under way, or had success
 */
export function retryRun(context: QueueContext, runId: string, idempotencyKey?: string): Promise<string> {
  return change(context, retrying, { runId, idempotencyKey, id: context.newId() });
}

interface Retry extends Pick<NewRun, 'id' | 'idempotencyKey'> {
  readonly runId: string;
}

const retrying = operation('retry', async (made: Change, { runId, ...wanted }: Retry) => {
  const run = await lockRun(made, runId);
  if (!isTerminal(run.state)) {
    throw new RequestError('malformed', `run ${run.id} is ${run.state}: only a run that has ended can be retried`);
  }
  if (run.state === 'FINISHED') {
    throw new RequestError('malformed', `run ${run.id} is FINISHED: there is nothing to retry, trigger a new run`);
  }
  const { type, autoDeploy, stackId, stackName } = run;
  return enqueue(made, { ...wanted, type, autoDeploy, stack: { id: stackId, name: stackName }, retryOf: run });
});

/** Lets a run go before others whenever it waits for a worker, or no longer; not before earlier ones of its stack. */
export function prioritize(context: QueueContext, runId: string, wanted: boolean): Promise<RunRecord> {
  return change(context, prioritizing, { runId, wanted });
}

const prioritizing = operation(
  'prioritize',
  async (made: Change, { runId, wanted }: { runId: string; wanted: boolean }) => {
    const run = await lockRun(made, runId);
    const rank = wanted ? PRIORITIZED : usualRank(run);
    if (isTerminal(run.state)) {
      throw new RequestError('malformed', `run ${run.id} is ${run.state}: it waits for nothing any more`);
    }
    if (run.rank === rank) return run;
    await made.tx.runs.setRank(run.id, rank);
    const said = wanted ? 'The run was prioritized' : 'The run is prioritized no longer';
    await systemLog(made, run.id, run.attempt, said);
    return { ...run, rank };
  },
);

/** Ends a run that has not started. @throws RequestError `malformed` of one that has */
export function cancel(context: QueueContext, runId: string): Promise<RunRecord> {
  return change(context, canceling, runId);
}

const canceling = operation('cancel', async (made: Change, runId: string) => {
  const run = await lockRun(made, runId);
  if (run.state === 'CANCELED') return run;
  if (run.state !== 'QUEUED' && run.state !== 'PREPARING') {
    const toDo = isTerminal(run.state) ? 'there is nothing left to cancel' : 'it has started, so stop it';
    throw new RequestError('malformed', `run ${run.id} is ${run.state}: ${toDo}`);
  }
  await ask(made, run, 'canceled by a person');
  return lockRun(made, runId);
});

interface Decision {
  readonly runId: string;
  readonly event: 'confirm' | 'discard';
}

/** Says yes or no to a plan; the same answer twice is the same as once. */
export function decide(context: QueueContext, runId: string, event: Decision['event']): Promise<RunRecord> {
  return change(context, deciding, { runId, event });
}

const deciding = operation('decide', async (made: Change, { runId, event }: Decision) => {
  const [done, line] = {
    confirm: ['CONFIRMED', 'The run was confirmed'] as const,
    discard: ['DISCARDED', 'The run was discarded'] as const,
  }[event];
  const run = await lockRun(made, runId);
  return run.state === done ? run : advance(made, run, event, {}, line);
});

/**
 * Ends a run: at once while nothing runs, otherwise by asking its Pod. Of a run that has ended without its Pod having said
 * so, it says that the Pod is gone, and so lets the stack go on.
 */
export function stop(context: QueueContext, runId: string, reason: string): Promise<RunRecord> {
  return change(context, stopping, { runId, reason });
}

const stopping = operation('stop', async (made: Change, { runId, reason }: { runId: string; reason: string }) => {
  const run = await lockRun(made, runId);
  await (isTerminal(run.state) ? leaveStackByWord(made, run) : ask(made, run, reason));
  return lockRun(made, runId);
});

async function ask(made: Change, run: RunRecord, reason: string): Promise<void> {
  if (run.stopReason !== null) return;
  const { tx, now } = made;
  await tx.runs.setStopReason(run.id, reason, now);
  const asked = await lockRun(made, run.id);
  const assignment = await tx.assignments.underWay(run.id);
  const cancelled = { reason: 'Cancelled', message: reason } as const;
  if (!assignment) {
    await advance(made, asked, 'stop', cancelled, `The run was stopped: ${reason}`);
  } else if (assignment.startedAt === null) {
    await endWithoutSuccess(made, assignment, { by: 'control-plane', ...cancelled });
  } else {
    await systemLog(made, run.id, run.attempt, `Asked to stop: ${reason}`);
    made.touch(run.poolId, assignment.workerId);
  }
}

async function leaveStackByWord(made: Change, run: RunRecord): Promise<void> {
  if (!run.holding) return;
  await systemLog(made, run.id, run.attempt, 'A person says that nothing of this run is at work any more');
  await leaveStack(made, run);
}

/** A drained worker gets no further run, until it is undrained. @throws RequestError `not-found` */
export function drain(context: QueueContext, poolId: string, workerId: string, drained: boolean): Promise<void> {
  return change(context, draining, { poolId, workerId, drained });
}

interface Draining {
  readonly poolId: string;
  readonly workerId: string;
  readonly drained: boolean;
}

const draining = operation('drain', async (made: Change, { poolId, workerId, drained }: Draining) => {
  const worker = await made.tx.workers.lock(workerId);
  if (worker?.poolId !== poolId || worker.removed || worker.forgotten) {
    throw new RequestError('not-found', `worker ${workerId} not found in pool ${poolId}`);
  }
  await made.tx.workers.setDrained(workerId, drained);
  made.touch(poolId, workerId);
  if (!drained) made.mayAssign(poolId);
});
