import type { Tables } from '../store';
import type { RunRecord } from '../store/records';
import type { Change } from './change';
import { takesTurns } from './run-types';

/*
 * Which run of a stack may go next: of those that change something (tracked and destroy runs, tasks) one at a time, in the
 * order in which they were queued, and no tracked one before the runs that it follows of stacks that its stack depends on;
 * proposed runs change nothing and wait for nobody. A run that may go is marked `ready`, so that a long queue is never read
 * as a whole.
 */

/** The run of the same stack that keeps each of the queued ones waiting; one that none does is left out. */
export async function holding({ runs }: Tables, queued: readonly RunRecord[]): Promise<Map<string, RunRecord>> {
  const inOrder = queued.filter(({ type, state }) => takesTurns(type) && state === 'QUEUED');
  const stackIds = [...new Set(inOrder.map(({ stackId }) => stackId))];
  const found = stackIds.length === 0 ? [] : await runs.firstOfStacks(stackIds);
  const before = new Map<string, RunRecord>();
  for (const { id, stackId } of inOrder) {
    const one = found.find((each) => each.stackId === stackId && each.id !== id);
    if (one) before.set(id, one);
  }
  return before;
}

/** Lets the next run of a stack go that takes turns, after one of them has ended, or its Pod is known to be gone. */
export async function readyNextRun(made: Change, run: RunRecord): Promise<void> {
  if (takesTurns(run.type)) await readyNextOf(made, run.stackId);
}

/** The same after something else was in its way. */
export async function readyNextOf(made: Change, stackId: string): Promise<void> {
  const { tx } = made;
  await tx.stacks.hold(stackId);
  const next = await tx.runs.firstOfStack(stackId);
  if (next?.state !== 'QUEUED' || next.ready || (await tx.runs.holdingStack(stackId))) return;
  if (await tx.dependencies.isWaiting(next.id)) return;
  await tx.runs.setReady(next.id);
  made.mayAssign(next.poolId);
}
