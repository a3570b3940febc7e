import { describe, expect, test } from '@jest/globals';
import type { Container, WorkerPoolPod } from '../../../src/api';
import { POD } from '../../../src/api/worker-pool/pod';
import type { RunPodSpec } from '../../../src/controller/run';
import { LAUNCHER_VARIABLE, POD_VARIABLE } from '../../../src/protocol/environment';
import { anAssignment, built, container, RUN_ID, WORKER_ID } from './fixtures';

describe('the Pod of a run', () => {
  test('is named after run, stage and attempt', () => {
    expect(built().metadata.name).toBe('01hps6xb76j1jb3ehsk4awe5ab-preparing-2');
    expect(built({}, anAssignment({ stage: 'applying', attempt: 3 })).metadata.name).toBe(
      '01hps6xb76j1jb3ehsk4awe5ab-applying-3',
    );
  });

  test('is built the same way every time', () => {
    expect(JSON.stringify(built({ labels: { a: 'b' } }))).toBe(JSON.stringify(built({ labels: { a: 'b' } })));
  });

  test('lies beside its Worker, which controls it', () => {
    const { metadata } = built();
    expect(metadata.namespace).toBe('team');
    expect(metadata.ownerReferences).toEqual([
      {
        apiVersion: 'workers.spacelift.io/v1beta1',
        kind: 'Worker',
        name: 'pool-01hps6k4bnb7bphcdhdwfamjnv',
        uid: 'worker-uid',
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
  });

  test('carries the labels of pool, worker and run, which the pool cannot override', () => {
    const labels = { team: 'infra', 'workers.spacelift.io/run-id': 'something-else' };
    expect(built({ labels }).metadata.labels).toEqual({
      team: 'infra',
      'workers.spacelift.io/workerpool': '01HPS9HDSWCQ73RPDTVAK0KK0A',
      'workers.spacelift.io/worker': '01HPS6K4BNB7BPHCDHDWFAMJNV',
      'workers.spacelift.io/run-id': '01HPS6XB76J1JB3EHSK4AWE5AB',
    });
  });

  test('carries stage, attempt and fence as annotations, which the pool cannot override', () => {
    const annotations = { note: 'mine', 'workers.spacelift.io/fence': '99' };
    expect(built({ annotations }).metadata.annotations).toEqual({
      note: 'mine',
      'workers.spacelift.io/stage': 'preparing',
      'workers.spacelift.io/attempt': '2',
      'workers.spacelift.io/fence': '7',
    });
  });

  test('has its containers in the documented order', () => {
    const { spec } = built({
      customInitContainers: [{ name: 'first' }, { name: 'second' }],
      additionalSidecarContainers: [{ name: 'dind' }],
    });
    expect(names(spec.initContainers)).toEqual(['first', 'second', 'init']);
    expect(names(spec.containers)).toEqual(['launcher-grpc', 'worker', 'dind']);
  });

  test('runs the launcher in init and launcher-grpc, and the shim in worker', () => {
    const spec = built().spec;
    const launcher = { image: 'control-plane.test/launcher:1', command: ['/usr/bin/spacelift-launcher'] };
    expect(container(spec, 'init')).toMatchObject({ ...launcher, args: ['init'] });
    expect(container(spec, 'launcher-grpc')).toMatchObject({ ...launcher, args: ['grpc'] });
    expect(container(spec, 'worker')).toMatchObject({
      image: 'control-plane.test/runner:1',
      command: ['/bin/sh', '/opt/spacelift/binaries/spacelift-worker'],
    });
    expect(container(spec, 'worker').args).toBeUndefined();
  });

  test('gets no variables of the Services around it', () => {
    expect(built().spec.enableServiceLinks).toBe(false);
  });

  test('is never restarted, and ends by itself after 70 minutes', () => {
    expect(built().spec).toMatchObject({
      restartPolicy: 'Never',
      activeDeadlineSeconds: 4200,
      terminationGracePeriodSeconds: 30,
    });
  });
});

/** Fields that are more than a field of the Pod: what they do is tested here and in the files beside. */
const TESTED_BY_EFFECT: readonly (keyof WorkerPoolPod)[] = [
  ...(['annotations', 'labels', 'initContainer', 'grpcServerContainer', 'workerContainer'] as const),
  ...(['workspaceVolume', 'binariesCacheVolume', 'customBinariesPath'] as const),
  ...(['launcherImage', 'defaultRunnerImage', 'defaultAnsibleRunnerImage', 'defaultIntentImage'] as const),
];

describe('every field of spec.pod reaches the Pod', () => {
  const full: Container = { name: 'extra', image: 'example.test/x:1', ports: [{ containerPort: 80 }] };
  const cases: [keyof WorkerPoolPod, WorkerPoolPod, Partial<Record<keyof RunPodSpec, unknown>>][] = [
    ['activeDeadlineSeconds', { activeDeadlineSeconds: 60 }, { activeDeadlineSeconds: 60 }],
    ['terminationGracePeriodSeconds', { terminationGracePeriodSeconds: 0 }, { terminationGracePeriodSeconds: 0 }],
    ['serviceAccountName', { serviceAccountName: 'runner' }, { serviceAccountName: 'runner' }],
    ['automountServiceAccountToken', { automountServiceAccountToken: false }, { automountServiceAccountToken: false }],
    ['imagePullSecrets', { imagePullSecrets: [{ name: 's' }] }, { imagePullSecrets: [{ name: 's' }] }],
    ['nodeSelector', { nodeSelector: { disk: 'ssd' } }, { nodeSelector: { disk: 'ssd' } }],
    ['nodeName', { nodeName: 'n1' }, { nodeName: 'n1' }],
    ['schedulerName', { schedulerName: 'mine' }, { schedulerName: 'mine' }],
    ['runtimeClassName', { runtimeClassName: 'gvisor' }, { runtimeClassName: 'gvisor' }],
    ['affinity', { affinity: { nodeAffinity: {} } }, { affinity: { nodeAffinity: {} } }],
    ['tolerations', { tolerations: [{ operator: 'Exists' }] }, { tolerations: [{ operator: 'Exists' }] }],
    ['hostAliases', { hostAliases: [{ ip: '10.0.0.1' }] }, { hostAliases: [{ ip: '10.0.0.1' }] }],
    ['dnsConfig', { dnsConfig: { nameservers: ['10.0.0.2'] } }, { dnsConfig: { nameservers: ['10.0.0.2'] } }],
    ['dnsPolicy', { dnsPolicy: 'None' }, { dnsPolicy: 'None' }],
    [
      'topologySpreadConstraints',
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }] },
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }] },
    ],
    ['shareProcessNamespace', { shareProcessNamespace: true }, { shareProcessNamespace: true }],
    [
      'securityContext',
      { securityContext: { fsGroup: 2000, supplementalGroups: [5] } },
      { securityContext: { fsGroup: 2000, fsGroupChangePolicy: 'OnRootMismatch', supplementalGroups: [5] } },
    ],
    ['customInitContainers', { customInitContainers: [full] }, { initContainers: expect.arrayContaining([full]) }],
    [
      'additionalSidecarContainers',
      { additionalSidecarContainers: [full] },
      { containers: expect.arrayContaining([full]) },
    ],
    [
      'volumes',
      { volumes: [{ name: 'mine', emptyDir: {} }] },
      { volumes: expect.arrayContaining([{ name: 'mine', emptyDir: {} }]) },
    ],
  ];

  test.each(cases)('%s', (_field, pod, expected) => {
    expect(built(pod).spec).toMatchObject(expected);
  });

  test('each has a case here, or a test by what it does', () => {
    const named = [...cases.map(([field]) => field), ...TESTED_BY_EFFECT];
    expect([...named].sort()).toEqual(Object.keys(POD.fields).sort());
  });

  test('a text that is empty is not set', () => {
    const empty = {
      serviceAccountName: '',
      nodeName: '',
      schedulerName: '',
      runtimeClassName: '',
      dnsPolicy: '',
      launcherImage: '',
      defaultRunnerImage: '',
      customBinariesPath: '',
      initContainer: { imagePullPolicy: '' },
      grpcServerContainer: { imagePullPolicy: '' },
      workerContainer: { imagePullPolicy: '', env: [{ name: 'EMPTY', value: '' }] },
    };
    const meant = { workerContainer: { env: [{ name: 'EMPTY', value: '' }] } };
    expect(JSON.stringify(built(empty))).toBe(JSON.stringify(built(meant)));
  });

  test('launcherImage replaces the image of init and launcher-grpc', () => {
    const { spec } = built({ launcherImage: 'example.test/launcher:pinned' });
    expect(container(spec, 'init').image).toBe('example.test/launcher:pinned');
    expect(container(spec, 'launcher-grpc').image).toBe('example.test/launcher:pinned');
  });

  test.each([
    ['initContainer', 'init'],
    ['grpcServerContainer', 'launcher-grpc'],
    ['workerContainer', 'worker'],
  ] as const)('%s sets the container %s', (field, name) => {
    const settings = {
      env: [{ name: 'MINE', value: '1' }],
      envFrom: [{ configMapRef: { name: 'settings' } }],
      imagePullPolicy: 'Always',
      resources: { limits: { memory: '1Gi' } },
      securityContext: { readOnlyRootFilesystem: true },
      volumeMounts: [{ name: 'mine', mountPath: '/mine' }],
    };
    const made = container(built({ [field]: settings }).spec, name);
    expect(made).toMatchObject({
      envFrom: settings.envFrom,
      imagePullPolicy: 'Always',
      resources: settings.resources,
      securityContext: { readOnlyRootFilesystem: true, runAsUser: 1983 },
    });
    expect(made.env).toContainEqual({ name: 'MINE', value: '1' });
    expect(made.volumeMounts).toContainEqual({ name: 'mine', mountPath: '/mine' });
  });

  test('lifecycle hooks reach launcher-grpc and worker', () => {
    const lifecycle = { preStop: { exec: { command: ['true'] } } };
    const { spec } = built({ grpcServerContainer: { lifecycle }, workerContainer: { lifecycle } });
    expect(container(spec, 'launcher-grpc').lifecycle).toEqual(lifecycle);
    expect(container(spec, 'worker').lifecycle).toEqual(lifecycle);
  });
});

