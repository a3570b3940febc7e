/**
 * Each field of `spec.pod` on the real API server: it takes the WorkerPool, strictly, and of what it stores a run Pod is made,
 * which it takes, too, and in which the field has its documented effect.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { WorkerPool, WorkerPoolPod } from '../../src/api';
import { PATH } from '../../src/api/names';
import { BUILT_IN_CONTAINER, BUILT_IN_INIT_CONTAINER } from '../../src/api/worker-pool/containers';
import { POD } from '../../src/api/worker-pool/pod';
import { buildRunPod, type RunPod } from '../../src/controller/run';
import { anAssignment, aPool, POOL_ULID, WORKER_ID, WORKER_METADATA } from '../controller/run/fixtures';
import { installCrds } from '../support/controlled-pool';
import { createNamespace, kubeOk } from '../support/kube';

let namespace: string;

beforeAll(async () => {
  await installCrds();
  namespace = await createNamespace('pod-fields');
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'runs' } };
  await kubeOk('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, account);
  await kubeOk('APPLY', '/apis/node.k8s.io/v1/runtimeclasses/pod-fields?fieldManager=test', {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'pod-fields' },
    handler: 'sandbox',
  });
});

/** The Pod of a run on a pool with this `spec.pod`, both as the API server would store them. */
async function podWith(pod: WorkerPoolPod, assignment = anAssignment()): Promise<RunPod> {
  const query = 'dryRun=All&fieldValidation=Strict';
  const { spec } = aPool({ pod });
  const body = { apiVersion: 'workers.spacelift.io/v1beta1', kind: 'WorkerPool', metadata: { name: 'pool' }, spec };
  const pools = `/apis/workers.spacelift.io/v1beta1/namespaces/${namespace}/workerpools`;
  const pool = await kubeOk<WorkerPool>('POST', `${pools}?${query}`, body);
  const worker = { metadata: { ...WORKER_METADATA, namespace } };
  const made = buildRunPod({ assignment, pool, poolUlid: POOL_ULID, worker, workerId: WORKER_ID });
  const ownerless = { ...made, metadata: { ...made.metadata, ownerReferences: [] } };
  return kubeOk<RunPod>('POST', `/api/v1/namespaces/${namespace}/pods?${query}`, ownerless);
}

const container = ({ spec }: RunPod, name: string) =>
  [...spec.initContainers, ...spec.containers].find((one) => one.name === name);

/** The volume that `worker` finds at a path. */
function volumeAt({ spec }: RunPod, path: string): unknown {
  const mount = spec.containers
    .find(({ name }) => name === 'worker')
    ?.volumeMounts?.find((one) => one.mountPath === path);
  return spec.volumes?.find(({ name }) => name === mount?.name);
}

interface Row<Name extends keyof WorkerPoolPod> {
  readonly value: NonNullable<WorkerPoolPod[Name]>;
  /** What else the field needs. */
  readonly with?: WorkerPoolPod;
  /** Where it has its effect. */
  readonly in: (pod: RunPod) => unknown;
  /** @default - the value */
  readonly expected?: unknown;
}

type BuiltIn = 'initContainer' | 'grpcServerContainer' | 'workerContainer';

const SPREAD = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' };
const TERM = { matchExpressions: [{ key: 'arch', operator: 'In', values: ['arm64'] }] };
const NEAR = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [TERM] } } };
const TOLERATION = { key: 'runs', operator: 'Exists', effect: 'NoSchedule' };

