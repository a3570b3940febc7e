import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, Chart, Size, Yaml } from 'cdk8s';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES } from '../../examples/charts';
import { WorkerPoolControlPlane, WorkerPoolOperator } from '../../src/constructs';
import { readManifests } from '../charting/support/helm';
import { apiServer } from '../support/api-server';
import { CHART, HelmCluster } from '../support/helm-cluster';
import type { KubeObject } from '../support/kube';
import { haveNamespaces, installAllDefinitions, takesStrictly } from '../support/strict-apply';

const GOLDENS = ['test/constructs/operator/chart/goldens', 'test/constructs/control-plane/chart/goldens'].flatMap(
  (folder) => readdirSync(folder).map((file) => join(folder, file)),
);
const NAMESPACE = 'tools';

const cluster = new HelmCluster(apiServer());
beforeAll(async () => {
  await installAllDefinitions();
  await haveNamespaces(NAMESPACE);
}, 180_000);
afterAll(() => cluster.remove());

async function takes(manifests: string): Promise<void> {
  const objects = readManifests(manifests) as unknown as KubeObject[];
  await haveNamespaces(...objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  await takesStrictly(cluster, manifests);
}

describe('the API server takes what the charts render, with strict validation', () => {
  it.each(GOLDENS)('in %s', async (file) => {
    const manifests = readFileSync(file, 'utf8');
    expect(manifests).toMatch(/^kind: (Deployment|StatefulSet)$/m);
    await takes(manifests);
  });

  it('of null for lists and maps', async () => {
    const nothing = { tolerations: null, manager: { args: null, resources: null, containerSecurityContext: null } };
    const values = cluster.file({ crds: { install: false }, controllerManager: nothing });
    await takes(await cluster.helmOk('template', 'ops', CHART, '--namespace', NAMESPACE, '--values', values));
  });
});

describe('the API server takes what the constructs give, with strict validation', () => {
  it.each<[string, (chart: Chart) => void]>([
    [
      'the control plane',
      (chart) =>
        new WorkerPoolControlPlane(chart, 'control-plane', { nodePort: 30843, storageSize: Size.gibibytes(1) }),
    ],
    [
      'the operator, for a namespace that is not its own',
      (chart) => {
        const watchNamespaces = ['team-a'];
        new WorkerPoolOperator(chart, 'operator', { watchNamespaces, metrics: {}, runDisruptionBudget: {} });
      },
    ],
  ])('%s', async (_, add) => {
    const chart = new Chart(new App(), 'example', { namespace: NAMESPACE });
    add(chart);
    await takes(Yaml.stringify(...(chart.toJson() as unknown[])));
  });

  it.each(Object.entries(EXAMPLES))('the example %s', async (name, Example) => {
    await takes(Yaml.stringify(...(new Example(new App(), name).toJson() as unknown[])));
  });
});