describe('volumes', () => {
  test('workspace, cache, binaries and exchange are fresh folders by default', () => {
    const volumes = built().spec.volumes?.filter(({ emptyDir }) => emptyDir);
    expect(volumes?.map(({ name }) => name)).toEqual([
      'workspace',
      'binaries-cache',
      'spacelift-binaries',
      'spacelift-exchange',
    ]);
  });

  test('the output of a run cannot fill the node: the kubelet evicts that Pod and no other one', () => {
    const limits = built().spec.volumes?.map(({ name, emptyDir }) => [name, emptyDir?.sizeLimit]);
    expect(limits).toContainEqual(['spacelift-exchange', '8Gi']);
  });

  test('the pool’s own workspace and cache volumes are mounted at the documented paths', () => {
    const workspaceVolume = { name: 'ws', ephemeral: {} };
    const binariesCacheVolume = { name: 'cache', persistentVolumeClaim: { claimName: 'cache' } };
    const { spec } = built({ workspaceVolume, binariesCacheVolume });
    expect(spec.volumes).toEqual(expect.arrayContaining([workspaceVolume, binariesCacheVolume]));
    const cache = { name: 'cache', mountPath: '/opt/spacelift/binaries_cache' };
    for (const [name, mount] of Object.entries({ init: cache, worker: { ...cache, readOnly: true } })) {
      expect(container(spec, name).volumeMounts).toEqual(
        expect.arrayContaining([{ name: 'ws', mountPath: '/opt/spacelift/workspace' }, mount]),
      );
    }
    expect(container(spec, 'launcher-grpc').volumeMounts).toContainEqual({
      name: 'ws',
      mountPath: '/opt/spacelift/workspace',
    });
  });

  test('token and private key are readable in init and launcher-grpc, and are not mounted into worker', () => {
    const { spec } = built();
    expect(spec.volumes).toContainEqual({
      name: 'spacelift-credentials',
      projected: {
        defaultMode: 0o440,
        sources: [
          { secret: { name: 'credentials', items: [{ key: 'pool-token', path: 'token' }] } },
          { secret: { name: 'credentials', items: [{ key: 'pool-key', path: 'privateKey' }] } },
        ],
      },
    });
    const mount = { name: 'spacelift-credentials', mountPath: '/opt/spacelift/credentials', readOnly: true };
    expect(container(spec, 'init').volumeMounts).toContainEqual(mount);
    expect(container(spec, 'launcher-grpc').volumeMounts).toContainEqual(mount);
    expect(JSON.stringify(container(spec, 'worker'))).not.toContain('credentials');
  });
});

