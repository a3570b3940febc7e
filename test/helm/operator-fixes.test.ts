/** Where the official chart breaks: what happens here instead, rendered by real Helm. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operatorChart } from '../../src/helm/charts/operator-chart';
import { synthesizeChart } from '../../src/helm/synthesize';
import { GeneratedChart, sorted } from './support/helm';

type Json = Readonly<Record<string, unknown>>;

const release = { name: 'ops', namespace: 'tools' };
const noCrds = { crds: { install: false } };

let chart: GeneratedChart;
beforeAll(() => {
  chart = new GeneratedChart();
});
afterAll(() => chart.remove());

/** What Helm renders, which is what the constructs make of the same values. */
async function rendered(values: Json, of = release): Promise<Json[]> {
  const objects = sorted(await chart.objects({ ...noCrds, ...values }, of));
  expect(objects).toEqual(sorted(synthesizeChart(operatorChart, of, { ...noCrds, ...values })));
  return objects;
}

async function one(kind: string, values: Json, of = release) {
  const found = (await rendered(values, of)).filter((object) => object.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] as { readonly metadata: { readonly name: string }; readonly spec: object };
}

describe('the budget of run Pods', () => {
  it.each<[string, Json, object]>([
    ['is a number that Kubernetes can compute', {}, { minAvailable: 2147483647 }],
    ["is the official chart's where somebody asks for it", { minAvailable: '100%' }, { minAvailable: '100%' }],
    ['takes maxUnavailable alone', { maxUnavailable: 1 }, { maxUnavailable: 1 }],
    ['takes a maxUnavailable of 0', { maxUnavailable: 0 }, { maxUnavailable: 0 }],
    ['takes a minAvailable of 0', { minAvailable: 0 }, { minAvailable: 0 }],
  ])('%s', async (_, pdb, expected) => {
    const { spec } = await one('PodDisruptionBudget', { pdb: { enabled: true, ...pdb } });
    const { selector: _selector, ...numbers } = spec as Json;
    expect(numbers).toEqual(expected);
  });
});

describe('the Service of the metrics', () => {
  it.each([
    ['has the official name', 'ops', 'ops-spacelift-workerpool-controller-metrics-service'],
    ['begins with a letter', '1234', 's-1234-spacelift-workerpool-controller-5a34efab-metrics-service'],
    ['begins with a letter', '1e3', 's-1e3-spacelift-workerpool-controller-8954907d-metrics-service'],
    ['has a name of at most 63 characters', 'a'.repeat(53), `s-${'a'.repeat(36)}-a3acaf40-metrics-service`],
    ['has no dots', 'a.b', 's-a-b-spacelift-workerpool-controller-7f1eb3d8-metrics-service'],
  ])('%s: release %s', async (_, name, service) => {
    const { metadata } = await one('Service', { metricsService: { enabled: true } }, { ...release, name });
    expect(metadata.name).toBe(service);
    expect(metadata.name).toMatch(/^[a-z][-a-z0-9]{0,62}$/);
  });
});
