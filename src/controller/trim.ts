import { ANNOTATION, LABEL, type Container, type Worker } from '../api';
import {
  LIMIT_RANGER_ANNOTATION,
  READY_FOR_CONTAINERS,
  type ContainerStatus,
  type PodCondition,
  type RunPod,
} from './run';
import type { SharedValues } from './runtime';

/* What the caches keep of an object: all that the passes read, and what thousands have in common only once. */

type Share = Pick<SharedValues, 'of'>;

const KEPT_LABELS: readonly string[] = [LABEL.runId, LABEL.worker, LABEL.workerPool];
const KEPT_ANNOTATIONS: readonly string[] = [
  ANNOTATION.stage,
  ANNOTATION.attempt,
  ANNOTATION.fence,
  LIMIT_RANGER_ANNOTATION,
];
/** The conditions of a Pod from which anything follows, or that its span tells of. */
const KEPT_CONDITIONS: readonly string[] = [
  'PodScheduled',
  READY_FOR_CONTAINERS,
  'Initialized',
  'ContainersReady',
  'Ready',
  'DisruptionTarget',
];

/** A quarter of a Worker; its spec is empty. */
export function trimWorker({ metadata, status }: Worker, share: Share): Worker {
  return {
    metadata: {
      name: metadata.name,
      namespace: share.of(metadata.namespace),
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      creationTimestamp: share.of(metadata.creationTimestamp),
      deletionTimestamp: metadata.deletionTimestamp,
      labels: share.of(pick(metadata.labels, KEPT_LABELS)),
      finalizers: share.of(metadata.finalizers),
      ownerReferences: share.of(metadata.ownerReferences),
    },
    // Busy ones name their run.
    status:
      status?.currentRunID === undefined ? share.of(status) : { ...status, conditions: share.of(status.conditions) },
  };
}

/** A tenth of a run Pod. */
export function trimRunPod({ metadata, spec, status }: RunPod, share: Share): RunPod {
  const { reason, message } = status ?? {};
  return {
    metadata: {
      name: metadata.name,
      namespace: share.of(metadata.namespace),
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      creationTimestamp: share.of(metadata.creationTimestamp),
      deletionTimestamp: metadata.deletionTimestamp,
      labels: pick(metadata.labels, KEPT_LABELS),
      annotations: pick(metadata.annotations, KEPT_ANNOTATIONS),
      ownerReferences: metadata.ownerReferences,
    },
    spec: {
      initContainers: share.of(spec.initContainers?.map(trimContainer) ?? []),
      containers: share.of(spec.containers.map(trimContainer)),
      activeDeadlineSeconds: spec.activeDeadlineSeconds,
      terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds,
      nodeName: share.of(spec.nodeName),
      schedulingGates: spec.schedulingGates,
    },
    status: status && {
      ...{ phase: status.phase, reason, message },
      conditions: status.conditions
        ?.filter(({ type }) => KEPT_CONDITIONS.includes(type))
        .map((condition) => share.of(trimCondition(condition))),
      initContainerStatuses: status.initContainerStatuses?.map((one) => share.of(trimStatus(one))),
      containerStatuses: status.containerStatuses?.map((one) => share.of(trimStatus(one))),
    },
  };
}

function trimContainer({ name, image, resources, restartPolicy }: Container): Container {
  const memory = resources?.limits?.memory;
  return {
    name,
    image,
    resources: memory === undefined ? undefined : { limits: { memory } },
    // Only a sidecar among the init containers has one.
    ...(restartPolicy !== undefined && { restartPolicy }),
  };
}

function trimCondition({ type, status, reason, message, lastTransitionTime }: PodCondition): PodCondition {
  return { type, status, reason, message, lastTransitionTime };
}

function trimStatus({ name, state, started }: ContainerStatus): ContainerStatus {
  return { name, state, ...(started === false && { started }) };
}

function pick(from: Record<string, string> | undefined, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(from ?? {}).filter(([key]) => keys.includes(key)));
}
