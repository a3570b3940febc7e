import { CONTAINER } from '../../api/names';
import { EXIT } from '../../protocol/exit-codes';
import type { Assignment } from '../../protocol/messages';
import {
  containerState,
  couldNotStart,
  hasEnded,
  isRefusal,
  outcomeOf,
  sentences,
  startProblem,
  workerBegan,
  type PoolRef,
  type RunPod,
  type TerminatedState,
} from '../run';
import { isUnstarted } from './decide-stray';
import { NOTHING_TO_DO, type Plan } from './plan';
import { created, failed, released, waiting } from './reports';
import { OVER_SECONDS, type Action, type PoolFacts, type WorkerSnapshot } from './snapshot';

/** A node that says nothing for so long, or does not end a Pod for so long after its grace time, counts as lost. */
const NODE_LOST_MS = 120_000;
/** How much later than another's end the kubelet may tell of a container's. */
const KUBELET_LAG_MS = 30_000;
/** A worker killed by the kernel that the relay has not told of for so long was not noticed by it. */
const UNNOTICED_MS = 120_000;

/** The assignment has its Pod: ordered checks, the surest fact first. */
export function decidePod(snapshot: WorkerSnapshot, pool: PoolFacts, assignment: Assignment, pod: RunPod): Plan {
  const ref: PoolRef = { namespace: pool.object.metadata.namespace, name: pool.object.metadata.name };
  if (hasEnded(pod)) return { actions: finish(snapshot, assignment, pod, ref) };
  if (snapshot.memory.outcomeReported) return { actions: removeRemains(snapshot, pod) };
  return (
    decideBroken(snapshot, assignment, pod, ref) ??
    decideNode(snapshot, assignment, pod) ??
    decideProgress(snapshot, assignment, pod, ref)
  );
}

/** The run is over: its outcome if the relay could not tell it, then the Worker is free. */
function finish({ memory }: WorkerSnapshot, assignment: Assignment, pod: RunPod, ref: PoolRef): Action[] {
  const outcome = outcomeOf(pod, ref);
  const isUnreported = outcome.kind === 'failed' && !memory.outcomeReported;
  return [...(isUnreported ? [failed(assignment, outcome.reason, outcome.message)] : []), released(assignment)];
}

/** One of the two containers that a run needs is gone for good; undefined when neither is. */
function decideBroken(snapshot: WorkerSnapshot, assignment: Assignment, pod: RunPod, ref: PoolRef): Plan | undefined {
  const reportAt = brokenSince(pod);
  if (reportAt === undefined) return undefined;
  if (snapshot.now < reportAt) return { actions: [], wakeAt: reportAt };
  const outcome = outcomeOf(pod, ref);
  if (outcome.kind === 'failed') return { actions: [failed(assignment, outcome.reason, outcome.message)] };
  return { actions: removeRemains(snapshot, pod) };
}

/** From when on it is certain that a container is gone for good; undefined while both are well. */
function brokenSince(pod: RunPod): number | undefined {
  const relay = containerState(pod, CONTAINER.relay)?.terminated;
  const worker = containerState(pod, CONTAINER.worker);
  if (relay) {
    // A relay that has seen the worker end, or be told to, is a moment ahead of the kubelet; any other died by itself.
    const isAhead = worker?.running !== undefined && AFTER_THE_WORKER.includes(relay.exitCode) && !wasKilled(relay);
    return isAhead ? endOf(relay) + KUBELET_LAG_MS : 0;
  }
  if (!worker?.terminated) return undefined;
  if (couldNotStart(worker.terminated) || isRefusal(worker.terminated)) return 0;
  // The relay reports such an end, unless it came before the shim had opened the pipe that tells of it.
  return wasKilled(worker.terminated) ? endOf(worker.terminated) + UNNOTICED_MS : undefined;
}

const AFTER_THE_WORKER: readonly number[] = [EXIT.ok, EXIT.workerLost, EXIT.terminated];

