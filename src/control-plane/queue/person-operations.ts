import { RequestError } from '../errors';
import type { RunRecord, RunType, StackRecord } from '../store/records';
import { change, type Change } from './change';
import type { QueueContext } from './context';
import { advance, endWithoutSuccess, leaveStack, lockRun, ownLine, systemLog } from './lifecycle';
import { isStackFree } from './next-run';
import { isTerminal } from './transitions';

/** What people ask of runs and workers. */

export interface QueuedRun {
  readonly stack: Pick<StackRecord, 'id' | 'name'>;
  readonly type: RunType;
  /** @default - as the stack has it */
  readonly autoDeploy?: boolean | undefined;
}

/** Queues a run of a stack. @throws RequestError `malformed` when it has no source, or it or its pool was deleted. */
export async function queueRun(context: QueueContext, { stack, type, autoDeploy }: QueuedRun): Promise<string> {
  const id = context.newId();
  await change(context, async (made) => {
    const { tx, now } = made;
    // Held, so that of two runs that are queued at once one comes first, and that its source is not replaced meanwhile.
    const held = await tx.stacks.lock(stack.id);
    if (!held) {
      throw new RequestError('malformed', `stack ${stack.name} was deleted: it can have no further runs`);
    }
    const { poolId, source } = held;
    if (source === null) {
      throw new RequestError('malformed', `stack ${stack.name} has no source yet: upload one before triggering a run`);
    }
    const ready = type !== 'TRACKED' || (await isStackFree(tx, stack.id));
    const run = {
      id,
      stackId: stack.id,
      poolId,
      type,
      source,
      autoDeploy: autoDeploy ?? held.autoDeploy,
      createdAt: now,
    };
    const line = ownLine(now, `Run of stack ${stack.name} is queued`);
    await tx.runs.insert(run, ready, line.text);
    await tx.logs.addAt(1, id, 0, line);
    made.runChanged(id);
    if (!(await tx.pools.lock(poolId))) {
      throw new RequestError('malformed', `the pool of stack ${stack.name} was deleted: no worker could take its runs`);
    }
    if (ready) made.mayAssign(poolId);
  });
  return id;
}

/** Says yes or no to a plan; the same answer twice is the same as once. */
export function decide(context: QueueContext, runId: string, event: 'confirm' | 'discard'): Promise<RunRecord> {
  const [done, line] = {
    confirm: ['CONFIRMED', 'The run was confirmed'] as const,
    discard: ['DISCARDED', 'The run was discarded'] as const,
  }[event];
  return change(context, async (made) => {
    const run = await lockRun(made, runId);
    return run.state === done ? run : advance(made, run, event, {}, line);
  });
}

/**
 * Ends a run: at once while nothing runs, otherwise by asking its Pod. Of a run that has ended without its Pod having said
 * so, it says that the Pod is gone, and so lets the stack go on.
 */
export function stop(context: QueueContext, runId: string, reason: string): Promise<RunRecord> {
  return change(context, async (made) => {
    const run = await lockRun(made, runId);
    await (isTerminal(run.state) ? leaveStackByWord(made, run) : ask(made, run, reason));
    return lockRun(made, runId);
  });
}

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
  return change(context, async (made) => {
    const worker = await made.tx.workers.lock(workerId);
    if (worker?.poolId !== poolId || worker.removed || worker.forgotten) {
      throw new RequestError('not-found', `worker ${workerId} not found in pool ${poolId}`);
    }
    await made.tx.workers.setDrained(workerId, drained);
    made.touch(poolId, workerId);
    if (!drained) made.mayAssign(poolId);
  });
}
