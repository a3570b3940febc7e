import { REASON } from '../../api/conditions';
import type { OutcomeReason } from '../../protocol/messages';
import { allStatuses, type ContainerStatus, type RunPod } from './pod';
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

function schedulingProblem(pod: RunPod, ref: PoolRef): Problem | undefined {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason === 'SchedulingGated') return undefined;
  const detail = scheduled.message || scheduled.reason || 'the scheduler gives no reason';
  return {
    key: `${REASON.unschedulable}:${detail}`,
    reason: REASON.unschedulable,
    sentence: sentences.unschedulable(ref, detail),
    detailed: true,
    outcome: 'StartTimeout',
    hopeless: false,
  };
}

function containerProblem(pod: RunPod, { name, state }: ContainerStatus, ref: PoolRef): Problem | undefined {
  const waiting = state?.waiting;
  if (!waiting) return undefined;
  const image = imageOf(pod, name);
  const detail = kubeletDetail(waiting.message ?? '');
  const pull = { reason: REASON.imagePull, outcome: 'ImagePull', detailed: true } as const;
  const config = { reason: REASON.containerConfig, outcome: 'ConfigError', detailed: true } as const;
  const key = `${waiting.reason}:${name}`;
  switch (waiting.reason ?? '') {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'RegistryUnavailable':
    case 'ImageInspectError': {
      const sentence = sentences.imageCannotBePulled(ref, name, image, detail);
      return { ...pull, key: `pull:${name}`, sentence, detailed: detail !== '', hopeless: false };
    }
    case 'InvalidImageName':
      return { ...pull, key, sentence: sentences.imageNameInvalid(ref, name, image), hopeless: true };
    case 'ErrImageNeverPull':
      return { ...pull, key, sentence: sentences.imageNeverPulled(ref, name, image), hopeless: true };
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
    case 'RunContainerError': {
      const sentence = sentences.containerCannotBeCreated(ref, name, detail || (waiting.reason ?? ''));
      return { ...config, key: `create:${name}`, sentence, hopeless: isLasting(waiting.reason ?? '', detail) };
    }
    default:
      return undefined;
  }
}

/** A kubelet that has not yet heard of a new ConfigMap or Secret, or is slow, tries again by itself. */
function isLasting(reason: string, detail: string): boolean {
  return reason === 'CreateContainerConfigError' && !/timed out|failed to sync/i.test(detail);
}

function imageOf(pod: RunPod, container: string): string {
  const found = [...pod.spec.initContainers, ...pod.spec.containers].find(({ name }) => name === container);
  return found?.image ?? '';
}

/** The kubelet's words without the layers that say nothing: back-off, error class, RPC code. */
function kubeletDetail(message: string): string {
  return message
    .replace(/^Back-off pulling image "[^"]*"(: )?/, '')
    .replace(/^(ErrImagePull|Error): /, '')
    .replace(/rpc error: code = \w+ desc = /g, '')
    .trim();
}
