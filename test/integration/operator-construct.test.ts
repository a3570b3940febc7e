/** What the operator's objects are for, tried with Kubernetes' own means. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { ServiceAccount } from 'cdk8s-plus-28';
import { WorkerPoolOperator, type OperatorMetrics } from '../../src/constructs';
import { installCrds, startController } from '../support/controlled-pool';
import { createNamespace, eventually, kubeOk, tokenOf, type KubeObject } from '../support/kube';
import { startControllerManager, type RunningControllerManager } from '../support/kube-controller-manager';
import { isAllowed, READ_METRICS, serviceAccount, untilAllowed } from '../support/rights';
import { scrape, type Endpoint } from '../support/scrape';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

let controllerManager: RunningControllerManager;

beforeAll(async () => {
  await installCrds();
  controllerManager = await startControllerManager(['clusterrole-aggregation-controller']);
}, 300_000);

afterAll(() => controllerManager.stop());

/** The objects of an operator of this name and namespace, once its roles and bindings of the cluster are there. */
async function operatorOf(namespace: string, metrics?: OperatorMetrics, scraper?: string): Promise<KubeObject[]> {
  const chart = new Chart(new App(), 'chart', { namespace });
  const operator = new WorkerPoolOperator(chart, 'operator', { name: namespace, metrics, installCrds: false });
  if (scraper !== undefined) {
    operator.grantMetrics(
      'scraper',
      ServiceAccount.fromServiceAccountName(chart, 'account', scraper, { namespaceName: namespace }),
    );
  }
  const objects = chart.toJson() as KubeObject[];
  for (const object of objects) {
    if (object.kind === 'ClusterRole') await kubeOk('POST', `${RBAC}/clusterroles`, object);
    if (object.kind === 'ClusterRoleBinding') await kubeOk('POST', `${RBAC}/clusterrolebindings`, object);
  }
  return objects;
}

async function bind(namespace: string, role: string, user: string): Promise<void> {
  await kubeOk('POST', `${RBAC}/namespaces/${namespace}/rolebindings`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: user },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
}

function may(user: string, namespace: string, wish: string): Promise<boolean> {
  const [verb = '', what = ''] = wish.split(' ');
  const [resource = '', subresource] = what.split('/');
  const resourceAttributes = { namespace, verb, group: 'workers.spacelift.io', resource, subresource };
  return isAllowed({ user }, { resourceAttributes });
}

describe("Kubernetes' own roles for people", () => {
  it.each<[string, string[], string[]]>([
    [
      'view',
      ['get workerpools', 'list workers', 'watch workerpools', 'get workerpools/scale', 'get workers/status'],
      ['create workerpools', 'patch workerpools', 'delete workers', 'patch workerpools/scale'],
    ],
    [
      'edit',
      ['list workerpools', 'create workerpools', 'patch workerpools', 'delete workers', 'update workerpools/scale'],
      ['patch workerpools/status', 'update workers/status', 'update workerpools/finalizers'],
    ],
    ['admin', ['list workers', 'create workerpools', 'patch workerpools/scale'], ['patch workers/status']],
  ])('grant pools, too: %s', async (role, granted, refused) => {
    const namespace = await createNamespace('people');
    await operatorOf(namespace);
    await bind(namespace, role, namespace);
    await eventually(async () => {
      for (const wish of granted) expect([wish, await may(namespace, namespace, wish)]).toEqual([wish, true]);
    });
    for (const wish of refused) expect([wish, await may(namespace, namespace, wish)]).toEqual([wish, false]);
  });
});

describe('Prometheus, doing exactly what the ServiceMonitor says', () => {
  it.each<[string, OperatorMetrics]>([
    ['secure metrics', { serviceMonitor: {} }],
    ['plain metrics', { secure: false, serviceMonitor: {} }],
  ])('scrapes %s with nothing but the defaults', async (_, metrics) => {
    const namespace = await createNamespace('scrape');
    const secure = metrics.secure ?? true;
    const objects = await operatorOf(namespace, metrics, secure ? 'prometheus' : undefined);
    const { spec } = objects.find(({ kind }) => kind === 'ServiceMonitor') as unknown as {
      spec: { endpoints: [Endpoint] };
    };
    const controller = await startController(namespace, {
      metricsBindAddress: '127.0.0.1:0',
      metricsSecure: secure,
    });
    try {
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'prometheus' } };
      await kubeOk('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, account);
      const token = await tokenOf(namespace, 'prometheus');
      if (secure) await untilAllowed(serviceAccount(namespace, 'prometheus'), READ_METRICS);
      expect(await scrape(spec.endpoints[0], controller.ports.metrics, token)).toEqual({
        status: 200,
        text: expect.stringContaining('process_cpu_seconds_total'),
      });
    } finally {
      await controller.stop();
    }
  });
});
