/** The exporter's chart where the official one breaks or has nothing: rendered by real Helm. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operatorChart } from '../../../src/constructs/operator/chart/chart';
import { synthesizeChart } from '../../../src/charting/synthesize';
import { GeneratedChart, sorted } from '../../charting/support/helm';

type Json = Readonly<Record<string, unknown>>;

const release = { name: 'ops', namespace: 'tools' };
const required = { enabled: true, apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecretName: 'promex' };

let chart: GeneratedChart;
beforeAll(() => {
  chart = new GeneratedChart();
});
afterAll(() => chart.remove());

const valuesOf = (exporter: Json, others: Json = {}) => ({
  crds: { install: false },
  'spacelift-promex': { ...required, ...exporter },
  ...others,
});

/** The exporter's objects as Helm renders them, which is what the constructs make of the same values. */
async function rendered(exporter: Json, others: Json = {}, of = release): Promise<Json[]> {
  const values = valuesOf(exporter, others);
  const objects = sorted(await chart.objects(values, of));
  expect(objects).toEqual(sorted(synthesizeChart(operatorChart, of, values)));
  return objects.filter((object) => JSON.stringify(object).includes('promex'));
}

interface Pod extends Json {
  readonly containers: [Json & { readonly ports: object[]; readonly env: object[]; readonly image: string }];
}

async function pod(exporter: Json, others?: Json): Promise<Pod> {
  const deployment = (await rendered(exporter, others)).find(({ kind }) => kind === 'Deployment');
  return (deployment as { spec: { template: { spec: Pod } } }).spec.template.spec;
}

describe("the exporter's chart", () => {
  it.each([
    [':9953', 9953],
    ['0.0.0.0:8080', 8080],
    ['[::1]:10000', 10000],
  ])('has its probes ask where it listens: %s', async (listenAddress, containerPort) => {
    const { containers } = await pod({ listenAddress });
    expect(containers[0].ports).toEqual([{ name: 'metrics', containerPort, protocol: 'TCP' }]);
    expect(containers[0].readinessProbe).toMatchObject({ httpGet: { port: 'metrics' } });
  });

  it('has only its Deployment by default, as the official one', async () => {
    expect((await rendered({})).map(({ kind }) => kind)).toEqual(['Deployment']);
  });

  it.each<[string, Json, string[]]>([
    ['a Service', { service: { enabled: true, port: 80 } }, ['Deployment', 'Service']],
    [
      'a ServiceMonitor, with the Service that it needs',
      { serviceMonitor: { enabled: true } },
      ['Deployment', 'Service', 'ServiceMonitor'],
    ],
  ])('makes %s', async (_, exporter, kinds) => {
    expect((await rendered(exporter)).map(({ kind }) => kind).sort()).toEqual(kinds);
  });

  it('puts the ServiceMonitor where Prometheus looks, and has it look at the release', async () => {
    const serviceMonitor = {
      enabled: true,
      namespace: 'monitoring',
      interval: '1m',
      additionalLabels: { release: 'p' },
    };
    const monitor = (await rendered({ serviceMonitor })).find(({ kind }) => kind === 'ServiceMonitor');
    expect(monitor).toMatchObject({
      metadata: { name: 'ops-spacelift-promex', namespace: 'monitoring', labels: { release: 'p' } },
      spec: { endpoints: [{ interval: '1m', scrapeTimeout: '10s' }], namespaceSelector: { matchNames: ['tools'] } },
    });
  });

  it('names its Service so that DNS takes it', async () => {
    const objects = await rendered({ service: { enabled: true } }, {}, { ...release, name: '1e3' });
    const service = objects.find(({ kind }) => kind === 'Service') as { metadata: { name: string } };
    expect(service.metadata.name).toMatch(/^s-1e3-spacelift-promex-[0-9a-f]{8}$/);
  });

  it.each<[string, Json, Json, string]>([
    ['by tag', { tag: 'v1' }, {}, 'public.ecr.aws/spacelift/promex:v1'],
    ['by digest', { digest: 'sha256:abc' }, {}, 'public.ecr.aws/spacelift/promex@sha256:abc'],
    ['from a mirror', {}, { imageRegistry: 'mirror.example:5000/x' }, 'mirror.example:5000/x/spacelift/promex:v0.7.0'],
  ])('names its image %s', async (_, image, global, expected) => {
    expect((await pod({ image }, { global })).containers[0].image).toBe(expected);
  });

  it('pulls with the Secrets of all charts and with its own', async () => {
    const { imagePullSecrets } = await pod(
      { imagePullSecrets: [{ name: 'own' }] },
      { global: { imagePullSecrets: [{ name: 'shared' }] } },
    );
    expect(imagePullSecrets).toEqual([{ name: 'shared' }, { name: 'own' }]);
  });

  it('takes what a cluster may ask of a Pod', async () => {
    const tolerations = [{ key: 'dedicated', operator: 'Exists' }];
    const affinity = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } };
    const extraEnv = [{ name: 'HTTPS_PROXY', value: 'http://proxy:3128' }];
    const settings = { tolerations, affinity, priorityClassName: 'infra', serviceAccountName: 'metrics' };
    const { containers, ...spec } = await pod({ ...settings, extraEnv, caCert: { enabled: true, secretName: 'ca' } });
    expect(spec).toMatchObject(settings);
    expect(containers[0].env.slice(-2)).toEqual([
      { name: 'SPACELIFT_PROMEX_CA_CERT_PATH', value: '/certs/ca.crt' },
      ...extraEnv,
    ]);
  });

  it('has the resources of the official one, none, where somebody asks for that', async () => {
    expect((await pod({})).containers[0].resources).toMatchObject({ limits: { memory: '128Mi' } });
    expect((await pod({ resources: { requests: null, limits: null } })).containers[0].resources).toBeUndefined();
  });

  it('cannot have its selector taken away', async () => {
    const podLabels = { 'app.kubernetes.io/name': 'mine', team: 'a' };
    const [deployment] = (await rendered({ podLabels })) as { spec: { template: { metadata: { labels: object } } } }[];
    expect(deployment?.spec.template.metadata.labels).toEqual({
      'app.kubernetes.io/name': 'spacelift-promex',
      'app.kubernetes.io/instance': 'ops',
      team: 'a',
    });
  });

  it.each<[string, Json, string]>([
    ['an address without port', { listenAddress: 'localhost' }, 'does not match pattern'],
    ['a port of 0', { listenAddress: ':0' }, 'does not match pattern'],
    ['another word for when to pull', { image: { pullPolicy: 'Sometimes' } }, 'value must be one of'],
    ['a Service at port 0', { service: { port: 0 } }, "at '/spacelift-promex/service/port'"],
    ['a name with capitals', { fullnameOverride: 'Promex' }, "at '/spacelift-promex/fullnameOverride'"],
    [
      'a certificate of no Secret',
      { caCert: { enabled: true } },
      'caCert.secretName is required where caCert is enabled',
    ],
    ['no key', { apiKeySecretName: '' }, 'apiKeySecretName is required: the name of a Secret with the key'],
  ])('refuses %s', async (_, exporter, sentence) => {
    const { ok, text } = await chart.template(valuesOf(exporter), release);
    expect(text).toContain(sentence);
    expect(ok).toBe(false);
  });
});