const ROWS: { readonly [Name in Exclude<keyof WorkerPoolPod, BuiltIn>]-?: Row<Name> } = {
  activeDeadlineSeconds: { value: 123, in: ({ spec }) => spec.activeDeadlineSeconds },
  terminationGracePeriodSeconds: { value: 45, in: ({ spec }) => spec.terminationGracePeriodSeconds },
  labels: { value: { team: 'a' }, in: ({ metadata }) => metadata.labels?.team, expected: 'a' },
  annotations: { value: { note: 'b' }, in: ({ metadata }) => metadata.annotations?.note, expected: 'b' },
  volumes: { value: [{ name: 'more', emptyDir: {} }], in: ({ spec }) => spec.volumes?.slice(-1) },
  workspaceVolume: {
    value: { name: 'work', emptyDir: { sizeLimit: '1Gi' } },
    in: (pod) => volumeAt(pod, PATH.workspace),
  },
  binariesCacheVolume: {
    value: { name: 'cache', emptyDir: { medium: 'Memory' } },
    in: ({ spec }) => spec.volumes?.find(({ name }) => name === 'cache'),
  },
  serviceAccountName: { value: 'runs', in: ({ spec }) => spec.serviceAccountName },
  automountServiceAccountToken: { value: false, in: ({ spec }) => spec.automountServiceAccountToken },
  securityContext: { value: { runAsUser: 2000, fsGroup: 3000 }, in: ({ spec }) => spec.securityContext },
  imagePullSecrets: { value: [{ name: 'registry' }], in: ({ spec }) => spec.imagePullSecrets },
  nodeSelector: { value: { pool: 'runs' }, in: ({ spec }) => spec.nodeSelector },
  nodeName: { value: 'node-1', in: ({ spec }) => spec.nodeName },
  affinity: { value: NEAR, in: ({ spec }) => spec.affinity },
  schedulerName: { value: 'mine', in: ({ spec }) => spec.schedulerName },
  tolerations: { value: [TOLERATION], in: ({ spec }) => spec.tolerations?.slice(0, 1) },
  topologySpreadConstraints: { value: [SPREAD], in: ({ spec }) => spec.topologySpreadConstraints },
  runtimeClassName: { value: 'pod-fields', in: ({ spec }) => spec.runtimeClassName },
  hostAliases: { value: [{ ip: '10.0.0.1', hostnames: ['a.test'] }], in: ({ spec }) => spec.hostAliases },
  dnsConfig: { value: { searches: ['a.test'] }, in: ({ spec }) => spec.dnsConfig },
  dnsPolicy: { value: 'Default', in: ({ spec }) => spec.dnsPolicy },
  shareProcessNamespace: { value: true, in: ({ spec }) => spec.shareProcessNamespace },
  customInitContainers: {
    value: [{ name: 'first', image: 'example.test/a:1' }],
    in: ({ spec }) => spec.initContainers.map(({ name }) => name),
    expected: ['first', 'init'],
  },
  additionalSidecarContainers: {
    value: [{ name: 'beside', image: 'example.test/a:1' }],
    in: ({ spec }) => spec.containers.map(({ name }) => name),
    expected: ['launcher-grpc', 'worker', 'beside'],
  },
  launcherImage: {
    value: 'example.test/launcher:2',
    in: (pod) => ['init', 'launcher-grpc'].map((name) => container(pod, name)?.image),
    expected: Array(2).fill('example.test/launcher:2'),
  },
  defaultRunnerImage: { value: 'example.test/runner:2', in: (pod) => container(pod, 'worker')?.image },
  // Those of other tools say nothing of this one's runs.
  defaultAnsibleRunnerImage: {
    value: 'example.test/ansible:2',
    in: (pod) => container(pod, 'worker')?.image,
    expected: anAssignment().defaultRunnerImage,
  },
  defaultIntentImage: {
    value: 'example.test/intent:2',
    in: (pod) => container(pod, 'worker')?.image,
    expected: anAssignment().defaultRunnerImage,
  },
  customBinariesPath: {
    value: '/opt/own/bin',
    in: (pod) => container(pod, 'init')?.env?.flatMap(({ value }) => (value?.startsWith('/opt/own') ? [value] : [])),
    expected: ['/opt/own/bin'],
  },
};

describe('the Pod of a run has what the pool says', () => {
  test.each(Object.entries<Row<keyof WorkerPoolPod>>(ROWS))('spec.pod.%s', async (field, row) => {
    const pod = await podWith({ ...row.with, [field]: row.value });
    expect({ [field]: row.in(pod) }).toMatchObject({ [field]: row.expected ?? row.value });
  });

  test('spec.pod.defaultAnsibleRunnerImage, for runs of Ansible', async () => {
    const pod = await podWith(
      { defaultAnsibleRunnerImage: 'example.test/ansible:2' },
      anAssignment({ vendor: 'ansible' }),
    );
    expect(container(pod, 'worker')?.image).toBe('example.test/ansible:2');
  });
});

/** What may be set of each built-in container, and how much of it the API server stores as it is. */
const SETTINGS = {
  env: [{ name: 'A', value: 'b' }],
  envFrom: [{ configMapRef: { name: 'settings' } }],
  imagePullPolicy: 'Never',
  resources: { requests: { cpu: '1' }, limits: { memory: '1Gi' } },
  securityContext: { runAsUser: 2000, readOnlyRootFilesystem: true },
  volumeMounts: [{ name: 'more', mountPath: '/more' }],
  lifecycle: { preStop: { exec: { command: ['true'] } } },
};
const LISTS_WITH_OURS: readonly string[] = ['env', 'volumeMounts'];

const CONTAINERS: readonly [field: BuiltIn, name: string, settings: readonly string[]][] = [
  ['initContainer', 'init', Object.keys(BUILT_IN_INIT_CONTAINER.fields)],
  ['grpcServerContainer', 'launcher-grpc', Object.keys(BUILT_IN_CONTAINER.fields)],
  ['workerContainer', 'worker', Object.keys(BUILT_IN_CONTAINER.fields)],
];

describe.each(CONTAINERS)('its container has what the pool says of it: spec.pod.%s', (field, name, settings) => {
  test.each(settings)('%s', async (setting) => {
    const value = SETTINGS[setting as keyof typeof SETTINGS];
    const pod = await podWith({ volumes: [{ name: 'more', emptyDir: {} }], [field]: { [setting]: value } });
    const found = container(pod, name)?.[setting as keyof typeof SETTINGS];
    // Beside the operator's own.
    if (LISTS_WITH_OURS.includes(setting)) expect(found).toEqual(expect.arrayContaining(value as unknown[]));
    else expect({ [setting]: found }).toMatchObject({ [setting]: value });
  });
});

test('every field of spec.pod is tried', () => {
  const tried = [...Object.keys(ROWS), ...CONTAINERS.map(([field]) => field)];
  expect(tried.sort()).toEqual(Object.keys(POD.fields).sort());
  expect(Object.keys(SETTINGS)).toEqual(expect.arrayContaining(Object.keys(BUILT_IN_CONTAINER.fields)));
});
