import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { workerCrd, workerPoolCrd, type WorkerPoolSpec } from '../../src/api';
import { apiServer } from '../support/api-server';
import { HelmCluster, type ProgramOutput } from '../support/helm-cluster';
import { createNamespace, eventually, kubeOk, type KubeObject } from '../support/kube';

const EXAMPLES = 'examples/workerpools';
const cluster = new HelmCluster(apiServer());
let namespace: string;

/** Other test files may have made the CRDs without kubectl, which kubectl then remarks on. */
function warnings({ stderr }: ProgramOutput): string[] {
  return stderr.split('\n').filter((line) => line !== '' && !line.includes('last-applied-configuration'));
}

const poolsPath = (): string => `/apis/workers.spacelift.io/v1beta1/namespaces/${namespace}/workerpools`;

const poolNamed = (name: string, spec?: unknown): KubeObject => ({
  apiVersion: 'workers.spacelift.io/v1beta1',
  kind: 'WorkerPool',
  metadata: { name },
  ...(spec !== undefined && { spec }),
});

const columnsOf = (table: string): string[] => (table.split('\n')[0] ?? '').trim().split(/ {2,}/);

beforeAll(async () => {
  namespace = await createNamespace('crd');
  const crds = cluster.file({ apiVersion: 'v1', kind: 'List', items: [workerPoolCrd(), workerCrd()] });
  // Client-side: the whole CRD has to fit into kubectl's annotation.
  const applied = await cluster.kubectl('apply', '--server-side=false', '--validate=strict', '-f', crds);
  expect(warnings(applied)).toEqual([]);
  expect(applied.ok).toBe(true);
  await eventually(() => kubeOk('GET', poolsPath()));
});
afterAll(() => cluster.remove());

