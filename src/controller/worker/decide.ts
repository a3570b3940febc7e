import type { Assignment } from '../../protocol/messages';
import { decideHistory } from './decide-history';
import { decideRemoval, decideRetirement, isLeaving } from './decide-removal';
import { decideRun } from './decide-run';
import { busyStatus, restingStatus, unregisteredStatus } from './decide-status';
import { deleteUnstarted } from './decide-unstarted';
import { joinPlans, NOTHING_TO_DO, type Plan } from './plan';
import type { Decision, WorkerSnapshot } from './snapshot';

/** The control plane's answer to `released` may take so long before the Worker is shown as idle by ourselves. */
const RELEASE_ECHO_MS = 1_000;

/** What to do about one Worker: pure, and level-triggered on everything that is known. */
export function decide(snapshot: WorkerSnapshot): Decision {
  const { pool, view, now, memory } = snapshot;
  if (memory.vanished.length > 0) {
    // Nothing is concluded from what the watch alone says.
    const actions = memory.vanished.map((pod) => ({ type: 'confirmPodGone', name: pod.metadata.name, pod }) as const);
    return { actions, status: undefined, requeueAfterMs: undefined };
  }
  const assignment = openAssignment(snapshot);
  const retirement = isLeaving(snapshot) ? decideRetirement(snapshot, assignment) : NOTHING_TO_DO;
  const removal = isLeaving(snapshot) ? decideRemoval(snapshot, assignment) : NOTHING_TO_DO;
  // Also while reports fail: a deleted Worker goes in its time.
  if (removal.actions.length > 0) return decision(removal, undefined, now);
  if (!pool || !view) return decision(joinPlans([retirement, removal]), unregisteredStatus(snapshot, removal), now);
  const plan = joinPlans([
    retirement,
    // Without a run, its Pods are orphans. One in which a run began is left to its relay, which the control plane's fence
    // ends: nothing outside the Pod knows whether an apply is in the middle of something.
    assignment ? decideRun(snapshot, pool, assignment) : { actions: deleteUnstarted(snapshot, snapshot.pods) },
    decideHistory(snapshot, pool, assignment),
  ]);
  const all = joinPlans([plan, removal, echo(snapshot)]);
  return decision(all, status(snapshot, assignment, all), now);
}

/** The assignment, until `released` was answered: its view may still be on its way. */
function openAssignment({ view, memory }: WorkerSnapshot): Assignment | undefined {
  const assignment = view?.assignment ?? undefined;
  return memory.releasedAt !== undefined && memory.fence === assignment?.fence ? undefined : assignment;
}

function status(snapshot: WorkerSnapshot, assignment: Assignment | undefined, plan: Plan): Decision['status'] {
  if (assignment) return busyStatus(snapshot, assignment.runId, plan);
  return awaitsEcho(snapshot) ? undefined : restingStatus(snapshot, plan);
}

/**
 * Between `released` and the next view the status keeps still: with runs waiting, the next one is in that view, and the
 * write of IDLE in between would be for nothing.
 */
function awaitsEcho({ memory, view, now }: WorkerSnapshot): boolean {
  const { releasedAt } = memory;
  return releasedAt !== undefined && view?.assignment?.fence === memory.fence && now - releasedAt < RELEASE_ECHO_MS;
}

function echo(snapshot: WorkerSnapshot): Plan {
  const { releasedAt } = snapshot.memory;
  return awaitsEcho(snapshot) && releasedAt !== undefined
    ? { actions: [], wakeAt: releasedAt + RELEASE_ECHO_MS }
    : NOTHING_TO_DO;
}

function decision(plan: Plan, wanted: Decision['status'], now: number): Decision {
  const requeueAfterMs = plan.wakeAt === undefined ? undefined : Math.max(plan.wakeAt - now, 0);
  return { actions: plan.actions, status: wanted, requeueAfterMs };
}
