import { beforeAll, describe, expect, it } from '@jest/globals';
import { App, Chart, Duration } from 'cdk8s';
import { ConfigMap, PersistentVolumeClaim, Secret } from 'cdk8s-plus-28';
import { workerPoolCrd, type WorkerPool as StoredPool } from '../../src/api';
import {
  AwsRole,
  CustomCertificates,
  ControlPlaneDashboard,
  WorkerPoolDashboard,
  DockerInDocker,
  EgressNetworkPolicy,
  InitializationPolicy,
  OpenShiftConstraints,
  ProviderMirror,
  PrometheusExporter,
  VcsAgents,
  WorkerPool,
  type IWorkerPoolExtension,
} from '../../src/constructs';
import { buildRunPod } from '../../src/controller/run';
import { anAssignment, POOL_ULID, WORKER_ID, WORKER_METADATA } from '../controller/run/fixtures';
import { createNamespace, installCrd, kube, kubeOk, type KubeObject } from '../support/kube';
import { admitOnly } from '../support/pod-security';

type Preset = (chart: Chart) => IWorkerPoolExtension;

const roleArn = 'arn:aws:iam::123456789012:role/runs';

/** Presets that ask for nothing that the Pod Security Standard `restricted` refuses. */
const MODEST: [string, Preset][] = [
  ['InitializationPolicy', () => InitializationPolicy.fromText('package spacelift\ndeny["no"] { false }\n')],
  ['VcsAgents', () => VcsAgents.fromAgentPools([{ name: 'gitlab', baseEndpoint: 'https://gitlab.example.com' }])],
  [
    'CustomCertificates of a ConfigMap',
    (chart) => CustomCertificates.fromConfigMap(ConfigMap.fromConfigMapName(chart, 'ca', 'ca'), 'ca.crt'),
  ],
  [
    'CustomCertificates of a Secret',
    (chart) => CustomCertificates.fromSecret(Secret.fromSecretName(chart, 'ca', 'ca'), 'ca.crt'),
  ],
  [
    'ProviderMirror',
    (chart) => {
      const claim = PersistentVolumeClaim.fromClaimName(chart, 'providers', 'providers');
      return ProviderMirror.fromPersistentVolumeClaim(claim);
    },
  ],
  ['EgressNetworkPolicy', () => EgressNetworkPolicy.allowing()],
  ['AwsRole', () => AwsRole.irsa({ roleArn, tokenExpiration: Duration.hours(1) })],
  ['OpenShiftConstraints', () => OpenShiftConstraints.nonRoot()],
];

/** Presets that need a namespace of the level `privileged`. */
const PRIVILEGED: [string, Preset][] = [
  ['DockerInDocker', () => DockerInDocker.sidecar()],
  ['DockerInDocker without root', () => DockerInDocker.rootless()],
];

const COLLECTIONS: Readonly<Record<string, string>> = {
  ConfigMap: '/api/v1/namespaces/NAMESPACE/configmaps',
  Service: '/api/v1/namespaces/NAMESPACE/services',
  ServiceAccount: '/api/v1/namespaces/NAMESPACE/serviceaccounts',
  Deployment: '/apis/apps/v1/namespaces/NAMESPACE/deployments',
  NetworkPolicy: '/apis/networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings',
  WorkerPool: '/apis/workers.spacelift.io/v1beta1/namespaces/NAMESPACE/workerpools',
};

beforeAll(() => installCrd(workerPoolCrd() as unknown as KubeObject));

describe('a real API server takes the preset, strictly, and the run Pods of its pool', () => {
  it.each(MODEST)('%s, where only restricted Pods are admitted', async (_, preset) => {
    const { pool, namespace } = await applied(preset);
    await admitOnly('restricted', namespace);
    expect(await refusal(pool, namespace)).toBeUndefined();
  });

  it.each(PRIVILEGED)('%s, where privileged Pods are admitted', async (_, preset) => {
    const { pool, namespace } = await applied(preset);
    await admitOnly('privileged', namespace);
    expect(await refusal(pool, namespace)).toBeUndefined();
    await admitOnly('baseline', namespace);
    expect(await refusal(pool, namespace)).toContain('privileged');
  });

  it('all of them on one pool', async () => {
    const all = [...MODEST, ...PRIVILEGED].filter(([name]) => !/Secret|without root/.test(name));
    const { pool, namespace } = await applied(...all.map(([, preset]) => preset));
    expect(await refusal(pool, namespace)).toBeUndefined();
  });
});

describe('a real API server takes what watches the pools, strictly', () => {
  it('the dashboards', async () => {
    const namespace = await createNamespace('dashboard');
    const chart = new Chart(new App(), 'chart', { namespace });
    new WorkerPoolDashboard(chart, 'pools', { folder: 'Platform' });
    new ControlPlaneDashboard(chart, 'control-plane', { folder: 'Platform' });
    await createAll(chart, namespace);
  });

  it('the exporter, and its Pods where only restricted ones are admitted', async () => {
    const namespace = await createNamespace('exporter');
    await admitOnly('restricted', namespace);
    const chart = new Chart(new App(), 'chart', { namespace });
    const apiKeySecret = Secret.fromSecretName(chart, 'key', 'promex');
    const api = { apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecret };
    const caCertificate = { secret: Secret.fromSecretName(chart, 'ca', 'ca'), key: 'ca.crt' };
    new PrometheusExporter(chart, 'exporter', { ...api, caCertificate, service: true, port: 8080 });
    const deployment = (await createAll(chart, namespace)).find(({ kind }) => kind === 'Deployment');
    const { template } = deployment?.spec as { template: object };
    const pod = { apiVersion: 'v1', kind: 'Pod', ...template, metadata: { name: 'probe' } };
    expect(await refusalOf(pod, namespace)).toBeUndefined();
  });
});

async function applied(...presets: Preset[]): Promise<{ pool: StoredPool; namespace: string }> {
  const namespace = await createNamespace('presets');
  // Another namespace than the pool's, to which the API server would not let any object of it.
  const chart = new Chart(new App(), 'chart', { namespace: 'elsewhere' });
  new WorkerPool(chart, 'pool', { metadata: { namespace }, extensions: presets.map((preset) => preset(chart)) });
  const created = await createAll(chart, namespace);
  const pool = created.find(({ kind }) => kind === 'WorkerPool');
  if (!pool) throw new Error('there is no WorkerPool');
  return { pool: pool as unknown as StoredPool, namespace };
}

function createAll(chart: Chart, namespace: string): Promise<KubeObject[]> {
  const create = (object: KubeObject) => {
    const collection = COLLECTIONS[object.kind];
    if (!collection) throw new Error(`where does a ${object.kind} go?`);
    return kubeOk('POST', `${collection.replace('NAMESPACE', namespace)}?fieldValidation=Strict`, object);
  };
  return Promise.all((chart.toJson() as KubeObject[]).map(create));
}

/** What the API server says against a run Pod of the pool, as the operator makes it; undefined if it takes the Pod. */
async function refusal(pool: StoredPool, namespace: string): Promise<string | undefined> {
  const worker = { metadata: { ...WORKER_METADATA, namespace } };
  const pod = buildRunPod({ assignment: anAssignment(), pool, poolUlid: POOL_ULID, worker, workerId: WORKER_ID });
  return refusalOf(pod, namespace);
}

async function refusalOf(pod: object, namespace: string): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`;
  const { status, body } = await kube<{ message?: string }>('POST', path, pod);
  return status === 201 ? undefined : body.message;
}
