import { describe, expect, test } from '@jest/globals';
import type { Worker } from '../../src/api';
import { createCaches } from '../../src/controller/caches';
import type { RunPod } from '../../src/controller/run';

const OWNER = {
  apiVersion: 'workers.spacelift.io/v1beta1',
  kind: 'WorkerPool',
  name: 'pool',
  uid: 'uid-of-pool',
  controller: true,
  blockOwnerDeletion: true,
};

/** As a list of the API server brings it: nothing in it is shared with another. */
const worker = (name: string, status: object): Worker =>
  JSON.parse(
    JSON.stringify({
      apiVersion: 'workers.spacelift.io/v1beta1',
      kind: 'Worker',
      metadata: {
        name,
        namespace: 'team',
        uid: `uid-of-${name}`,
        resourceVersion: '7',
        generation: 1,
        creationTimestamp: '2026-01-01T00:00:00Z',
        labels: { 'workers.spacelift.io/workerpool': '01K', 'of.others/label': 'x' },
        annotations: { 'workers.spacelift.io/workerpool-name': 'pool' },
        finalizers: ['workers.spacelift.io/worker'],
        ownerReferences: [OWNER],
        managedFields: [{ manager: 'x' }],
      },
      spec: {},
      status,
    }),
  ) as Worker;

const REGISTERED = {
  type: 'Registered',
  status: 'True',
  reason: 'Registered',
  message: 'The control plane knows the Worker.',
  lastTransitionTime: '2026-01-01T00:00:01Z',
};
const IDLE = { state: 'IDLE', registered: true, conditions: [REGISTERED] };

const kept = <T extends 'workers' | 'pods'>(kind: T, object: object): T extends 'workers' ? Worker : RunPod =>
  caches[kind].trim(object as never) as never;

const caches = createCaches();

describe('what is kept of a Worker', () => {
  test('is what the passes read: no spec, no managedFields, nothing of others', () => {
    expect(kept('workers', worker('a', IDLE))).toEqual({
      metadata: {
        name: 'a',
        namespace: 'team',
        uid: 'uid-of-a',
        resourceVersion: '7',
        creationTimestamp: '2026-01-01T00:00:00Z',
        deletionTimestamp: undefined,
        labels: { 'workers.spacelift.io/workerpool': '01K' },
        finalizers: ['workers.spacelift.io/worker'],
        ownerReferences: [OWNER],
      },
      status: IDLE,
    });
  });

  test('is held once as far as Workers have it in common', () => {
    const [a, b] = [kept('workers', worker('a', IDLE)), kept('workers', worker('b', IDLE))];
    for (const part of ['labels', 'finalizers', 'ownerReferences'] as const) {
      expect(a.metadata[part]).toBe(b.metadata[part]);
    }
    expect(a.status).toBe(b.status);
  });

  test('has a status of its own while it has a run', () => {
    const busy = (run: string) => kept('workers', worker(run, { ...IDLE, state: 'BUSY', currentRunID: run }));
    const [a, b] = [busy('RUN-A'), busy('RUN-B')];
    expect(a.status).toEqual({ ...IDLE, state: 'BUSY', currentRunID: 'RUN-A' });
    expect(b.status).toEqual({ ...IDLE, state: 'BUSY', currentRunID: 'RUN-B' });
    expect(a.status?.conditions).toBe(b.status?.conditions);
  });

  test('is the same object while its version is the same, so that a new list takes no room', () => {
    const { workers } = createCaches();
    const first = workers.trim(worker('a', IDLE));
    workers.apply(first);
    expect(workers.trim(worker('a', IDLE))).toBe(first);
    const newer = worker('a', IDLE);
    expect(workers.trim({ ...newer, metadata: { ...newer.metadata, resourceVersion: '8' } })).not.toBe(first);
    expect(workers.trim({ ...newer, metadata: { ...newer.metadata, uid: 'another' } })).not.toBe(first);
  });
});

describe('what is kept of a run Pod', () => {
  const CONDITIONS = ['PodScheduled', 'PodReadyToStartContainers', 'Initialized', 'ContainersReady', 'Ready'];
  const container = (name: string) => ({ name, image: 'x', env: [{ name: 'A', value: 'b' }], resources: {} });
  const condition = (type: string) => ({ type, status: 'True', lastProbeTime: null });
  const pod = (name: string) => ({
    metadata: { name, namespace: 'team', uid: name, resourceVersion: '1', labels: { a: 'b' } },
    spec: { initContainers: [container('init')], containers: [container('worker')], volumes: [{ name: 'v' }] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [...CONDITIONS, 'of.others/gate'].map(condition),
      containerStatuses: [{ name: 'worker', state: { running: { startedAt: 'x' } }, imageID: 'y' }],
    },
  });

  test('are the conditions from which something follows, images, states and its own labels', () => {
    const { metadata, spec, status } = kept('pods', pod('a'));
    expect(metadata.labels).toEqual({});
    expect(spec.containers).toEqual([{ name: 'worker', image: 'x', resources: undefined }]);
    expect(status?.conditions?.map(({ type }) => type)).toEqual(CONDITIONS);
    expect(status?.containerStatuses).toEqual([{ name: 'worker', state: { running: { startedAt: 'x' } } }]);
  });

  test('is held once as far as Pods have it in common', () => {
    const [a, b] = [kept('pods', pod('a')), kept('pods', pod('b'))];
    expect(a.spec.containers).toBe(b.spec.containers);
    expect(a.status?.containerStatuses?.[0]).toBe(b.status?.containerStatuses?.[0]);
  });
});
