import type { Container, WorkerPool, WorkerPoolPod, WorkerPoolSpec } from '../../../src/api';
import { buildRunPod, type RunPod, type RunPodSpec, type RunPodStatus } from '../../../src/controller/run';
import type { Assignment } from '../../../src/protocol/messages';

export const RUN_ID = '01HPS6XB76J1JB3EHSK4AWE5AB';
export const WORKER_ID = '01HPS6K4BNB7BPHCDHDWFAMJNV';
export const POOL_ULID = '01HPS9HDSWCQ73RPDTVAK0KK0A';
export const NOW = Date.parse('2026-11-22T12:00:00Z');

export const POOL_REF = { namespace: 'team', name: 'pool' };

export function anAssignment(settings: Partial<Assignment> = {}): Assignment {
  return {
    runId: RUN_ID,
    stage: 'preparing',
    attempt: 2,
    fence: 7,
    vendor: 'opentofu',
    launcherImage: 'control-plane.test/launcher:1',
    defaultRunnerImage: 'control-plane.test/runner:1',
    startDeadline: NOW + 900_000,
    started: false,
    stop: null,
    ...settings,
  };
}

export function aPool(spec: WorkerPoolSpec = {}): WorkerPool {
  return {
    metadata: {
      name: 'pool',
      namespace: 'team',
      uid: 'pool-uid',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-11-22T10:00:00Z',
    },
    spec: {
      token: { secretKeyRef: { name: 'credentials', key: 'pool-token' } },
      privateKey: { secretKeyRef: { name: 'credentials', key: 'pool-key' } },
      ...spec,
    },
  };
}

export const WORKER_METADATA = {
  name: `pool-${WORKER_ID.toLowerCase()}`,
  namespace: 'team',
  uid: 'worker-uid',
  resourceVersion: '1',
  creationTimestamp: '2026-11-22T10:00:00Z',
};

export function built(pod: WorkerPoolPod = {}, assignment = anAssignment(), spec: WorkerPoolSpec = {}): RunPod {
  return buildRunPod({
    assignment,
    pool: aPool({ ...spec, pod }),
    poolUlid: POOL_ULID,
    worker: { metadata: WORKER_METADATA },
    workerId: WORKER_ID,
  });
}

export function container(spec: RunPodSpec, name: string): Container {
  const found = [...spec.initContainers, ...spec.containers].find((one) => one.name === name);
  if (!found) throw new Error(`there is no container ${name}`);
  return found;
}

/** A Pod as the API server would show it. */
export function observed(
  status: RunPodStatus,
  settings: { deleted?: string; node?: string; of?: RunPod } = {},
): RunPod {
  const pod = settings.of ?? built();
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      uid: `uid of ${pod.metadata.name}`,
      resourceVersion: '10',
      creationTimestamp: '2026-11-22T11:00:00Z',
      ...(settings.deleted !== undefined && { deletionTimestamp: settings.deleted }),
    },
    spec: { ...pod.spec, ...(settings.node !== undefined && { nodeName: settings.node }) },
    status,
  };
}

export const waitingFor = (reason: string, message = '') => ({ waiting: { reason, message } });
export const running = { running: {} };
export const exited = (exitCode: number, reason = exitCode === 0 ? 'Completed' : 'Error', message?: string) => ({
  terminated: { exitCode, reason, ...(message !== undefined && { message }) },
});

export type State = NonNullable<NonNullable<RunPodStatus['containerStatuses']>[number]['state']>;

/** The status of a Pod by the states of its containers. */
export function containers(
  states: {
    init?: State;
    relay?: State;
    worker?: State;
    extra?: Record<string, State>;
    custom?: Record<string, State>;
  },
  rest: Omit<RunPodStatus, 'containerStatuses' | 'initContainerStatuses'> = { phase: 'Running' },
): RunPodStatus {
  const list = (entries: Record<string, State | undefined>) =>
    Object.entries(entries).flatMap(([name, state]) => (state ? [{ name, state }] : []));
  return {
    ...rest,
    initContainerStatuses: list({ ...states.custom, init: states.init ?? exited(0) }),
    containerStatuses: list({ 'launcher-grpc': states.relay, worker: states.worker, ...states.extra }),
  };
}
