import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import type { WorkerPoolPod } from '../../src/api';
import { apiServer } from '../support/api-server';
import { installCrds } from '../support/controlled-pool';
import { CHART, HelmCluster } from '../support/helm-cluster';
import { RunPods } from '../support/helm-run-pods';
import { createNamespace, kube, kubeOk, type KubeObject } from '../support/kube';
import { admitOnly } from '../support/pod-security';

jest.setTimeout(120_000);

const RELEASE = 'ops';
const EXPORTER = { enabled: true, apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecretName: 'promex' };

interface Deployment extends KubeObject {
  spec: { template: { metadata: object; spec: object } };
}

let cluster: HelmCluster;
let namespace: string;

beforeAll(async () => {
  await installCrds();
  cluster = new HelmCluster(apiServer());
  namespace = await createNamespace('restricted');
  await admitOnly('restricted', namespace);
  const values = cluster.file({
    crds: { install: false },
    metricsService: { enabled: true },
    'spacelift-promex': EXPORTER,
  });
  await cluster.helmOk('install', RELEASE, CHART, '--namespace', namespace, '--values', values);
});

afterAll(async () => {
  await cluster.helmOk('uninstall', RELEASE, '--namespace', namespace, '--ignore-not-found');
  cluster.remove();
});

describe("in a namespace that admits Pods of the Pod Security Standard 'restricted' alone", () => {
  it.each([
    ['the controller', 'ops-spacelift-workerpool-controller-controller-manager'],
    ['the exporter', 'ops-spacelift-promex'],
  ])('%s runs', async (_, name) => {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
    const { metadata, spec } = (await kubeOk<Deployment>('GET', path)).spec.template;
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, generateName: 'of-a-deployment-' }, spec };
    expect(await create(pod)).toEqual({ status: 201 });
  });

  it('the test of the release runs', async () => {
    const only = ['--show-only', 'templates/tests/release-test.yaml'];
    const text = await cluster.helmOk('template', RELEASE, CHART, '--namespace', namespace, ...only);
    expect(await create(parse(text) as object)).toEqual({ status: 201 });
  });

  it('a run runs, in a pool that asks for nothing', async () => {
    expect(await create(await runPod({}))).toEqual({ status: 201 });
  });

  it('a run with a privileged sidecar does not, which shows that the others were looked at', async () => {
    const dind = { name: 'dind', image: 'docker:dind', securityContext: { privileged: true } };
    const { status, message } = await create(await runPod({ additionalSidecarContainers: [dind] }));
    expect(message).toContain('violates PodSecurity "restricted:latest": privileged (container "dind"');
    expect(status).toBe(403);
  });
});

const runPod = (pod: WorkerPoolPod) => RunPods.of('pool', namespace).build({ pod });

async function create(pod: object): Promise<{ status: number; message?: string }> {
  const { status, body } = await kube<{ message?: string }>('POST', `/api/v1/namespaces/${namespace}/pods`, pod);
  return { status, message: body.message };
}
