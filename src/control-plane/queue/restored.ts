import type { ObservedWorker, SyncRequest } from '../../protocol/messages';
import type { RunRecord } from '../store/records';
import type { Change } from './change';
import { advance, endAttempt, podIsGone, release } from './lifecycle';
import { settle } from './report';
import { isKnown } from './run-types';
import { next } from './transitions';

/*
 * A backup that was restored does not know what was assigned after it. Pods go on with those runs: nobody else may get
 * them, and their Pods may not be refused. So no run is given out until everybody had time to come back, and what the
 * controllers then see running is taken up as it is.
 */

type Found = NonNullable<ObservedWorker['pod']> & { readonly workerId: string };

/** Takes up what the Pods of a session carry out, where the assignment came after the backup. */
export async function takeUpFound(made: Change, poolId: string, { session, workers }: SyncRequest): Promise<void> {
  if ((await made.leaseClock()).restoredLease === null) return;
  for (const { id, pod } of workers) {
    if (pod && !(await made.tx.assignments.find(pod.runId, pod.attempt))) {
      await takeUp(made, poolId, session, { ...pod, workerId: id });
    }
  }
}

async function takeUp(made: Change, poolId: string, session: string, found: Found): Promise<void> {
  const { tx, settings } = made;
  const { workerId, runId, attempt, stage, fence } = found;
  const run = await tx.runs.lock(runId);
  if (run?.poolId !== poolId) {
    made.say('warn', { ...found, pool: poolId }, 'a Pod goes on with a run that the restored backup does not know');
    return;
  }
  if (stage === undefined || fence === undefined || (await tx.assignments.isTaken(fence))) return;
  // A newer process takes it up.
  if (!isKnown(run)) return;
  const event = `find-${stage}` as const;
  if (!next(run.state, event) || !(await isFree(made, workerId, poolId, run))) return;
  const { now } = made;
  const line = `The control plane was restored from a backup. Attempt ${attempt} (${stage}), which came after that, was found in a Pod that goes on: what else was logged meanwhile is missing here`;
  await advance(made, run, event, { attempt, ...(stage === 'applying' && { hasChanges: true }) }, line);
  await tx.assignments.insert({
    ...{ runId, attempt, stage, fence, workerId, poolId },
    sessionId: session,
    createdAt: now,
    startDeadline: now + settings.startDeadlineMs,
    madeLease: await made.reading(),
  });
  await tx.workers.hold(workerId, { runId, fence });
  made.touch(poolId, workerId);
  made.say('warn', { ...found, pool: poolId }, 'a run that goes on was taken up, though the backup does not know it');
}

/** What the backup has of the run and of its worker has ended since: the Pod of something later is there. */
async function isFree(made: Change, workerId: string, poolId: string, run: RunRecord): Promise<boolean> {
  const { assignments, workers } = made.tx;
  const worker = await workers.lock(workerId);
  if (worker?.poolId !== poolId || worker.removed || worker.forgotten) return false;
  const before = await assignments.underWay(run.id);
  if (before) {
    await endAttempt(made, before, 'control-plane');
    await release(made, before);
  }
  const held = await assignments.ofWorker(workerId);
  if (!held) return true;
  await settle(made, held);
  await podIsGone(made, held);
  return true;
}
