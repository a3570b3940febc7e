import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { ConfigMap, Secret } from 'cdk8s-plus-28';
import {
  BinariesCache,
  ControlPlaneDashboard,
  WorkerPoolControlPlane,
  CustomResourceDefinitions,
  WorkerPoolDashboard,
  PrometheusExporter,
  WorkerPoolAlerts,
  WorkerPool,
  WorkerPoolOperator,
} from '../../../src';

const metadata = { name: 'same' };

type Add = (chart: Chart) => unknown;

/** Adds something to a chart of each namespace, and synthesizes the app. */
function synthesize(add: readonly Add[], namespaces = ['tools', 'tools'], clusters: readonly string[] = []): void {
  const app = new App();
  const charts = namespaces.map((namespace, index) => {
    const chart = new Chart(app, `chart-${index}`, { namespace });
    if (clusters[index] !== undefined) chart.node.setContext('worker-pools/cluster', clusters[index]);
    return chart;
  });
  for (const [index, chart] of charts.entries()) (add[index] ?? add[0])?.(chart);
  (charts[0] as Chart).toJson();
}

const operator: Add = (chart) => new WorkerPoolOperator(chart, 'op', { installCrds: false });
const pool: Add = (chart) => new WorkerPool(chart, 'pool', { metadata });

describe('an app', () => {
  it.each<[string, string, Add]>([
    ['operators', 'ServiceAccount "spacelift-workerpool-controller-controller-manager" in the namespace', operator],
    ['pools', 'WorkerPool "same" in the namespace "tools", and', pool],
    [
      'exporters',
      'Deployment "spacelift-promex" in the namespace "tools", and',
      (chart) => {
        const apiKeySecret = Secret.fromSecretName(chart, 'key', 'key');
        new PrometheusExporter(chart, 'op', { apiEndpoint: 'https://a', apiKeyId: 'a', apiKeySecret });
      },
    ],
    [
      'control planes',
      'ServiceAccount "worker-pools-control-plane" in the namespace "tools" and 4 more objects',
      (chart) => new WorkerPoolControlPlane(chart, 'op'),
    ],
    [
      'dashboards',
      'ConfigMap "same" in the namespace "tools", and',
      (chart) => new WorkerPoolDashboard(chart, 'op', { metadata }),
    ],
    [
      'dashboards of control planes',
      'ConfigMap "same" in the namespace "tools", and',
      (chart) => new ControlPlaneDashboard(chart, 'op', { metadata }),
    ],
    ['sets of alerts', 'PrometheusRule "same"', (chart) => new WorkerPoolAlerts(chart, 'op', { metadata })],
    [
      'sets of definitions',
      'CustomResourceDefinition "workerpools.workers.spacelift.io" and 1 more object, and',
      (chart) => new CustomResourceDefinitions(chart, 'op'),
    ],
    [
      'StorageClasses',
      'StorageClass "same", and',
      (chart) => BinariesCache.efs(chart, 'op', { fileSystemId: 'fs-1', storageClassName: 'same' }),
    ],
  ])('does not have two %s of one name', (_, object, add) => {
    const id = add === pool ? 'pool' : 'op';
    expect(() => synthesize([add])).toThrow(`chart-0/${id} and chart-1/${id} make the same ${object}`);
  });

  it('does not have two operators whose rights in the cluster have one name, in whichever namespaces', () => {
    expect(() => synthesize([operator], ['a', 'b'])).toThrow(
      'chart-0/op and chart-1/op make the same ClusterRole "spacelift-workerpool-controller-manager-role" and 3 more objects, ' +
        'and a cluster has one: leave one out, or give it another name or namespace',
    );
  });

  it('does not write over an object that somebody else makes', () => {
    const dashboard: Add = (chart) => new WorkerPoolDashboard(chart, 'dashboard', { metadata });
    const configMap: Add = (chart) => new ConfigMap(chart, 'theirs', { metadata });
    expect(() => synthesize([configMap, dashboard])).toThrow(
      'chart-0/theirs/Resource and chart-1/dashboard make the same ConfigMap "same"',
    );
  });

  it.each<[string, () => void]>([
    ['two pools of one name in two namespaces', () => synthesize([pool], ['a', 'b'])],
    [
      'a pool and an object of another kind of one name',
      () => synthesize([pool, (chart) => new ConfigMap(chart, 'b', { metadata })]),
    ],
    ['the same twice, for two clusters', () => synthesize([operator], ['a', 'a'], ['west', 'east'])],
    [
      'objects of others twice, which are not ours to judge',
      () => synthesize([(chart) => new ConfigMap(chart, 'a', { metadata })]),
    ],
  ])('has %s', (_, synth) => {
    expect(synth).not.toThrow();
  });

  it('does not have the same twice for one of several clusters', () => {
    expect(() => synthesize([pool], ['a', 'a'], ['west', 'west'])).toThrow('chart-0/pool and chart-1/pool make');
  });
});
