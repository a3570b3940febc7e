import type { Assignment, OutcomeReason } from '../../protocol/messages';
import {
  buildRunPod,
  carriesOut,
  disruption,
  isLive,
  outcomeOf,
  podTemplate,
  refusedRunnerImageHost,
  runPodName,
  sentences,
  workerBegan,
  type PoolRef,
  type Problem,
  type RunPod,
} from '../run';
import { REASON } from '../../api/conditions';
import { processNamespaceProblems } from '../../api/worker-pool/process-namespace';
import { decidePod } from './decide-pod';
import { deleteUnstarted } from './decide-unstarted';
import { earliest, failed, joinPlans, released, waiting, type Plan } from './plan';
import type { PoolFacts, WorkerSnapshot } from './snapshot';

/** Carries out an assignment: a Pod for it, what keeps the Pod from starting, its outcome, the Worker's release. */
export function decideRun(snapshot: WorkerSnapshot, pool: PoolFacts, assignment: Assignment): Plan {
  const pod = snapshot.pods.find((one) => carriesOut(one, assignment, snapshot.worker.metadata.uid));
  return pod ? decidePod(snapshot, pool, assignment, pod) : decideWithoutPod(snapshot, pool, assignment);
}

function decideWithoutPod(snapshot: WorkerSnapshot, pool: PoolFacts, assignment: Assignment): Plan {
  const { memory, now } = snapshot;
  const ref = pool.object.metadata;
  if (memory.outcomeReported) return { actions: [released(assignment)] };
  const lost = lostPodOutcome(snapshot, assignment, ref);
  if (lost === 'reported') return { actions: [released(assignment)] };
  if (lost) return failedWithoutPod(snapshot, assignment, ...lost);
  if (assignment.started) {
    const name = runPodName(assignment);
    if (!memory.goneConfirmed) return { actions: [{ type: 'confirmPodGone', name }] };
    return failedWithoutPod(snapshot, assignment, 'NodeLost', sentences.podGone(name));
  }
  if (assignment.stop) {
    return failed(snapshot, assignment, 'Cancelled', sentences.stoppedBeforeStart(assignment.stop.reason));
  }
  const refusal = memory.refusal?.problem;
  if (now >= assignment.startDeadline) {
    const message = sentences.notStartedInTime(refusal?.sentence);
    return failed(snapshot, assignment, refusal?.outcome ?? 'StartTimeout', message);
  }
  return decideCreation(snapshot, pool, assignment);
}

/** What the Pod's absence says is believed unless the control plane hears its relay. */
function failedWithoutPod(
  snapshot: WorkerSnapshot,
  assignment: Assignment,
  reason: OutcomeReason,
  message: string,
): Plan {
  const waitsFor = { reason: REASON.nodeLost, message: sentences.runGoesOnUnseen(runPodName(assignment)) };
  return joinPlans([failed(snapshot, assignment, reason, message), { actions: [], waitsFor }]);
}

/** How the run ended in a Pod that has vanished meanwhile; undefined when it had not begun and can be made anew. */
function lostPodOutcome(
  { memory: { lostPod } }: WorkerSnapshot,
  assignment: Assignment,
  ref: PoolRef,
): 'reported' | readonly [OutcomeReason, string] | undefined {
  if (!lostPod) return undefined;
  if (!isLive(lostPod)) {
    const outcome = outcomeOf(lostPod, ref);
    return outcome.kind === 'reported' ? 'reported' : [outcome.reason, outcome.message];
  }
  if (!assignment.started && !workerBegan(lostPod)) return undefined;
  const known = disruption(lostPod);
  return known ? [known.reason, known.message] : ['Evicted', sentences.podDeleted(lostPod.metadata.name)];
}

function decideCreation(snapshot: WorkerSnapshot, pool: PoolFacts, assignment: Assignment): Plan {
  const { worker, workerId, memory, now } = snapshot;
  const ref = pool.object.metadata;
  const { spec, metadata } = pool.object;
  const host = refusedRunnerImageHost(assignment, pool.object);
  if (host !== undefined) {
    const allowed = spec?.allowedRunnerImageHosts ?? [];
    const message = sentences.runnerImageHostRefused(ref, assignment.runnerImage ?? '', host, allowed);
    return failed(snapshot, assignment, 'ConfigError', message);
  }
  const [exposed] = processNamespaceProblems(podTemplate(pool.object));
  if (exposed !== undefined) return failed(snapshot, assignment, 'ConfigError', sentences.keyExposed(ref, exposed));
  const earlier = snapshot.pods.filter(isLive);
  if (earlier.length > 0) return decideEarlierPods(snapshot, assignment, earlier);
  const { refusal } = memory;
  if (refusal && now < refusal.retryAt && refusal.poolGeneration === metadata.generation) {
    const wakeAt = earliest([refusal.retryAt, assignment.startDeadline]);
    return joinPlans([waiting(snapshot, assignment, refusal.problem), { actions: [], wakeAt }]);
  }
  const pod = buildRunPod({ assignment, pool: pool.object, poolUlid: pool.ulid, worker, workerId });
  return { actions: [{ type: 'createPod', pod, assignment }] };
}

/** One run a Worker: what is left of an earlier one goes or is waited for. */
function decideEarlierPods(snapshot: WorkerSnapshot, assignment: Assignment, earlier: readonly RunPod[]): Plan {
  const actions = deleteUnstarted(snapshot, earlier);
  if (actions.length > 0) return { actions };
  const name = earlier[0]?.metadata.name ?? '';
  const problem: Problem = {
    key: `earlier:${name}`,
    reason: REASON.podPending,
    sentence: sentences.earlierPodStillRuns(name),
    detailed: true,
    outcome: 'StartTimeout',
    hopeless: false,
  };
  return joinPlans([waiting(snapshot, assignment, problem), { actions: [], wakeAt: assignment.startDeadline }]);
}