describe('environment', () => {
  test('init and launcher-grpc know which attempt of which run they are', () => {
    const expected = {
      [POD_VARIABLE.runId]: RUN_ID,
      [POD_VARIABLE.stage]: 'preparing',
      [POD_VARIABLE.attempt]: '2',
      [POD_VARIABLE.fence]: '7',
      [POD_VARIABLE.workerId]: WORKER_ID,
      [POD_VARIABLE.workerName]: 'pool-01hps6k4bnb7bphcdhdwfamjnv',
      [POD_VARIABLE.podUid]: 'metadata.uid',
      [POD_VARIABLE.runnerImage]: 'control-plane.test/runner:1',
      [POD_VARIABLE.startDeadline]: String(anAssignment().startDeadline),
      [POD_VARIABLE.stopGraceSeconds]: '30',
    };
    expect(environment(built().spec, 'init')).toEqual(expected);
    expect(environment(built().spec, 'launcher-grpc')).toEqual(expected);
  });

  test('worker knows of the attempt only what concerns a step', () => {
    const pod = { customBinariesPath: '/bin', terminationGracePeriodSeconds: 600 };
    expect(environment(built(pod).spec, 'worker')).toEqual({
      [POD_VARIABLE.runId]: RUN_ID,
      [POD_VARIABLE.stage]: 'preparing',
      [POD_VARIABLE.workerName]: 'pool-01hps6k4bnb7bphcdhdwfamjnv',
      [POD_VARIABLE.stopGraceSeconds]: '600',
      [POD_VARIABLE.customBinariesPath]: '/bin',
    });
  });

  test('the pool’s own variables come after ours and cannot replace them', () => {
    const env = [
      { name: LAUNCHER_VARIABLE.runTimeout, value: '10m' },
      { name: POD_VARIABLE.fence, value: '1000' },
    ];
    const made = container(built({ initContainer: { env } }).spec, 'init').env ?? [];
    expect(made.at(-1)).toEqual(env[0]);
    expect(made.filter(({ name }) => name === POD_VARIABLE.fence)).toEqual([{ name: POD_VARIABLE.fence, value: '7' }]);
  });
});

function names(containers: readonly Container[]): string[] {
  return containers.map(({ name }) => name);
}

function environment(spec: RunPodSpec, name: string): Record<string, string | undefined> {
  const env = container(spec, name).env ?? [];
  return Object.fromEntries(env.map((entry) => [entry.name, entry.value ?? entry.valueFrom?.fieldRef?.fieldPath]));
}
