import { REASON } from '../../api/conditions';
import { FINALIZER } from '../../api/names';
import { PARTITION_LEASE_MS } from '../../protocol/leases';
import type { Assignment } from '../../protocol/messages';
import { PATIENCE_MS } from '../pool-registry';
import { attemptOf, isLive, sentences } from '../run';
import { NOTHING_TO_DO, type Plan } from './plan';
import type { WorkerSnapshot } from './snapshot';

/** A busy Worker is asked about again so often; a change of its view comes sooner. */
const ASK_AGAIN_MS = 5_000;
/** An outcome that only the Worker's ended Pod tells is kept so long: by then the control plane has given up the run. */
export const PATIENCE_WITH_OUTCOME_MS = PARTITION_LEASE_MS + PATIENCE_MS;

/** Whether somebody, perhaps we, has deleted the Worker, and it is ours to let it go. */
export function isLeaving({ worker: { metadata } }: WorkerSnapshot): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FINALIZER.worker) === true;
}

/**
 * Asks the control plane to give a Worker no further run: at once, busy or not, because the next run would come in the
 * same moment in which this one is over.
 */
export function decideRetirement(snapshot: WorkerSnapshot, assignment: Assignment | undefined): Plan {
  const { now, memory, view, disconnectedSince } = snapshot;
  const isAgreed = snapshot.retired || (view?.retiring === true && assignment !== undefined);
  if (isAgreed || disconnectedSince !== undefined) return NOTHING_TO_DO;
  const askAgainAt = (memory.retireAskedAt ?? -Infinity) + ASK_AGAIN_MS;
  return now >= askAgainAt ? { actions: [{ type: 'retire' }] } : { actions: [], wakeAt: askAgainAt };
}

/** A deleted Worker goes when its run is over and the control plane has agreed that there will be no other. */
export function decideRemoval(snapshot: WorkerSnapshot, assignment: Assignment | undefined): Plan {
  const { now, pods, disconnectedSince } = snapshot;
  const message = sentences.workerLeaves(assignment?.runId ?? snapshot.worker.status?.currentRunID);
  const waitsFor = { reason: REASON.deleting, message };
  if (pods.some(isLive)) return { actions: [], waitsFor };
  if (snapshot.retired && !assignment) return { actions: [{ type: 'removeFinalizer' }] };
  if (disconnectedSince === undefined) return { actions: [], waitsFor };
  const goesAt = disconnectedSince + (holdsOutcome(snapshot, assignment) ? PATIENCE_WITH_OUTCOME_MS : PATIENCE_MS);
  if (now >= goesAt) return { actions: [{ type: 'removeFinalizer' }] };
  const unasked = sentences.workerLeavesUnasked(new Date(goesAt));
  return { actions: [], wakeAt: goesAt, waitsFor: { reason: REASON.controlPlaneUnreachable, message: unasked } };
}

/** Whether the Worker's Pod, or what is remembered of it, may tell the control plane how a run ended. */
function holdsOutcome({ worker, pods, memory }: WorkerSnapshot, assignment: Assignment | undefined): boolean {
  if (assignment) return assignment.started;
  const unreleased = worker.status?.currentRunID;
  if (unreleased === undefined || memory.releasedAt !== undefined) return false;
  return pods.some((pod) => !isLive(pod) && attemptOf(pod)?.runId === unreleased);
}
