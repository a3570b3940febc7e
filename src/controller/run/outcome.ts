import { CONTAINER } from '../../api/names';
import { EXIT } from '../../protocol/exit-codes';
import type { OutcomeReason } from '../../protocol/messages';
import {
  allStatuses,
  containerState,
  couldNotStart,
  shimBegan,
  hasLimitOfNamespace,
  imageOf,
  type RunPod,
  type TerminatedState,
} from './pod';
import * as sentences from './sentences';
import type { MemoryLimit, PoolRef } from './sentences';

/** How a run ended, as its Pod shows it. */
type PodOutcome =
  /** The relay has handed the outcome to the control plane. */
  { readonly kind: 'reported' } | FailedOutcome;

interface FailedOutcome {
  readonly kind: 'failed';
  readonly reason: OutcomeReason;
  readonly message: string;
}

interface TerminatedContainer extends TerminatedState {
  readonly name: string;
}

/** Reads the outcome of an ended Pod. The surest sign wins: what the kernel did, then the node, then exit codes. */
export function outcomeOf(pod: RunPod, ref: PoolRef): PodOutcome {
  const relay = containerState(pod, CONTAINER.relay)?.terminated;
  if (relay?.exitCode === EXIT.ok && !wasKilledByKernel(relay)) return { kind: 'reported' };
  return (
    outOfMemory(pod, ref) ??
    disruption(pod) ??
    deadline(pod, ref) ??
    deletion(pod) ??
    probablyOutOfMemory(pod, ref) ??
    containerFailure(pod, ref) ?? {
      kind: 'failed',
      reason: 'NodeLost',
      message: sentences.endedWithoutResult(pod.status?.message ?? pod.status?.reason ?? ''),
    }
  );
}

/** A container that the kernel killed for want of memory ends the run, although other containers still run. */
function outOfMemory(pod: RunPod, ref: PoolRef): FailedOutcome | undefined {
  const killed = terminated(pod).find(wasKilledByKernel);
  return killed && failed('OutOfMemory', sentences.outOfMemory(ref, killed.name, memoryLimit(pod, killed.name)));
}

/** Node lifecycle and scheduler leave a condition behind, the kubelet a reason. */
export function disruption(pod: RunPod): FailedOutcome | undefined {
  const { reason, message } = pod.status ?? {};
  const node = pod.spec.nodeName;
  const ofKubelet = reason === undefined ? undefined : kubeletDisruption(reason);
  if (ofKubelet) return disrupted(ofKubelet, node, message ?? reason ?? '');
  const target = pod.status?.conditions?.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
  return target && disrupted(TARGET_DISRUPTION[target.reason ?? ''] ?? 'Evicted', node, target.message ?? '');
}

type Disruption = 'Evicted' | 'Preempted' | 'NodeLost' | 'RefusedByNode' | 'NoRoomOnNode';

function disrupted(kind: Disruption, node: string | undefined, detail: string): FailedOutcome {
  switch (kind) {
    case 'Evicted':
      return failed('Evicted', sentences.evicted(node, detail));
    case 'Preempted':
      return failed('Preempted', sentences.preempted(node, detail));
    case 'NodeLost':
      return failed('NodeLost', sentences.nodeLost(node, detail));
    case 'RefusedByNode':
      return failed('ConfigError', sentences.podRefusedByNode(node, detail));
    case 'NoRoomOnNode':
      return failed('Evicted', sentences.podRefusedByNode(node, detail));
  }
}

function kubeletDisruption(reason: string): Disruption | undefined {
  // OutOfcpu, OutOfmemory, OutOfpods: the node filled up between scheduling and admission.
  return reason.startsWith('OutOf') ? 'NoRoomOnNode' : KUBELET_DISRUPTION[reason];
}

/** By the reason of the Pod's status. */
const KUBELET_DISRUPTION: Readonly<Record<string, Disruption>> = {
  Evicted: 'Evicted',
  Preempting: 'Preempted',
  NodeLost: 'NodeLost',
  NodeShutdown: 'NodeLost',
  Shutdown: 'NodeLost',
  Terminated: 'NodeLost',
  // A device plugin that is not ready, for one.
  UnexpectedAdmissionError: 'NoRoomOnNode',
  NodeAffinity: 'RefusedByNode',
  NodePorts: 'RefusedByNode',
};

/** By the reason of the condition DisruptionTarget. */
const TARGET_DISRUPTION: Readonly<Record<string, Disruption>> = {
  EvictionByEvictionAPI: 'Evicted',
  TerminationByKubelet: 'Evicted',
  PreemptionByScheduler: 'Preempted',
  DeletionByTaintManager: 'NodeLost',
  DeletionByPodGC: 'NodeLost',
};

function deadline(pod: RunPod, ref: PoolRef): FailedOutcome | undefined {
  if (pod.status?.reason !== 'DeadlineExceeded') return undefined;
  return failed('RunTimeout', sentences.tookTooLong(ref, pod.spec.activeDeadlineSeconds));
}

