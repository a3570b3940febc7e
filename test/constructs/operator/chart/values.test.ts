/** What a values file may not say, and in which words Helm refuses it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import { synthesizeChart } from '../../../../src/charting/synthesize';
import { GeneratedChart } from '../../../charting/support/helm';

const release = { name: 'ops', namespace: 'tools' };
const exporter = { enabled: true, apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecretName: 'promex' };

let chart: GeneratedChart;
beforeAll(() => {
  chart = new GeneratedChart();
});
afterAll(() => chart.remove());

describe('helm refuses', () => {
  const cases: readonly [string, unknown, string][] = [
    [
      'a word for a number',
      { controllerManager: { replicas: 'two' } },
      "at '/controllerManager/replicas': got string, want null or integer",
    ],
    [
      'a negative number',
      { controllerManager: { replicas: -1 } },
      "at '/controllerManager/replicas': minimum: got -1, want 0",
    ],
    [
      'a value that does not exist',
      { controllerManager: { replica: 2 } },
      "additional properties 'replica' not allowed",
    ],
    [
      'a number for a label',
      { controllerManager: { extraLabels: { a: 1 } } },
      "at '/controllerManager/extraLabels/a': got number, want string",
    ],
    ['a string for a switch', { pdb: { enabled: 'yes' } }, "at '/pdb/enabled': got string, want null or boolean"],
    ['null for an annotation', { crds: { annotations: { 'helm.sh/resource-policy': null } } }, 'got null, want string'],
    [
      'null for a number that has to be',
      { controllerManager: { terminationGracePeriodSeconds: null } },
      "missing property 'terminationGracePeriodSeconds'",
    ],
    ['null where a value is needed', { metricsService: null }, "missing property 'metricsService'"],
    [
      'an unknown service type',
      { metricsService: { type: 'External' } },
      "at '/metricsService/type': value must be one of",
    ],
    ['an unknown value of a subchart', { crds: { instal: true } }, "additional properties 'instal' not allowed"],
    [
      'an exporter without an address',
      { 'spacelift-promex': { ...exporter, apiEndpoint: '' } },
      'apiEndpoint is required',
    ],
    ['both numbers of a budget', { pdb: { enabled: true, minAvailable: 1, maxUnavailable: 0 } }, 'not both'],
  ];
  it.each(cases)('%s', async (_, values, sentence) => {
    const { ok, text } = await chart.template(values, release);
    expect(text).toContain(sentence);
    expect(ok).toBe(false);
  });

  it.each(cases.slice(-2))('as the constructs do: %s', (_, values, sentence) => {
    expect(() => synthesizeChart(operatorChart, release, values as object as never)).toThrow(sentence);
  });
});
