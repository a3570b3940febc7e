import { describe, expect, it } from '@jest/globals';
import { ApiObject, type Chart } from 'cdk8s';
import { ClusterRole, RoleBinding, Secret } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import {
  CustomResourceDefinitions,
  PrometheusExporter,
  WorkerPool,
  WorkerPoolAlerts,
  WorkerPoolControlPlane,
  WorkerPoolDashboard,
  WorkerPoolOperator,
} from '../../src';
import { only, synthesized } from './support';

describe('ApiObject.of', () => {
  it.each<[string, string, (chart: Chart) => Construct]>([
    ['WorkerPool', 'WorkerPool', (chart) => new WorkerPool(chart, 'it')],
    ['WorkerPoolOperator', 'Deployment', (chart) => new WorkerPoolOperator(chart, 'it')],
    ['PrometheusExporter', 'Deployment', exporter],
    ['WorkerPoolControlPlane', 'StatefulSet', (chart) => new WorkerPoolControlPlane(chart, 'it')],
    ['CustomResourceDefinitions', 'CustomResourceDefinition', (chart) => new CustomResourceDefinitions(chart, 'it')],
    ['WorkerPoolDashboard', 'ConfigMap', (chart) => new WorkerPoolDashboard(chart, 'it')],
    ['WorkerPoolAlerts', 'PrometheusRule', (chart) => new WorkerPoolAlerts(chart, 'it')],
  ])('a %s is its %s', (_construct, kind, add) => {
    synthesized((chart) => expect(ApiObject.of(add(chart)).kind).toBe(kind));
  });
});

describe('the ServiceAccount', () => {
  it.each<[string, (chart: Chart) => WorkerPoolOperator | WorkerPoolControlPlane]>([
    ['a WorkerPoolOperator', (chart) => new WorkerPoolOperator(chart, 'it')],
    ['a WorkerPoolControlPlane', (chart) => new WorkerPoolControlPlane(chart, 'it')],
  ])('of %s can be granted something', (_construct, add) => {
    const objects = synthesized((chart) => {
      const role = ClusterRole.fromClusterRoleName(chart, 'role', 'view');
      new RoleBinding(chart, 'binding', { metadata: { name: 'granted' }, role }).addSubjects(add(chart).serviceAccount);
    });
    const { name, namespace } = only(objects, 'ServiceAccount').metadata;
    expect(only(objects, 'RoleBinding', 'granted').subjects).toEqual([
      expect.objectContaining({ kind: 'ServiceAccount', name, namespace }),
    ]);
  });
});

function exporter(chart: Chart): Construct {
  const apiKeySecret = Secret.fromSecretName(chart, 'key', 'key');
  return new PrometheusExporter(chart, 'it', { apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecret });
}
