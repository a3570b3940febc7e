import type { Condition, Worker, WorkerPool, WorkerPoolSpec } from '../../../src/api';
import { sampleRunPod } from '../../../src/controller/worker-pool/template-check';
import type { RunPod } from '../../../src/controller/run';
import type { Controller } from '../../../src/doctor/controllers';

/** What one subject finds: nothing in the first, and the code in each of the others. */
export interface Cases {
  readonly healthy: readonly unknown[];
  readonly broken: Readonly<Record<string, readonly unknown[]>>;
}

/** Keeps the types of facts and codes. */
export const cases = <Facts>(of: {
  readonly healthy: readonly Facts[];
  readonly broken: Readonly<Record<string, readonly Facts[]>>;
}): Cases => of;

export const NOW = Date.parse('2026-11-27T12:00:00Z');
const MINUTE = 60_000;

/** A time so many minutes ago. */
export const ago = (minutes: number): string => new Date(NOW - minutes * MINUTE).toISOString();

export const condition = (type: string, status: Condition['status'], reason = 'Because'): Condition => ({
  type,
  status,
  reason,
  message: `${type} it is.`,
  lastTransitionTime: ago(60),
});

interface PoolParts {
  readonly name?: string;
  readonly metadata?: Partial<WorkerPool['metadata']>;
  readonly spec?: WorkerPoolSpec;
  readonly status?: WorkerPool['status'];
}

export function pool({ name = 'production', metadata = {}, spec = {}, status }: PoolParts = {}): WorkerPool {
  return {
    metadata: {
      name,
      namespace: 'network',
      uid: `uid of ${name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: ago(600),
      labels: { 'workers.spacelift.io/ulid': `01K3ZC0000000000000000000${name.slice(0, 1).toUpperCase()}` },
      finalizers: ['workers.spacelift.io/drain'],
      ...metadata,
    },
    spec: {
      poolSize: 2,
      token: { secretKeyRef: { name: 'credentials', key: 'token' } },
      privateKey: { secretKeyRef: { name: 'credentials', key: 'privateKey' } },
      ...spec,
    },
    status: status ?? {
      observedGeneration: 1,
      conditions: [condition('Registered', 'True'), condition('Ready', 'True')],
    },
  };
}

/** A run Pod of a pool, as the API server takes it. */
export const runPod = (of: WorkerPool): RunPod => sampleRunPod(of).pod;

const ULID = '01K3ZC0000000000000000000W';

export function worker(
  of: WorkerPool,
  metadata: Partial<Worker['metadata']> = {},
  status: Worker['status'] = {},
): Worker {
  return {
    metadata: {
      name: `${of.metadata.name}-${ULID.toLowerCase()}`,
      namespace: of.metadata.namespace,
      uid: 'uid of the worker',
      resourceVersion: '1',
      creationTimestamp: ago(300),
      finalizers: ['workers.spacelift.io/retire'],
      ownerReferences: [owner('WorkerPool', of.metadata.name, of.metadata.uid)],
      ...metadata,
    },
    status: { state: 'IDLE', registered: true, ...status },
  };
}

export const owner = (kind: string, name: string, uid: string) => ({
  apiVersion: 'workers.spacelift.io/v1beta1',
  kind,
  name,
  uid,
  controller: true,
});

/** A Pod of a Worker's run, which goes on. */
export function podOf(of: Worker): RunPod {
  const { namespace, name, uid } = of.metadata;
  return {
    metadata: {
      name: '01k3zc0000000000000000000r-preparing-1',
      namespace,
      creationTimestamp: ago(30),
      ownerReferences: [owner('Worker', name, uid)],
    },
    spec: { initContainers: [], containers: [] },
    status: { phase: 'Running' },
  };
}

export const controller = (given: Partial<Controller> = {}): Controller => ({
  namespace: 'operators',
  name: 'ops',
  image: 'example.com/controller:0.1.0',
  container: 'manager',
  labels: { app: 'ops' },
  serviceAccount: 'ops',
  wanted: 1,
  ready: 1,
  namespaces: [],
  lease: 'ops',
  keepsBudgets: false,
  guardsMetrics: false,
  isOurs: true,
  ...given,
});
