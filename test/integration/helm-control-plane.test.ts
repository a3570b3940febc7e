/** The control plane's chart as Helm installs and upgrades it, in a namespace that admits restricted Pods alone. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { apiServer } from '../support/api-server';
import { CONTROL_PLANE_CHART, HelmCluster } from '../support/helm-cluster';
import { createNamespace, kube, kubeOk, type KubeObject } from '../support/kube';
import { admitOnly } from '../support/pod-security';

jest.setTimeout(120_000);

const RELEASE = 'worker-pools-control-plane';
const CI = `${CONTROL_PLANE_CHART}/ci`;

interface Workload extends KubeObject {
  spec: { replicas: number; template: { metadata: object; spec: { volumes?: object[] } } };
}

interface CronJob extends KubeObject {
  spec: { jobTemplate: { spec: { template: Workload['spec']['template'] } } };
}

let cluster: HelmCluster;
let namespace: string;

beforeAll(async () => {
  cluster = new HelmCluster(apiServer());
  namespace = await createNamespace('control-plane');
  await admitOnly('restricted', namespace);
});
afterAll(async () => {
  await cluster.helmOk('uninstall', RELEASE, '--namespace', namespace, '--ignore-not-found');
  cluster.remove();
});

const upgrade = (...given: readonly string[]) =>
  cluster.helm('upgrade', '--install', RELEASE, CONTROL_PLANE_CHART, '--namespace', namespace, ...given);

const workload = async (kind: 'statefulsets' | 'deployments'): Promise<Workload | undefined> => {
  const { status, body } = await kube<Workload>('GET', `/apis/apps/v1/namespaces/${namespace}/${kind}/${RELEASE}`);
  return status === 200 ? body : undefined;
};

async function admits(template: { metadata: object; spec: object }): Promise<void> {
  const pod = { apiVersion: 'v1', kind: 'Pod', spec: template.spec };
  const metadata = { ...template.metadata, generateName: 'of-the-control-plane-' };
  const { status, body } = await kube('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, { ...pod, metadata });
  expect({ status, body }).toMatchObject({ status: 201 });
}

describe('one Pod with a volume', () => {
  it('is installed from nothing but the defaults, and its Pod is admitted', async () => {
    await expect(upgrade()).resolves.toMatchObject({ ok: true });
    const { spec } = (await workload('statefulsets')) as Workload;
    expect(spec.replicas).toBe(1);
    const { metadata, spec: pod } = spec.template;
    // As the StatefulSet's controller adds what it claims.
    const claimed = { name: 'data', persistentVolumeClaim: { claimName: `data-${RELEASE}-0` } };
    await admits({ metadata, spec: { ...pod, volumes: [...(pod.volumes ?? []), claimed] } });
  });

  it('has a test of its release that is admitted', async () => {
    const only = ['--show-only', 'templates/tests/release-test.yaml'];
    const text = await cluster.helmOk('template', RELEASE, CONTROL_PLANE_CHART, '--namespace', namespace, ...only);
    const [test] = parseAllDocuments(text).map((document) => document.toJS() as KubeObject & { spec: object });
    await admits({ metadata: { labels: test?.metadata.labels }, spec: test?.spec ?? {} });
  });

  it('is upgraded in place, and its Pod replaced where its configuration changed', async () => {
    const sumOf = (object?: Workload) =>
      (object?.spec.template.metadata as { annotations: Record<string, string> }).annotations['checksum/config'];
    const before = await workload('statefulsets');
    await expect(upgrade('--set', 'publicUrl=https://pools.example.com')).resolves.toMatchObject({ ok: true });
    const after = await workload('statefulsets');
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(sumOf(after)).not.toBe(sumOf(before));
    await upgrade('--set', 'publicUrl=https://pools.example.com,pdb.enabled=true');
    expect(sumOf(await workload('statefulsets'))).toBe(sumOf(after));
  });

  it('is not upgraded to several Pods on that volume', async () => {
    const { ok, text } = await upgrade('--set', 'replicas=2');
    expect(ok).toBe(false);
    expect(text).toContain('several replicas need a database outside of them (database.existingSecret)');
    expect((await workload('statefulsets'))?.spec.replicas).toBe(1);
  });
});

describe('several Pods', () => {
  it('take the place of the one when everything is outside of it, under the same Service and address', async () => {
    const service = () => kubeOk('GET', `/api/v1/namespaces/${namespace}/services/${RELEASE}`);
    const before = await service();
    // The kind of the Prometheus operator is not everywhere.
    const values = ['--values', `${CI}/replicas-values.yaml`, '--set', 'metrics.serviceMonitor.enabled=false'];
    const { ok, text } = await upgrade(...values);
    expect(ok ? '' : text).toBe('');
    expect(await workload('statefulsets')).toBeUndefined();
    const { spec } = (await workload('deployments')) as Workload;
    expect(spec.replicas).toBe(3);
    await admits({ ...spec.template, spec: { ...spec.template.spec, priorityClassName: undefined } });
    expect((await service()).metadata.uid).toBe(before.metadata.uid);
  });
});

describe('backups', () => {
  const BACKUP = ['--set', 'backup.enabled=true,backup.existingClaim=backups'];

  it.each([
    ['of the volume', []],
    ['of a database outside', ['--set', 'database.existingSecret=database']],
  ])('%s are a CronJob that the API server takes, whose Pod is admitted', async (_, more) => {
    const all = ['--namespace', namespace, ...BACKUP, ...more, '--set', 'networkPolicy.enabled=true'];
    const text = await cluster.helmOk('template', RELEASE, CONTROL_PLANE_CHART, ...all);
    const objects = parseAllDocuments(text).map((document) => document.toJS() as CronJob);
    const made = objects.filter(({ metadata }) => metadata.name === `${RELEASE}-backup`);
    expect(made.map(({ kind }) => kind).sort()).toEqual(['CronJob', 'NetworkPolicy']);
    const cronJob = made.find(({ kind }) => kind === 'CronJob')!;
    const path = `/apis/batch/v1/namespaces/${namespace}/cronjobs?dryRun=All&fieldValidation=Strict`;
    const named = { ...cronJob, metadata: { ...cronJob.metadata, name: 'tried' } };
    expect(await kube('POST', path, named)).toMatchObject({ status: 201 });
    await admits(cronJob.spec.jobTemplate.spec.template);
  });
});

describe('GitOps', () => {
  it('gets the same text from each rendering', async () => {
    const rendered = () =>
      cluster.helmOk('template', RELEASE, CONTROL_PLANE_CHART, '--values', `${CI}/embedded-values.yaml`);
    expect(await rendered()).toBe(await rendered());
  });
});
