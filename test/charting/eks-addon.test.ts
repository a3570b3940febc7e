import { describe, expect, it } from '@jest/globals';
import type { Chart } from 'cdk8s';
import { parse } from 'yaml';
import { OLDEST_KUBERNETES } from '../../src/charting/emit';
import { addManifest } from '../../src/charting/manifest';
import { deferred } from '../../src/charting/deferred';
import type { HelmChart } from '../../src/charting/chart';
import { operatorEksAddon } from '../../src/constructs/operator/chart/eks-addon';
import { CONFIGURATION_SCHEMA, emitEksAddon, type EksAddon } from '../../src/charting/eks-addon';
import { group, string, type ValueSchema } from '../../src/charting/values';
import { generatedChart, sorted, type Json } from './support/helm';

const files = emitEksAddon(operatorEksAddon);
const release = { name: 'worker-pools', namespace: 'worker-pools-system' };
const read = (path: string): string => files.get(path) ?? '';
const configuration = JSON.parse(read(CONFIGURATION_SCHEMA)) as ValueSchema & { $schema: string };
const chart = generatedChart();
const addon = generatedChart(files);

/** Every value that the schema offers, by its path. */
function offered(schema: ValueSchema, path = ''): [path: string, schema: ValueSchema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const here = `${path}${key}`;
    return [[here, property] as [string, ValueSchema], ...offered(property, `${here}.`)];
  });
}

/** What the ordinary chart gives, without hooks and with EKS as the manager. */
function asAddon(objects: readonly Json[]): Json[] {
  const kept = objects.filter(({ metadata }) => !JSON.stringify(metadata).includes('helm.sh/hook'));
  const text = JSON.stringify(kept);
  return JSON.parse(
    text.replaceAll('"app.kubernetes.io/managed-by":"Helm"', '"app.kubernetes.io/managed-by":"EKS"'),
  ) as Json[];
}

