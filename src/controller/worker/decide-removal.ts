import { FINALIZER } from '../../api/names';
import { SESSION_LEASE_SECONDS, type Assignment } from '../../protocol/messages';
import { isLive } from './decide-stray';
import { NOTHING_TO_DO, type Plan } from './plan';
import type { WorkerSnapshot } from './snapshot';

/** A busy Worker is asked about again so often; a change of its view comes sooner. */
const ASK_AGAIN_MS = 5_000;

/**
 * By then the control plane gives a silent session no further runs and has taken back what had not started, so that a
 * Worker without a Pod can go although nobody could agree to it.
 */
const PATIENCE_MS = 2 * SESSION_LEASE_SECONDS * 1_000;

/** A deleted Worker goes when its run is over and the control plane has agreed that there will be no other. */
export function decideRemoval(snapshot: WorkerSnapshot, assignment: Assignment | undefined): Plan {
  const { worker, now, pool, pods, memory } = snapshot;
  const { deletionTimestamp, finalizers } = worker.metadata;
  if (deletionTimestamp === undefined || !finalizers?.includes(FINALIZER.worker)) return NOTHING_TO_DO;
  if (pods.some(isLive)) return NOTHING_TO_DO;
  if (snapshot.retired && !assignment) return { actions: [{ type: 'removeFinalizer' }] };
  if (pool?.session.state !== 'connected') {
    const patientUntil = Date.parse(deletionTimestamp) + PATIENCE_MS;
    return now >= patientUntil ? { actions: [{ type: 'removeFinalizer' }] } : { actions: [], wakeAt: patientUntil };
  }
  if (assignment) return NOTHING_TO_DO;
  const askAgainAt = (memory.retireAskedAt ?? -Infinity) + ASK_AGAIN_MS;
  return now >= askAgainAt ? { actions: [{ type: 'retire' }] } : { actions: [], wakeAt: askAgainAt };
}