function wasKilled({ exitCode, reason }: TerminatedState): boolean {
  return exitCode === 137 && reason === 'OOMKilled';
}

function endOf({ finishedAt = '' }: TerminatedState): number {
  return Date.parse(finishedAt) || 0;
}

/**
 * The run is over, with or without this Pod: one that never began goes, and so does what still runs without a relay, in
 * the Pod's grace time, because nobody hears it any more. With a relay the control plane's fence ends it.
 */
function removeRemains(snapshot: WorkerSnapshot, pod: RunPod): Action[] {
  if (isUnstarted(pod, snapshot)) return [{ type: 'deleteUnstartedPod', pod }];
  const isLeftAlone = workerBegan(pod) && containerState(pod, CONTAINER.relay)?.terminated !== undefined;
  const isGoing = pod.metadata.deletionTimestamp !== undefined || pod.spec.activeDeadlineSeconds === OVER_SECONDS;
  return isLeftAlone && !isGoing ? [{ type: 'endPod', pod }] : [];
}

/** A Pod whose node no longer speaks for it; undefined when the node is well. */
function decideNode({ now }: WorkerSnapshot, assignment: Assignment, pod: RunPod): Plan | undefined {
  const since = silentSince(pod);
  if (since === undefined) return undefined;
  const lostAt = since + NODE_LOST_MS;
  if (now < lostAt) return pod.metadata.deletionTimestamp === undefined ? undefined : { actions: [], wakeAt: lostAt };
  const minutes = NODE_LOST_MS / 60_000;
  const message = sentences.nodeLost(pod.spec.nodeName, `nothing was heard of it for ${minutes} minutes`);
  return { actions: [failed(assignment, 'NodeLost', message)] };
}

/**
 * Since when the node has been silent: a Pod past its grace time that is still there, or one that is not ready although
 * all its containers are, which only the control plane writes, of a node that stopped answering.
 */
function silentSince(pod: RunPod): number | undefined {
  const { deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) return Date.parse(deletionTimestamp);
  const condition = (type: string) => pod.status?.conditions?.find((one) => one.type === type);
  const ready = condition('Ready');
  const isSilent = ready?.status === 'False' && condition('ContainersReady')?.status === 'True';
  return isSilent ? Date.parse(ready.lastTransitionTime ?? '') || undefined : undefined;
}

function decideProgress(snapshot: WorkerSnapshot, assignment: Assignment, pod: RunPod, ref: PoolRef): Plan {
  const { memory } = snapshot;
  if (memory.created && !memory.createdReported) return { actions: [created(assignment, pod.metadata.name)] };
  if (workerBegan(pod)) return silentWake(pod);
  if (assignment.stop && !assignment.started) {
    return { actions: [failed(assignment, 'Cancelled', sentences.stoppedBeforeStart(assignment.stop.reason))] };
  }
  return decideStart(snapshot, assignment, pod, ref);
}

/** The user's container has yet to begin. */
function decideStart({ memory, now }: WorkerSnapshot, assignment: Assignment, pod: RunPod, ref: PoolRef): Plan {
  const problem = startProblem(pod, ref);
  if (problem?.hopeless) {
    return { actions: [failed(assignment, problem.outcome, problem.sentence, problem)] };
  }
  // A run that has started is slow at most (a large source, a large image), unless something is wrong.
  const hasDeadline = !assignment.started || problem !== undefined;
  if (hasDeadline && now >= assignment.startDeadline) {
    const message = sentences.notStartedInTime(problem?.sentence);
    return { actions: [failed(assignment, problem?.outcome ?? 'StartTimeout', message)] };
  }
  return {
    actions: problem ? waiting(memory, assignment, problem) : [],
    problem,
    ...(hasDeadline && { wakeAt: assignment.startDeadline }),
  };
}

function silentWake(pod: RunPod): Plan {
  const since = silentSince(pod);
  return since === undefined ? NOTHING_TO_DO : { actions: [], wakeAt: since + NODE_LOST_MS };
}