describe('the CRDs', () => {
  test.each([workerPoolCrd(), workerCrd()])('$spec.names.kind becomes Established and is structural', async (crd) => {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`;
    await eventually(async () => {
      const { status } = await kubeOk<{ status: { conditions: { type: string; status: string }[] } }>('GET', path);
      const conditions = Object.fromEntries(status.conditions.map(({ type, status }) => [type, status]));
      expect(conditions).toEqual({ NamesAccepted: 'True', Established: 'True' });
    });
  });

  test('are listed by short name and by category', async () => {
    await kubeOk('POST', poolsPath(), poolNamed('listed', {}));
    expect((await cluster.kubectl('get', 'wp', '-n', namespace, '-o', 'name')).stdout).toContain('workerpool');
    expect((await cluster.kubectl('get', 'wpw', '-n', namespace)).ok).toBe(true);
    expect((await cluster.kubectl('get', 'spacelift', '-n', namespace, '-o', 'name')).stdout).toContain('/listed');
  });
});

describe('a documented WorkerPool', () => {
  test.each(readdirSync(EXAMPLES))('%s applies with strict validation and without a warning', async (file) => {
    const applied = await cluster.kubectl('apply', '--validate=strict', '-n', namespace, '-f', join(EXAMPLES, file));
    expect(warnings(applied)).toEqual([]);
    expect(applied.ok).toBe(true);
  });

  test('applies on the server side just as well', async () => {
    const applied = await cluster.kubectl('apply', '--server-side', '-n', await createNamespace('crd'), '-f', EXAMPLES);
    expect(warnings(applied)).toEqual([]);
    expect(applied.ok).toBe(true);
  });

  test('may leave options null, as kubectl drops them', async () => {
    const resources = { requests: null, limits: null, claims: [] };
    const pod = { workspaceVolume: null, binariesCacheVolume: null, workerContainer: { resources } };
    const file = cluster.file(poolNamed('null-options', { pod }));

    const applied = await cluster.kubectl('apply', '--validate=strict', '-n', namespace, '-f', file);

    expect(warnings(applied)).toEqual([]);
    const { spec } = await kubeOk<{ spec: WorkerPoolSpec }>('GET', `${poolsPath()}/null-options`);
    expect(spec.pod).toEqual({ workerContainer: { resources: { claims: [] } } });
  });

  test('keeps every option of all-options.yaml', async () => {
    const { spec } = await kubeOk<{ spec: WorkerPoolSpec }>('GET', `${poolsPath()}/all-options`);
    expect(spec.pod?.customBinariesPath).toBe('/usr/local/bin');
    expect(spec.pod?.workerContainer?.lifecycle?.preStop?.sleep?.seconds).toBe(1);
    expect(spec.pod?.workspaceVolume?.emptyDir?.sizeLimit).toBe('10Gi');
    expect(spec.pod?.volumes?.[0]?.ephemeral?.volumeClaimTemplate?.metadata?.labels).toEqual({
      'app.kubernetes.io/part-of': 'worker-pools',
    });
  });
});

describe('what the API server fills in', () => {
  test('is nothing but the protocol for an empty spec', async () => {
    const { spec } = await kubeOk<{ spec: WorkerPoolSpec }>('POST', poolsPath(), poolNamed('empty', {}));
    expect(spec).toEqual({ commsProtocol: 'mqtt', mqttReconnectRetryCount: 5 });
  });

  test('is nothing at all without a spec', async () => {
    expect(await kubeOk('POST', poolsPath(), poolNamed('specless'))).not.toHaveProperty('spec');
  });

  test('are the usual names of the keys of API credentials', async () => {
    const created = await kubeOk<{ spec: WorkerPoolSpec }>(
      'POST',
      poolsPath(),
      poolNamed('credentials', { spaceliftAPICredentials: { secretName: 'api-key' } }),
    );
    expect(created.spec.spaceliftAPICredentials).toEqual({
      secretName: 'api-key',
      keyEndpointField: 'endpoint',
      keyIdField: 'keyId',
      keySecretField: 'keySecret',
    });
  });
});

describe('scaling', () => {
  test('goes through the scale subresource, which tells size and selector', async () => {
    await kubeOk('POST', poolsPath(), poolNamed('scaled', { poolSize: 1 }));
    const selector = 'workers.spacelift.io/not-used=01HPS9HDSWCQ73RPDTVAK0KK0A';
    await kubeOk('PATCH', `${poolsPath()}/scaled/status`, { status: { actualPoolSize: 1, selector } });

    expect((await cluster.kubectl('scale', 'workerpools', 'scaled', '--replicas=5', '-n', namespace)).ok).toBe(true);

    const pool = await kubeOk<{ spec: WorkerPoolSpec }>('GET', `${poolsPath()}/scaled`);
    expect(pool.spec.poolSize).toBe(5);
    expect(await kubeOk('GET', `${poolsPath()}/scaled/scale`)).toMatchObject({
      spec: { replicas: 5 },
      status: { replicas: 1, selector },
    });
  });
});

describe('kubectl', () => {
  test.each([
    ['workerpool.spec.poolSize', 'Number of Workers'],
    ['workerpool.spec.pod.workspaceVolume', '/opt/spacelift/workspace'],
    ['workerpool.spec.pod.workerContainer.resources', 'limits'],
    ['worker.status.currentRunID', 'ULID of the run'],
  ])('explains %s', async (field, says) => {
    const text = await eventually(() => cluster.kubectlOk('explain', field));
    expect(text.replaceAll(/\s+/g, ' ')).toContain(says);
  });

  test('lists pools with their sizes and whether they are ready', async () => {
    await kubeOk('POST', poolsPath(), poolNamed('columns', {}));
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'Ready',
      message: '2 Workers stand ready.',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const status = { desiredPoolSize: 3, actualPoolSize: 2, autoRegistered: false, conditions: [condition] };
    await kubeOk('PATCH', `${poolsPath()}/columns/status`, { status });

    const { stdout } = await cluster.kubectl('get', 'workerpools', 'columns', '-n', namespace);

    expect(columnsOf(stdout)).toEqual([
      'NAME',
      'DESIRED POOL SIZE',
      'ACTUAL POOL SIZE',
      'AUTO REGISTERED',
      'READY',
      'AGE',
    ]);
    expect(stdout).toMatch(/columns +3 +2 +false +True/);
  });

  test('lists Workers with their pool, state and run', async () => {
    const workers = `/apis/workers.spacelift.io/v1beta1/namespaces/${namespace}/workers`;
    await kubeOk('POST', workers, {
      apiVersion: 'workers.spacelift.io/v1beta1',
      kind: 'Worker',
      metadata: { name: 'one', annotations: { 'workers.spacelift.io/workerpool-name': 'columns' } },
      spec: {},
    });
    await kubeOk('PATCH', `${workers}/one/status`, {
      status: { registered: true, state: 'BUSY', currentRunID: '01HN37WC3MCNE3CY9HAHWRF06K' },
    });

    const { stdout } = await cluster.kubectl('get', 'workers', 'one', '-n', namespace);

    expect(columnsOf(stdout)).toEqual(['NAME', 'POOL', 'REGISTERED', 'STATUS', 'RUN ID', 'AGE']);
    expect(stdout).toMatch(/one +columns +true +BUSY +01HN37WC3MCNE3CY9HAHWRF06K/);
  });
});
