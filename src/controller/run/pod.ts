import { ANNOTATION, CONTAINER } from '../../api/names';
import type {
  Affinity,
  Container,
  HostAlias,
  LocalObjectReference,
  PodDNSConfig,
  PodSecurityContext,
  Toleration,
  TopologySpreadConstraint,
  Volume,
} from '../../api';
import { WORKER_BEGAN } from '../../protocol/exit-codes';
import type { Assignment } from '../../protocol/messages';
import { workerUidOf } from '../resources';
import type { KubeObject } from '../runtime';

/** The run Pod as it is written, and as much of it as the cache keeps (`trimRunPod` in ../trim.ts). */
export interface RunPod extends KubeObject {
  readonly spec: RunPodSpec;
  readonly status?: RunPodStatus;
}

export interface RunPodSpec {
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly restartPolicy?: 'Never';
  readonly activeDeadlineSeconds?: number;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: PodSecurityContext;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly imagePullSecrets?: readonly LocalObjectReference[];
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  readonly schedulerName?: string;
  readonly runtimeClassName?: string;
  readonly affinity?: Affinity;
  readonly tolerations?: readonly Toleration[];
  readonly hostAliases?: readonly HostAlias[];
  readonly dnsConfig?: PodDNSConfig;
  readonly dnsPolicy?: string;
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  readonly shareProcessNamespace?: boolean;
  /** Set by webhooks of others. */
  readonly schedulingGates?: readonly { readonly name: string }[];
}

export interface RunPodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly PodCondition[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

export interface PodCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface ContainerStatus {
  readonly name: string;
  /** Of a sidecar among the init containers: whether it has passed its startup probe, so that the next one begins. */
  readonly started?: boolean;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: { readonly startedAt?: string };
    readonly terminated?: TerminatedState;
  };
}

export interface TerminatedState {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

/** `<run ulid lower-case>-<stage>-<attempt>`: one name for an attempt, so that creating it is the lock. */
export function runPodName(assignment: Pick<Assignment, 'runId' | 'stage' | 'attempt'>): string {
  return `${assignment.runId.toLowerCase()}-${assignment.stage}-${assignment.attempt}`;
}

const POD_NAME = /^([0-9a-hjkmnp-tv-z]{26})-(preparing|applying)-([1-9][0-9]*)$/;

/** Which attempt of which run a Pod carries out: by its name, because labels can be taken away. */
export function attemptOf(pod: KubeObject): Pick<Assignment, 'runId' | 'stage' | 'attempt'> | undefined {
  const [, runId, stage, attempt] = POD_NAME.exec(pod.metadata.name) ?? [];
  if (runId === undefined) return undefined;
  return { runId: runId.toUpperCase(), stage: stage as Assignment['stage'], attempt: Number(attempt) };
}

/** The fencing number that a Pod was made with; undefined when somebody took it away. */
export function fenceOf(pod: KubeObject): number | undefined {
  const fence = Number(pod.metadata.annotations?.[ANNOTATION.fence]);
  return Number.isSafeInteger(fence) && fence > 0 ? fence : undefined;
}

/** Whether the Pod carries out exactly this assignment for this Worker. */
export function carriesOut(pod: KubeObject, assignment: Assignment, workerUid: string): boolean {
  return (
    pod.metadata.name === runPodName(assignment) &&
    pod.metadata.annotations?.[ANNOTATION.fence] === String(assignment.fence) &&
    workerUidOf(pod) === workerUid
  );
}

export function containerState(pod: RunPod, name: string): ContainerStatus['state'] {
  return allStatuses(pod).find((status) => status.name === name)?.state;
}

export function allStatuses(pod: RunPod): ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

/** The image that the Pod asks for in a container; '' for one it does not have. */
export function imageOf(pod: RunPod, container: string): string {
  const found = [...pod.spec.initContainers, ...pod.spec.containers].find(({ name }) => name === container);
  return found?.image ?? '';
}

/** Whether the user's container has ever run: from then on infrastructure may have changed. */
export function workerBegan(pod: RunPod): boolean {
  const state = containerState(pod, CONTAINER.worker);
  return state?.running !== undefined || (state?.terminated !== undefined && !couldNotStart(state.terminated));
}

/** The shim leaves these last words when it begins; the relay knows nothing of a worker without them. */
export function shimBegan({ message }: TerminatedState): boolean {
  return message?.trim() === WORKER_BEGAN;
}

/** Whether the runtime could not even run the container's first program. */
export function couldNotStart({ reason }: TerminatedState): boolean {
  return reason === 'StartError' || reason === 'ContainerCannotRun';
}

/** Whether something of a run may still go on in the Pod. Sidecars of the user do not count. */
export function isLive(pod: RunPod): boolean {
  const builtInsEnded = [CONTAINER.relay, CONTAINER.worker].every((name) => containerState(pod, name)?.terminated);
  return !builtInsEnded && !isTerminal(pod);
}

/** `activeDeadlineSeconds` that the kubelet finds exceeded at once: how a Pod is ended without being deleted. */
export const EXCEEDED_DEADLINE_SECONDS = 1;

export function isBeingEnded({ spec }: RunPod): boolean {
  return spec.activeDeadlineSeconds === EXCEEDED_DEADLINE_SECONDS;
}

/** Whether no container of the Pod runs any more. */
function isTerminal(pod: RunPod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/**
 * Whether a container of the user still runs, or may yet, although the built-in ones have ended. Those among the init
 * containers are ended by the kubelet.
 */
export function hasSidecarsLeft(pod: RunPod): boolean {
  const isBuiltIn = (name: string): boolean => Object.values<string>(CONTAINER).includes(name);
  const left = pod.status?.containerStatuses?.some(({ name, state }) => !isBuiltIn(name) && !state?.terminated);
  return !isLive(pod) && !isTerminal(pod) && left === true;
}

/** Whether the run's containers ended well; a sidecar that was stopped counts for nothing. */
export function hasSucceeded(pod: RunPod): boolean {
  const builtIns = [CONTAINER.relay, CONTAINER.worker];
  return (
    builtIns.every((name) => containerState(pod, name)?.terminated?.exitCode === 0) || pod.status?.phase === 'Succeeded'
  );
}

/** What the API server's LimitRanger writes into a Pod: of which containers it set what. */
export const LIMIT_RANGER_ANNOTATION = 'kubernetes.io/limit-ranger';

/** Whether a LimitRange set the container's memory limit, because the pool set none. */
export function hasLimitOfNamespace(pod: RunPod, container: string): boolean {
  const parts = pod.metadata.annotations?.[LIMIT_RANGER_ANNOTATION]?.split(/[:;] /) ?? [];
  return parts.some((part) => {
    const [, set = '', of] = /^(.*?) limit for (?:init )?container (.*)$/s.exec(part) ?? [];
    return of === container && set.split(', ').includes('memory');
  });
}
