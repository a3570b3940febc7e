import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, Chart, Size, Yaml } from 'cdk8s';
import { EXAMPLES } from '../../examples/charts';
import { WorkerPoolControlPlane, WorkerPoolOperator } from '../../src/constructs';
import { generatedChart } from '../charting/support/helm';
import { apiServer } from '../support/api-server';
import { createNamespace, kube, kubeOk, type KubeObject } from '../support/kube';
import { haveNamespaces, installAllDefinitions, Kubectl } from '../support/strict-apply';

const exporter = { enabled: true, apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecretName: 'promex' };
const kubectl = new Kubectl();
const chart = generatedChart();
let namespace: string;

beforeAll(async () => {
  namespace = await createNamespace('chart');
}, 60_000);
afterAll(() => kubectl.remove());

const helm = (...args: string[]) =>
  chart.helm(...args, `--kubeconfig=${apiServer().kubeconfigPath}`, '--namespace', namespace);

describe('the API server takes what the chart renders, with strict validation', () => {
  it.each<[string, object]>([
    ['defaults', {}],
    [
      'metrics, budgets and exporter',
      {
        metricsService: { enabled: true, enableHTTP2: true },
        pdb: { enabled: true },
        controllerManager: { pdb: { enabled: true }, enforceFips140: true, podAnnotations: { a: '1' } },
        'spacelift-promex': { ...exporter, caCert: { enabled: true, secretName: 'ca' } },
      },
    ],
    ['budgets of 0', { pdb: { enabled: true, maxUnavailable: 0 }, controllerManager: { replicas: 0 } }],
    ['null for lists and maps', { controllerManager: { tolerations: null, manager: { args: null, resources: null } } }],
  ])('%s', async (_, values) => {
    await kubectl.takesStrictly(
      (await chart.template(values, { name: 'ops', namespace })).text,
      '--namespace',
      namespace,
    );
  });
});

describe('the API server takes what the constructs give, with strict validation', () => {
  beforeAll(installAllDefinitions, 180_000);

  it.each<[string, (scope: App) => Chart]>([
    ['the control plane', (app) => withControlPlane(new Chart(app, 'example', { namespace }))],
    ['the operator', (app) => withOperator(new Chart(app, 'example', { namespace }))],
  ])('%s', async (_, add) => {
    await kubectl.takesStrictly(Yaml.stringify(...(add(new App()).toJson() as unknown[])));
  });

  it.each(Object.entries(EXAMPLES))('the example %s', async (name, Example) => {
    const objects = new Example(new App(), name).toJson() as KubeObject[];
    await haveNamespaces(objects);
    await kubectl.takesStrictly(Yaml.stringify(...objects));
  });

  function withControlPlane(scope: Chart): Chart {
    new WorkerPoolControlPlane(scope, 'control-plane', { nodePort: 30843, storageSize: Size.gibibytes(1) });
    return scope;
  }

  function withOperator(scope: Chart): Chart {
    new WorkerPoolOperator(scope, 'operator', { watchNamespaces: [namespace], metrics: {}, runDisruptionBudget: {} });
    return scope;
  }
});

describe('an installed release', () => {
  beforeAll(async () => {
    const { ok, text } = await helm(
      'install',
      'ops',
      chart.folder,
      '--set',
      'crds.install=false,controllerManager.replicas=0',
    );
    if (!ok) throw new Error(text);
  }, 60_000);

  it.each([
    ['may create Pods', 'create', 'pods', 'yes'],
    ['may read a Secret', 'get', 'secrets', 'yes'],
    ['may not list Secrets', 'list', 'secrets', 'no'],
    ['may not replace Pods', 'update', 'pods', 'no'],
    ['may not delete WorkerPools', 'delete', 'workerpools.workers.spacelift.io', 'no'],
    ['may take its Lease', 'update', 'leases.coordination.k8s.io', 'yes'],
  ])('%s', async (_, verb, resource, answer) => {
    const account = `system:serviceaccount:${namespace}:ops-spacelift-workerpool-controller-controller-manager`;
    const { text } = await kubectl.run('auth', 'can-i', verb, resource, '--namespace', namespace, '--as', account);
    expect(text.split('\n')).toContain(answer);
  });

  it("makes Pods that the Pod Security Standard 'restricted' admits", async () => {
    await kubeOk('PATCH', `/api/v1/namespaces/${namespace}`, {
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/ops-spacelift-workerpool-controller-controller-manager`;
    const deployment = await kubeOk<KubeObject & { spec: { template: object } }>('GET', path);
    const pod = { apiVersion: 'v1', kind: 'Pod', ...deployment.spec.template };
    const { status, body } = await kube<{ message?: string }>(
      'POST',
      `/api/v1/namespaces/${namespace}/pods?dryRun=All`,
      {
        ...pod,
        metadata: { name: 'probe' },
      },
    );
    expect(body.message).toBeUndefined();
    expect(status).toBe(201);
  });

  it('goes without a trace', async () => {
    const { ok, text } = await helm('uninstall', 'ops', '--wait');
    expect(text).toContain('uninstalled');
    expect(ok).toBe(true);
    const left = await kubectl.run(
      'get',
      'deployment,serviceaccount,role,rolebinding',
      '--namespace',
      namespace,
      '-o',
      'name',
    );
    expect(left.text.trim()).toBe('serviceaccount/default');
  }, 60_000);
});
