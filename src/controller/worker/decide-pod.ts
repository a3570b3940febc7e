import { REASON } from '../../api/conditions';
import { CONTAINER } from '../../api/names';
import { EXIT } from '../../protocol/exit-codes';
import { RUN_LEASE_MS } from '../../protocol/leases';
import type { Assignment } from '../../protocol/messages';
import {
  containerState,
  couldNotStart,
  isBeingEnded,
  isLive,
  isRefusal,
  outcomeOf,
  sentences,
  shimBegan,
  slowStart,
  startProblem,
  workerBegan,
  type PoolRef,
  type Problem,
  type RunPod,
  type TerminatedState,
} from '../run';
import { decideRetirement } from './decide-removal';
import { decideNode, isOnLostNode, lostNodeAt } from './decide-node';
import { decideStop, stopEndsAt } from './decide-stop';
import { deleteUnstarted } from './decide-unstarted';
import { created, earliest, failed, joinPlans, NOTHING_TO_DO, released, waiting, type Plan } from './plan';
import type { Action, PoolFacts, WorkerSnapshot } from './snapshot';

/** How much later than another's end the kubelet may tell of a container's. */
export const KUBELET_LAG_MS = 30_000;
/** An init container needs a moment; `init`, to ask to start: one that has not after so long cannot reach the control plane. */
const INIT_QUIET_MS = 60_000;
/** What keeps a started run from going on may pass for so long. */
export const PROBLEM_PATIENCE_MS = 600_000;

/** The assignment has its Pod: ordered checks, the surest fact first. */
export function decidePod(snapshot: WorkerSnapshot, pool: PoolFacts, assignment: Assignment, pod: RunPod): Plan {
  const ref: PoolRef = pool.object.metadata;
  if (!isLive(pod)) return finish(snapshot, assignment, pod, ref);
  if (snapshot.memory.outcomeReported) return decideRemains(snapshot, assignment, pod);
  const broken = decideBroken(snapshot, assignment, pod, ref);
  if (broken) return broken;
  const outer = joinPlans([decideStop(snapshot, assignment, pod), decideNode(snapshot, assignment, pod)]);
  const isGoing = pod.metadata.deletionTimestamp !== undefined;
  if (outer.actions.length > 0 || isGoing) return { ...outer, actions: outer.actions.slice(0, 1) };
  return joinPlans([decideProgress(snapshot, assignment, pod, ref), outer]);
}

/** The run is over: its outcome if the relay could not tell it, then the Worker is free. */
function finish(snapshot: WorkerSnapshot, assignment: Assignment, pod: RunPod, ref: PoolRef): Plan {
  const outcome = outcomeOf(pod, ref);
  if (outcome.kind === 'reported' || snapshot.memory.outcomeReported) return { actions: [released(assignment)] };
  return failed(snapshot, assignment, outcome.reason, outcome.message);
}

/** One of the containers that a run needs is gone for good; undefined when none is. */
function decideBroken(snapshot: WorkerSnapshot, assignment: Assignment, pod: RunPod, ref: PoolRef): Plan | undefined {
  const reportAt = brokenFrom(pod);
  if (reportAt === undefined) return undefined;
  if (snapshot.now < reportAt) return { actions: [], wakeAt: reportAt };
  const outcome = outcomeOf(pod, ref);
  if (outcome.kind === 'failed') return failed(snapshot, assignment, outcome.reason, outcome.message);
  return { actions: removeRemains(snapshot, assignment, pod) };
}

/** From when on it is certain that a container is gone for good; undefined while all are well. */
function brokenFrom(pod: RunPod): number | undefined {
  if (hasFailedInit(pod)) return AT_ONCE;
  const relay = containerState(pod, CONTAINER.relay)?.terminated;
  const worker = containerState(pod, CONTAINER.worker);
  if (relay) {
    // A relay that has seen the worker end, or be told to, is a moment ahead of the kubelet; any other died by itself.
    const isAhead = worker?.running !== undefined && AFTER_THE_WORKER.includes(relay.exitCode) && !wasKilled(relay);
    return isAhead ? endOf(relay) + KUBELET_LAG_MS : AT_ONCE;
  }
  if (!worker?.terminated) return undefined;
  if (couldNotStart(worker.terminated) || isRefusal(worker.terminated)) return AT_ONCE;
  // The relay reports such an end, unless it came before the shim had opened the pipe that tells of it.
  if (!shimBegan(worker.terminated) && worker.terminated.exitCode !== 0)
    return endOf(worker.terminated) + KUBELET_LAG_MS;
  // The relay reports that, too, within the lease of the run, unless it did not notice.
  return wasKilled(worker.terminated) ? endOf(worker.terminated) + RUN_LEASE_MS : undefined;
}

/** The kubelet tells of it a moment before it calls the Pod failed. A Pod that is being deleted is not judged by it. */
function hasFailedInit(pod: RunPod): boolean {
  const { exitCode = 0 } = containerState(pod, CONTAINER.init)?.terminated ?? {};
  return exitCode !== 0 && pod.metadata.deletionTimestamp === undefined;
}