describe('the EKS add-on', () => {
  it.each<[string, Json]>([
    ['the defaults', {}],
    ['namespaces', { controllerManager: { namespaces: ['a', 'b'], replicas: 2 } }],
    [
      'every kind of configuration',
      {
        commonLabels: { team: 'platform' },
        commonAnnotations: { note: 'yes' },
        controllerManager: {
          podAnnotations: { 'karpenter.sh/do-not-disrupt': 'true' },
          nodeSelector: { pool: 'system' },
          tolerations: [{ key: 'system', operator: 'Exists' }],
          topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
          manager: { resources: { requests: { cpu: '1' } }, extraPodLabels: { team: 'platform' } },
          logging: { level: 'debug' },
        },
        metricsService: { enabled: true },
      },
    ],
  ])('renders what the chart renders, given %s', async (_what, values) => {
    const ordinary = await chart.objects(values, release);
    expect(sorted(await addon.objects(values, release))).toEqual(sorted(asAddon(ordinary)));
    expect(ordinary.map(({ kind }) => kind)).toContain('Deployment');
  });

  it("passes AWS's own commands", async () => {
    expect(await addon.helm('lint', addon.folder)).toMatchObject({ ok: true });
    const options = ['--kube-version', '1.30', '--namespace', 'addon', '--include-crds', '--no-hooks'];
    const { ok, text } = await addon.helm('template', 'addon', addon.folder, '--set', 'k8version=1.30', ...options);
    expect({ ok, text }).toMatchObject({ ok: true, text: expect.stringContaining('kind: Deployment') });
  });

  it('renders alike as an installation, an upgrade and for every Kubernetes version', async () => {
    const render = async (...options: string[]) =>
      (await addon.helm('template', 'addon', addon.folder, '--namespace', 'addon', ...options)).text;
    const first = await render('--kube-version', OLDEST_KUBERNETES);
    expect(await render('--kube-version', '1.34', '--is-upgrade')).toBe(first);
    expect(await render('--api-versions', 'monitoring.coreos.com/v1', '--no-hooks')).toBe(first);
  });

  it('has its subcharts inside, named by their folder, and no other', () => {
    const { dependencies } = parse(read('Chart.yaml')) as { dependencies: object[] };
    expect(dependencies).toEqual([expect.objectContaining({ name: 'crds', repository: 'file://charts/crds' })]);
    expect([...files.keys()].filter((path) => path.startsWith('charts/') && !path.startsWith('charts/crds/'))).toEqual(
      [],
    );
  });

  it('has definitions and no object of theirs, a Deployment to follow, and a ServiceAccount by default', async () => {
    const kinds = (await addon.objects({}, release)).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['CustomResourceDefinition', 'Deployment', 'ServiceAccount']));
    expect(kinds).not.toContain('WorkerPool');
  });

  it('has no hook, no notes, and asks the release for nothing but its name and namespace', () => {
    const templates = [...files].filter(([path]) => path.includes('templates/'));
    const text = templates.map(([, content]) => content).join('\n');
    expect(templates.length).toBeGreaterThan(10);
    expect(text).not.toMatch(/helm\.sh\/hook|\.Capabilities|\(\s*lookup|\{\{-?\s*lookup/);
    expect(new Set(text.match(/\.Release\.\w+/g))).toEqual(new Set(['.Release.Name', '.Release.Namespace']));
    expect(files.has('templates/NOTES.txt')).toBe(false);
  });
});

describe("the add-on's configuration schema", () => {
  it('is an object of a draft that EKS knows, with nothing unknown in any group', () => {
    expect(configuration).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' });
    const groups = [['', configuration] as const, ...offered(configuration)].filter(([, schema]) => schema.properties);
    expect(groups.filter(([, schema]) => schema.additionalProperties !== false)).toEqual([]);
  });

  it('demands nothing, as every value has a default', () => {
    expect(
      [configuration, ...offered(configuration).map(([, schema]) => schema)].filter(({ required }) => required),
    ).toEqual([]);
  });

  it('has camelCase names, each with a sentence', () => {
    for (const [path, { description }] of offered(configuration)) {
      expect(path).toMatch(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$/);
      expect(description).toMatch(/^\S.*\.$/);
    }
  });

  it('leaves out what is not for the users of an add-on', () => {
    const paths = offered(configuration).map(([path]) => path.toLowerCase());
    const kept =
      /image|probe|pdb|securitycontext|serviceaccount|priorityclass|nameoverride|extravolume|secret|domain|global/;
    expect(paths.filter((path) => kept.test(path))).toEqual([]);
    expect(paths).toContain('controllermanager.tolerations');
  });

  it('offers each value with the rules that the chart has for it', () => {
    const all = new Map(offered(JSON.parse(read('values.schema.json')) as ValueSchema));
    const values = offered(configuration).filter(([, schema]) => schema.properties === undefined);
    for (const [path, schema] of values) expect(schema).toEqual(all.get(path));
    expect(values.length).toBeGreaterThan(10);
  });
});

describe('an add-on that AWS would refuse is refused here', () => {
  const members = {
    plain: string('', 'A word.'),
    'kebab-case': string('', 'A word.'),
    apiToken: string('', 'A word.'),
  };

  function addonOf(build: (scope: Chart) => void, configurable: string[] = []): EksAddon {
    const values = group('Values.', members);
    const refused: HelmChart<typeof members> = {
      name: 'c',
      version: '1.0.0',
      appVersion: '1',
      description: 'C.',
      values,
      build,
    };
    return { chart: refused, without: [], configurable };
  }
  const withData = (name: string) =>
    addonOf((scope) =>
      addManifest(scope, 'config', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        data: { value: deferred({ op: 'builtin', name: name as 'Release.Name' }) },
      }),
    );

  it.each([
    ['the release is an upgrade', 'Release.IsUpgrade', 'it has .Release.IsUpgrade'],
    ['the cluster has a version', 'Capabilities.KubeVersion', 'it has .Capabilities'],
  ])('where a template asks whether %s', (_what, name, message) => {
    expect(() => emitEksAddon(withData(name))).toThrow(
      `templates/config.yaml cannot be part of an EKS add-on: ${message}`,
    );
  });

  it('but not for a word in a text', () => {
    const texts = addonOf((scope) =>
      addManifest(scope, 'config', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        data: { text: 'A lookup of .Capabilities.' },
      }),
    );
    expect(emitEksAddon(texts).has('templates/config.yaml')).toBe(true);
  });

  it('and a hook is left out', () => {
    const metadata = { name: 'test', annotations: { 'helm.sh/hook': 'test' } };
    const hook = addonOf((scope) => addManifest(scope, 'test', { apiVersion: 'v1', kind: 'Pod', metadata }));
    expect([...emitEksAddon(hook).keys()]).not.toContain('templates/test.yaml');
  });

  it.each([
    ['kebab-case', 'an EKS add-on cannot offer kebab-case: it is not camelCase'],
    ['apiToken', 'an EKS add-on cannot offer apiToken: it seems to take a secret'],
    ['plain.inner', 'the chart has no value plain.inner that an EKS add-on could offer'],
    ['missing', 'the chart has no value missing that an EKS add-on could offer'],
  ])('where it offers %s', (path, message) => {
    expect(() => emitEksAddon(addonOf(() => {}, [path]))).toThrow(message);
  });
});
