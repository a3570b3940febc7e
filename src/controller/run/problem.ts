import { REASON } from '../../api/conditions';
import type { OutcomeReason } from '../../protocol/messages';
import { CONTAINER } from '../../api/names';
import { allStatuses, containerState, imageOf, type ContainerStatus, type RunPod } from './pod';
import * as sentences from './sentences';
import type { PoolRef } from './sentences';

/** What keeps a run's Pod from starting. */
export interface Problem {
  /** Stays the same while the problem does, whatever words the kubelet has for it at the moment. */
  readonly key: string;
  /** Reason of the Worker's condition and of the event. */
  readonly reason: string;
  readonly sentence: string;
  /** False while the kubelet says only that it backs off, so that a fuller sentence is not replaced by a poorer one. */
  readonly detailed: boolean;
  /** The words change while the problem stays, and the newest are worth telling, now and then. @default false */
  readonly varies?: boolean;
  /** How the run ends when this lasts. */
  readonly outcome: OutcomeReason;
  /** Waiting cannot help. */
  readonly hopeless: boolean;
}

/** The problem that a Pod's status shows before the user's container runs; undefined while all goes well. */
export function startProblem(pod: RunPod, ref: PoolRef): Problem | undefined {
  for (const status of allStatuses(pod)) {
    const problem = containerProblem(pod, status, ref);
    if (problem) return problem;
  }
  return schedulingProblem(pod, ref);
}

/** What keeps a Pod from starting once it has lasted for a while; until then it is how every Pod starts. */
export interface SlowStart {
  /** In ms since the epoch. */
  readonly since: number;
  readonly problem: Problem;
}

/** What a Pod is at before the user's container runs; undefined when nothing of it is our concern. */
export function slowStart(pod: RunPod, ref: PoolRef): SlowStart | undefined {
  const since = runsSince(pod, CONTAINER.init);
  if (since !== undefined) return { since, problem: initIsCutOff(pod) };
  return notReadyForContainers(pod) ?? heldUp(pod, ref);
}

/** Volumes and network come before any container. Of what they meet only the kubelet's events tell, which nobody here reads. */
function notReadyForContainers(pod: RunPod): SlowStart | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === READY_FOR_CONTAINERS);
  const since = Date.parse(condition?.lastTransitionTime ?? '') || undefined;
  if (condition?.status !== 'False' || since === undefined) return undefined;
  const sentence = sentences.notReadyForContainers(pod.metadata.namespace ?? '', pod.metadata.name);
  return { since, problem: { ...SCHEDULING, key: READY_FOR_CONTAINERS, reason: REASON.podPending, sentence } };
}

/** Init containers begin one after the other: the one before `init` that runs is what it waits for. */
function heldUp(pod: RunPod, ref: PoolRef): SlowStart | undefined {
  if (containerState(pod, CONTAINER.init)?.waiting === undefined) return undefined;
  const names = pod.spec.initContainers.map(({ name }) => name);
  const before = pod.spec.initContainers.slice(0, names.indexOf(CONTAINER.init));
  for (const { name, restartPolicy } of before) {
    const since = runsSince(pod, name);
    const isSidecar = restartPolicy === 'Always';
    if (since === undefined || (isSidecar && !isStarting(pod, name))) continue;
    const sentence = isSidecar ? sentences.sidecarDoesNotStart(ref, name) : sentences.initContainerRunsOn(ref, name);
    return { since, problem: { ...SCHEDULING, key: `init:${name}`, reason: REASON.podPending, sentence } };
  }
  return undefined;
}

function runsSince(pod: RunPod, container: string): number | undefined {
  return Date.parse(containerState(pod, container)?.running?.startedAt ?? '') || undefined;
}

function isStarting(pod: RunPod, container: string): boolean {
  return allStatuses(pod).some(({ name, started }) => name === container && started === false);
}