function deletion(pod: RunPod): FailedOutcome | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined;
  return failed('Evicted', sentences.podDeleted(pod.metadata.name));
}

/** SIGKILL without a word from the kubelet: a child that the kernel killed, or the node's own killer. */
function probablyOutOfMemory(pod: RunPod, ref: PoolRef): FailedOutcome | undefined {
  const killed = terminated(pod).find(
    ({ exitCode, reason }) => exitCode === 137 && reason !== 'ContainerStatusUnknown',
  );
  return (
    killed && failed('OutOfMemory', sentences.probablyOutOfMemory(ref, killed.name, memoryLimit(pod, killed.name)))
  );
}

function containerFailure(pod: RunPod, ref: PoolRef): FailedOutcome | undefined {
  const ended = terminated(pod).filter(({ exitCode }) => exitCode !== 0);
  const unstartable = ended.find(couldNotStart);
  if (unstartable) {
    const { name, message = 'no reason was given' } = unstartable;
    return failed('ConfigError', sentences.containerCannotStart(ref, name, imageOf(pod, name), message));
  }
  const custom = ended.find(({ name }) => isInit(pod, name) && name !== CONTAINER.init);
  if (custom) {
    return failed('ConfigError', sentences.containerFailed(ref, custom.name, custom.exitCode, custom.message ?? ''));
  }
  const worker = ended.find(({ name }) => name === CONTAINER.worker);
  const launcher = ended.find(({ name }) => name === CONTAINER.init || name === CONTAINER.relay);
  const isTheWorkers = worker && (!launcher || launcher.exitCode === EXIT.workerLost || isRefusal(worker));
  if (isTheWorkers) return workerFailure(worker, imageOf(pod, worker.name));
  if (!launcher) return undefined;
  const detail = launcher.message || (launcher.reason === UNKNOWN_END ? sentences.NODE_KNOWS_NOTHING : '');
  const message = sentences.containerFailed(ref, launcher.name, launcher.exitCode, detail);
  return failed(LAUNCHER_REASON[launcher.exitCode] ?? 'ControlPlaneLost', message);
}

/** What a worker whose relay tells nothing ended of. */
function workerFailure(worker: TerminatedContainer, image: string): FailedOutcome {
  const { exitCode, message = '' } = worker;
  if (isRefusal(worker)) {
    return failed(
      exitCode === EXIT.usage ? 'ConfigError' : 'ControlPlaneLost',
      sentences.stepsCannotRun(image, message),
    );
  }
  if (shimBegan(worker)) return failed('UserFailed', sentences.stepFailed(exitCode));
  return failed('ConfigError', sentences.endedBeforeItBegan(image, exitCode, message));
}

/** Whether the shim ended the worker container before the first step; a step that ends so leaves no last words. */
export function isRefusal(state: TerminatedState): boolean {
  const { exitCode, message } = state;
  return (exitCode === EXIT.usage || exitCode === EXIT.unreachable) && Boolean(message) && !shimBegan(state);
}

/** The reason that containerd gives with exit code 255 where it finds a container gone: the node was restarted, for one. */
const UNKNOWN_END = 'Unknown';

/** What an exit code of `init` and `launcher-grpc` says when no outcome could be handed on. */
const LAUNCHER_REASON: Readonly<Record<number, OutcomeReason>> = {
  [EXIT.usage]: 'ConfigError',
  [EXIT.credentials]: 'ConfigError',
  [EXIT.source]: 'ConfigError',
  [EXIT.rejected]: 'ConfigError',
  [EXIT.denied]: 'PolicyDenied',
  [EXIT.unreachable]: 'StartTimeout',
  [EXIT.terminated]: 'Evicted',
  // The Pod that started the attempt is not this one: it was lost.
  [EXIT.alreadyStarted]: 'NodeLost',
};

function terminated(pod: RunPod): TerminatedContainer[] {
  return allStatuses(pod).flatMap(({ name, state }) => (state?.terminated ? { name, ...state.terminated } : []));
}

function wasKilledByKernel({ reason }: TerminatedState): boolean {
  return reason === 'OOMKilled';
}

function isInit(pod: RunPod, name: string): boolean {
  return pod.status?.initContainerStatuses?.some((status) => status.name === name) ?? false;
}

function memoryLimit(pod: RunPod, name: string): MemoryLimit {
  const container = [...pod.spec.initContainers, ...pod.spec.containers].find((entry) => entry.name === name);
  const limit = container?.resources?.limits?.memory;
  return { memory: limit === undefined ? undefined : String(limit), ofNamespace: hasLimitOfNamespace(pod, name) };
}

function failed(reason: OutcomeReason, message: string): FailedOutcome {
  return { kind: 'failed', reason, message };
}