const AT_ONCE = -Infinity;
const AFTER_THE_WORKER: readonly number[] = [EXIT.ok, EXIT.workerLost, EXIT.terminated];

function wasKilled({ exitCode, reason }: TerminatedState): boolean {
  return exitCode === 137 && reason === 'OOMKilled';
}

function endOf({ finishedAt = '' }: TerminatedState): number {
  return Date.parse(finishedAt) || 0;
}

/** The run is over, but its Pod still stands. A Worker on a lost node is replaced: nobody knows when it will be free. */
function decideRemains(snapshot: WorkerSnapshot, assignment: Assignment, pod: RunPod): Plan {
  const { now } = snapshot;
  const times = [lostNodeAt(pod), stopEndsAt(assignment, pod)].filter((time) => time !== undefined && time > now);
  const remains: Plan = { actions: removeRemains(snapshot, assignment, pod), wakeAt: earliest(times) };
  if (!isOnLostNode(pod, now)) return remains;
  const message = sentences.podOnLostNode(pod.metadata.name, pod.spec.nodeName);
  const waitsFor = { reason: REASON.nodeLost, message };
  return joinPlans([remains, decideRetirement(snapshot, assignment), { actions: [], waitsFor }]);
}

/**
 * The run is over, with or without this Pod: one that never began goes, and so does what still runs without a relay, in
 * the Pod's grace time, because nobody hears it any more. With a relay the control plane's fence ends it, in time.
 */
function removeRemains(snapshot: WorkerSnapshot, assignment: Assignment, pod: RunPod): readonly Action[] {
  const unstarted = deleteUnstarted(snapshot, [pod]);
  if (unstarted.length > 0) return unstarted;
  const hasNoRelay = containerState(pod, CONTAINER.relay)?.terminated !== undefined;
  const isLeftAlone = workerBegan(pod) && (hasNoRelay || snapshot.now >= (stopEndsAt(assignment, pod) ?? Infinity));
  const isGoing = pod.metadata.deletionTimestamp !== undefined || isBeingEnded(pod);
  return isLeftAlone && !isGoing ? [{ type: 'endPod', pod }] : [];
}

function decideProgress(snapshot: WorkerSnapshot, assignment: Assignment, pod: RunPod, ref: PoolRef): Plan {
  const { memory } = snapshot;
  if (memory.created && !memory.createdReported) return { actions: [created(assignment, pod.metadata.name)] };
  if (workerBegan(pod)) return NOTHING_TO_DO;
  if (assignment.stop && !assignment.started) {
    return failed(snapshot, assignment, 'Cancelled', sentences.stoppedBeforeStart(assignment.stop.reason));
  }
  return decideStart(snapshot, assignment, pod, ref);
}

/** The user's container has yet to begin. */
function decideStart(snapshot: WorkerSnapshot, assignment: Assignment, pod: RunPod, ref: PoolRef): Plan {
  const { now } = snapshot;
  const [problem, lookAt] = problemOf(snapshot, assignment, pod, ref);
  if (problem?.hopeless) return failed(snapshot, assignment, problem.outcome, problem.sentence, problem);
  const deadline = deadlineOf(snapshot, assignment, problem);
  if (deadline !== undefined && now >= deadline) {
    const message = sentences.notStartedInTime(problem?.sentence);
    return failed(snapshot, assignment, problem?.outcome ?? 'StartTimeout', message);
  }
  const report = problem && waiting(snapshot, assignment, problem);
  return joinPlans([report, { actions: [], wakeAt: earliest([deadline, lookAt]) }]);
}

/** What keeps the Pod, and when something may show of which nothing else tells. */
function problemOf(
  { now }: WorkerSnapshot,
  assignment: Assignment,
  pod: RunPod,
  ref: PoolRef,
): [Problem | undefined, number | undefined] {
  const problem = startProblem(pod, ref);
  if (problem || assignment.started) return [problem, undefined];
  const slow = slowStart(pod, ref);
  if (slow === undefined) return [undefined, undefined];
  const lookAt = slow.since + INIT_QUIET_MS;
  return now < lookAt ? [undefined, lookAt] : [slow.problem, undefined];
}

/**
 * A run that has started is slow at most (a large source, a large image), unless something is wrong; and that may pass:
 * it gets time from when it was first seen, because nobody runs a started run again.
 */
function deadlineOf(
  { memory: { reportedProblem: reported }, now }: WorkerSnapshot,
  { started, startDeadline }: Assignment,
  problem: Problem | undefined,
): number | undefined {
  if (!started) return startDeadline;
  if (!problem) return undefined;
  const seenAt = reported?.key === problem.key ? reported.since : now;
  return Math.max(startDeadline, seenAt + PROBLEM_PATIENCE_MS);
}