/** `init` goes on trying until the start deadline, and what it meets stands in its own log only. */
function initIsCutOff(pod: RunPod): Problem {
  const sentence = sentences.initIsCutOff(pod.metadata.namespace ?? '', pod.metadata.name);
  return { ...SCHEDULING, key: 'init', reason: REASON.controlPlaneUnreachable, sentence };
}

function schedulingProblem(pod: RunPod, ref: PoolRef): Problem | undefined {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  if (scheduled.reason === 'SchedulingGated') {
    const gates = pod.spec.schedulingGates?.map(({ name }) => name) ?? [];
    return {
      ...SCHEDULING,
      key: REASON.schedulingGated,
      reason: REASON.schedulingGated,
      sentence: sentences.gated(gates),
    };
  }
  const detail = scheduled.message || scheduled.reason || 'the scheduler gives no reason';
  const sentence = sentences.unschedulable(ref, detail);
  // The scheduler counts nodes in its sentence, so that each node that comes or goes gives another.
  return { ...SCHEDULING, key: REASON.unschedulable, reason: REASON.unschedulable, sentence, varies: true };
}

function containerProblem(pod: RunPod, { name, state }: ContainerStatus, ref: PoolRef): Problem | undefined {
  const { reason = '', message = '' } = state?.waiting ?? {};
  const image = imageOf(pod, name);
  const detail = kubeletDetail(message);
  const key = `${reason}:${name}`;
  if (PULLING.includes(reason)) {
    const sentence = sentences.imageCannotBePulled(ref, name, image, detail);
    return { ...IMAGE, key: `pull:${name}`, sentence, detailed: detail !== '', hopeless: false };
  }
  if (reason === 'InvalidImageName') {
    return { ...IMAGE, key, sentence: sentences.imageNameInvalid(ref, name, image), hopeless: true };
  }
  if (reason === 'ErrImageNeverPull') {
    return { ...IMAGE, key, sentence: sentences.imageNeverPulled(ref, name, image), hopeless: true };
  }
  if (reason === 'CreateContainerConfigError') {
    const sentence = sentences.containerCannotBeCreated(ref, name, detail || reason);
    return { ...CONFIG, key: `create:${name}`, sentence, hopeless: !MAY_PASS.test(detail) };
  }
  if (reason === 'CreateContainerError' || reason === 'RunContainerError') {
    const sentence = sentences.containerCannotStart(ref, name, image, detail || reason);
    return { ...CONFIG, key: `create:${name}`, sentence, hopeless: LACKS_PROGRAM.test(detail) };
  }
  return undefined;
}

/** The kubelet's reasons between which one and the same trouble goes back and forth. */
const PULLING: readonly string[] = ['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable', 'ImageInspectError'];
/** A kubelet that has not yet heard of a new ConfigMap or Secret, or is slow, tries again by itself. */
const MAY_PASS = /timed out|failed to sync/i;
/** The runtimes' words for a program that the image does not hold, or that the node cannot run. */
const LACKS_PROGRAM = /exec: "|executable file|exec format error/i;

/** True from when the Pod has its volumes and its network, so also while its images are pulled; of Kubernetes 1.29 and later. */
export const READY_FOR_CONTAINERS = 'PodReadyToStartContainers';

const IMAGE = { reason: REASON.imagePull, outcome: 'ImagePull', detailed: true } as const;
const SCHEDULING = { outcome: 'StartTimeout', detailed: true, hopeless: false } as const;
const CONFIG = { reason: REASON.containerConfig, outcome: 'ConfigError', detailed: true } as const;

/** The kubelet's words without the layers that say nothing: back-off, error class, RPC code. */
function kubeletDetail(message: string): string {
  return message
    .replace(/^Back-off pulling image "[^"]*"(: )?/, '')
    .replace(/^(ErrImagePull|Error): /, '')
    .replace(/rpc error: code = \w+ desc = /g, '')
    .trim();
}
