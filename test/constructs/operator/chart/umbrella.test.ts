/** The chart as most repositories of GitOps hold it: a dependency of a chart of their own, with values of their own. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import { generatedChart, NO_CRDS, type Json } from '../../../charting/support/helm';
import { byAlias, writeUmbrella } from '../../../charting/support/umbrella';

const NAME = operatorChart.name;
const release = { name: 'platform', namespace: 'tools' };
const FOREIGN_GLOBALS = {
  clusterName: 'prod-eu',
  imageRegistry: 'registry.example',
  storageClass: { default: 'fast' },
};

const chart = generatedChart();
let conditional: string;
let twice: string;

beforeAll(() => {
  conditional = writeUmbrella(chart.scratchFolder(), chart.folder, [{ condition: `${NAME}.enabled` }]);
  twice = writeUmbrella(chart.scratchFolder(), chart.folder, [
    { alias: 'runners-eu', condition: 'runners-eu.enabled' },
    { alias: 'runners-us', condition: 'runners-us.enabled' },
  ]);
});

async function rendered(folder: string, values: Json): Promise<ReadonlyMap<string, Json[]>> {
  const { ok, text } = await chart.template(values, release, folder);
  expect(ok ? 'rendered' : text).toBe('rendered');
  return byAlias(text);
}

const identityOf = ({ kind, metadata }: Json): string => {
  const { name, namespace } = metadata as { name: string; namespace?: string };
  return [kind, namespace, name].join('/');
};

describe('as a dependency', () => {
  const on = (values: Json = {}) => ({ [NAME]: { enabled: true, ...values } });

  it('is switched on by a condition, and has the values of the umbrella', async () => {
    const objects = (await rendered(conditional, on({ controllerManager: { replicas: 2 } }))).get(NAME) ?? [];
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
    expect(deployment).toMatchObject({ metadata: { namespace: 'tools' }, spec: { replicas: 2 } });
  });

  it('is switched off by the same condition', async () => {
    expect((await rendered(conditional, { [NAME]: { enabled: false } })).size).toBe(0);
  });

  it('lets the global values of other charts through, and takes pull secrets by their names', async () => {
    const global = { ...FOREIGN_GLOBALS, imagePullSecrets: ['regcred', { name: 'other' }] };
    const objects = (await rendered(conditional, { global, ...on() })).get(NAME) ?? [];
    expect(objects.find(({ kind }) => kind === 'Deployment')).toMatchObject({
      spec: {
        template: {
          spec: {
            imagePullSecrets: [{ name: 'regcred' }, { name: 'other' }],
            containers: [{ image: expect.stringMatching(/^registry\.example\//) }],
          },
        },
      },
    });
  });

  it('takes null for what may be empty, which Helm hands on to a dependency', async () => {
    const empty = {
      nameOverride: null,
      commonLabels: null,
      controllerManager: { replicas: null, namespaces: null, tolerations: null, manager: { args: null } },
      metricsService: { enabled: null, ports: null },
      pdb: { enabled: null, minAvailable: null },
      workerPools: null,
    };
    const objects = (await rendered(conditional, { global: { imagePullSecrets: null }, ...on(empty) })).get(NAME) ?? [];
    expect(objects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['Deployment', 'ClusterRole']));
    expect(objects.find(({ kind }) => kind === 'Deployment')?.spec).not.toHaveProperty('replicas');
  });

  it('still refuses a misspelt value, by its name', async () => {
    const sentence = "at '/controllerManager': additional properties 'replica' not allowed";
    await chart.refuses(on({ controllerManager: { replica: 2 } }), sentence, conditional);
  });
});

describe('twice, by aliases', () => {
  const values = {
    'runners-eu': { enabled: true, workerPools: [{ name: 'eu' }] },
    'runners-us': { enabled: true, crds: { install: false }, workerPools: [{ name: 'us' }] },
  };

  it('has no two objects of one name', async () => {
    const objects = await rendered(twice, values);
    const [eu = [], us = []] = ['runners-eu', 'runners-us'].map((alias) => objects.get(alias)?.map(identityOf));
    expect(eu).toEqual(expect.arrayContaining(['Deployment/tools/platform-runners-eu-controller-manager']));
    expect(us).toEqual(expect.arrayContaining(['Deployment/tools/platform-runners-us-controller-manager']));
    expect(eu.filter((identity) => us.includes(identity))).toEqual([]);
  });

  it('selects the Pods of each by labels of its own', async () => {
    const objects = await rendered(twice, values);
    const selectors = [...objects.values()].map(
      (all) => all.find(({ kind }) => kind === 'Deployment')?.spec as { selector: { matchLabels: object } },
    );
    expect(selectors.map(({ selector }) => selector.matchLabels)).toMatchObject([
      { 'app.kubernetes.io/name': 'runners-eu' },
      { 'app.kubernetes.io/name': 'runners-us' },
    ]);
  });
});

describe('by itself', () => {
  it("takes anchors that people keep below keys beginning with x-, and other charts' global values", async () => {
    const values = { 'x-labels': { team: 'a' }, 'x-anything': [1], global: FOREIGN_GLOBALS };
    const own = { global: { imageRegistry: FOREIGN_GLOBALS.imageRegistry } };
    expect(await chart.objects({ ...values, ...NO_CRDS })).toEqual(await chart.objects({ ...own, ...NO_CRDS }));
  });

  it.each([['labels'], ['x'], ['X-labels']])('refuses %s beside them', async (key) => {
    await chart.refuses({ [key]: {} }, `additional properties '${key}' not allowed`);
  });
});
