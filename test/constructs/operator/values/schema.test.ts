/** What a values file may not say, and in which words Helm refuses it by the schema. */
import { describe, it } from '@jest/globals';
import { EXPORTER, generatedChart, type Json } from '../../../charting/support/helm';
import { eachIsRefusedBySchema } from '../../../charting/support/together';
import { eachOfTheWrongTypeIsRefused } from '../../../charting/support/wrong-types';

const chart = generatedChart();

describe('a value of the wrong type', () => {
  eachOfTheWrongTypeIsRefused(chart, 100);
});

describe('helm refuses', () => {
  eachIsRefusedBySchema(chart, [
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
    ['a value that does not exist', { controllerManager: { replica: 2 } }, "'replica' not allowed"],
    ['an unknown value of a subchart', { crds: { instal: true } }, "additional properties 'instal' not allowed"],
    [
      'a number for a label',
      { controllerManager: { extraLabels: { a: 1 } } },
      "at '/controllerManager/extraLabels/a': got number, want string",
    ],
    ['null for an annotation', { crds: { annotations: { 'helm.sh/resource-policy': null } } }, 'got null, want string'],
    [
      'an unknown service type',
      { metricsService: { type: 'External' } },
      "at '/metricsService/type': value must be one of",
    ],
    ['a namespace twice', { controllerManager: { namespaces: ['a', 'a'] } }, "at '/controllerManager/namespaces'"],
    ['what is no namespace', { controllerManager: { namespaces: ['A_b'] } }, "at '/controllerManager/namespaces/0'"],
    ['a part of a Pod', { pdb: { minAvailable: '50' } }, "at '/pdb/minAvailable'"],
    ['fewer Pods than none', { pdb: { maxUnavailable: -1 } }, "at '/pdb/maxUnavailable'"],
    ['unknown rules', { controllerManager: { rbac: { rules: 'all' } } }, "value must be one of 'minimal', 'official'"],
    ['a name with capitals', { fullnameOverride: 'Ops' }, "at '/fullnameOverride'"],
    ['a digest without its algorithm', { controllerManager: { manager: { image: { digest: 'ab' } } } }, 'image/digest'],
    ['an unknown log format', { controllerManager: { logging: { format: 'xml' } } }, 'logging/format'],
    ['a time in words', { metricsService: { serviceMonitor: { interval: 'often' } } }, 'serviceMonitor/interval'],
    ['an address without a scheme', { 'spacelift-promex': { apiEndpoint: 'acme.example' } }, 'promex/apiEndpoint'],
    ['a port beyond the last', { controllerManager: { networkPolicy: { egressPorts: [65536] } } }, 'egressPorts/0'],
    ['an exporter without an address', { 'spacelift-promex': { ...EXPORTER, apiEndpoint: 7 } }, 'promex/apiEndpoint'],
  ]);

  // Helm drops these values before a dependency sees them.
  it.each<[string, Json, string]>([
    [
      'null for a number that has to be',
      { controllerManager: { terminationGracePeriodSeconds: null } },
      "missing property 'terminationGracePeriodSeconds'",
    ],
    ['null where a value is needed', { metricsService: null }, "missing property 'metricsService'"],
  ])('%s', (_, values, sentence) => chart.refuses(values, sentence));
});
