import { expect, it } from '@jest/globals';
import { ApiObject, App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { CustomResourceDefinitions, PrometheusExporter, WorkerPoolOperator } from '../../src';

it.each<[string, (chart: Chart) => Construct]>([
  ['Deployment', (chart) => new WorkerPoolOperator(chart, 'it')],
  [
    'Deployment',
    (chart) => {
      const apiKeySecret = Secret.fromSecretName(chart, 'key', 'promex');
      return new PrometheusExporter(chart, 'it', { apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecret });
    },
  ],
  ['CustomResourceDefinition', (chart) => new CustomResourceDefinitions(chart, 'it')],
])('ApiObject.of() of a construct is the %s that it is about', (kind, make) => {
  expect(ApiObject.of(make(new Chart(new App(), 'chart', { namespace: 'tools' }))).kind).toBe(kind);
});
