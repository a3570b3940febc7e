import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import { synthesizeChart } from '../../../../src/charting/synthesize';
import { GeneratedChart, sorted } from '../../../charting/support/helm';

const release = { name: 'ops', namespace: 'tools' };
const exporter = { enabled: true, apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecretName: 'promex' };
/** The definitions are long and never vary; one case renders them. */
const noCrds = { crds: { install: false } };

let chart: GeneratedChart;
beforeAll(() => {
  chart = new GeneratedChart();
});
afterAll(() => chart.remove());

interface Values {
  readonly crds?: object;
  readonly controllerManager?: object;
  readonly [key: string]: unknown;
}

describe('helm template gives what the constructs give for the same values', () => {
  const cases: readonly [string, Values][] = [
    ['defaults, with the definitions', {}],
    ['definitions that go with the release', { crds: { keep: false } }],
    ['definitions that go with the release, annotated', { crds: { keep: false, annotations: { note: 'x' } } }],
    ['other annotations of the definitions', { crds: { annotations: { note: 'a: "b" {{ c }}' } } }],
    [
      'everything switched on',
      {
        ...noCrds,
        controllerManager: {
          namespaces: ['team-a', 'team-b'],
          replicas: 2,
          enforceFips140: true,
          priorityClassName: 'system-cluster-critical',
          annotations: { a: '1' },
          podAnnotations: { 'karpenter.sh/do-not-disrupt': 'true' },
          extraLabels: { team: 'platform' },
          nodeSelector: { disk: 'ssd' },
          tolerations: [{ key: 'dedicated', operator: 'Exists', tolerationSeconds: 3600 }],
          topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
          imagePullSecrets: [{ name: 'registry' }],
          extraVolumes: [{ name: 'ca', configMap: { name: 'ca', defaultMode: 292 } }],
          serviceAccount: {
            annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/x' },
            labels: { a: 'b' },
          },
          manager: {
            extraVolumeMounts: [{ name: 'ca', mountPath: '/opt/spacelift/certs' }],
            extraPodLabels: { team: 'platform' },
          },
          pdb: { enabled: true, minAvailable: 1 },
        },
        metricsService: {
          enabled: true,
          enableHTTP2: true,
          serviceMonitor: {
            enabled: true,
            tlsConfig: { insecureSkipVerify: true },
            additionalLabels: { release: 'p' },
          },
        },
        pdb: { enabled: true },
        'spacelift-promex': { ...exporter, caCert: { enabled: true, secretName: 'ca' }, podAnnotations: { a: 'b' } },
      },
    ],
    ['plain metrics', { ...noCrds, metricsService: { enabled: true, secure: false } }],
    ['a service monitor without metrics', { ...noCrds, metricsService: { serviceMonitor: { enabled: true } } }],
    ['no ports at a metrics service that is off', { ...noCrds, metricsService: { ports: [] } }],
    ['no arguments at all', { ...noCrds, controllerManager: { manager: { args: [] } } }],
    [
      'null, which takes lists and maps away',
      {
        crds: { annotations: null },
        controllerManager: {
          namespaces: null,
          extraLabels: null,
          annotations: null,
          tolerations: null,
          manager: { args: null, resources: null, containerSecurityContext: null, extraPodLabels: null },
        },
        metricsService: { ports: null },
      },
    ],
    [
      'null, which means the empty string',
      {
        ...noCrds,
        nameOverride: null,
        fullnameOverride: null,
        controllerManager: { serviceAccount: { name: null }, manager: { image: { tag: null } } },
        metricsService: { enabled: true, serviceMonitor: { enabled: true, namespace: null, bearerTokenFile: null } },
      },
    ],
    [
      'null, which leaves to Kubernetes and to Prometheus what they have a default for',
      {
        ...noCrds,
        controllerManager: { replicas: null, enforceFips140: null },
        metricsService: {
          enabled: true,
          enableHTTP2: null,
          type: null,
          serviceMonitor: { enabled: true, port: null, interval: null, scrapeTimeout: null, path: null, scheme: null },
        },
        pdb: { enabled: null },
        'spacelift-promex': { ...exporter, replicaCount: null, image: { pullPolicy: null }, caCert: { enabled: null } },
      },
    ],
    [
      'emptied strings',
      {
        ...noCrds,
        kubernetesClusterDomain: '',
        metricsService: {
          enabled: true,
          type: '',
          serviceMonitor: { enabled: true, port: '', interval: '', scrapeTimeout: '', path: '', scheme: '' },
        },
        'spacelift-promex': { ...exporter, image: { pullPolicy: '' } },
      },
    ],
    ['pull secrets by name', { ...noCrds, global: { imagePullSecrets: ['a'] }, 'spacelift-promex': exporter }],
    ['no resources', { ...noCrds, controllerManager: { manager: { resources: { limits: null, requests: null } } } }],
    ['maxUnavailable alone', { ...noCrds, pdb: { enabled: true, maxUnavailable: 1 } }],
    ['maxUnavailable of 0', { ...noCrds, pdb: { enabled: true, maxUnavailable: 0 } }],
    ['minAvailable of 0', { ...noCrds, pdb: { enabled: true, minAvailable: 0 } }],
    ["the controller's own budget", { ...noCrds, controllerManager: { pdb: { enabled: true } } }],
    ['budgets that the controller keeps', { ...noCrds, pdb: { enabled: true } }],
    [
      'rights to budgets in each namespace',
      { ...noCrds, pdb: { enabled: true }, controllerManager: { namespaces: ['a', 'b'] } },
    ],
    [
      'a budget in each namespace',
      { ...noCrds, pdb: { enabled: true, minAvailable: 1 }, controllerManager: { namespaces: ['a', 'b'] } },
    ],
    [
      'a service account made elsewhere',
      { ...noCrds, controllerManager: { serviceAccount: { create: false, name: 'x' } } },
    ],
    ["the namespace's default account", { ...noCrds, controllerManager: { serviceAccount: { create: false } } }],
    [
      'an image from elsewhere',
      { ...noCrds, controllerManager: { manager: { image: { repository: 'r/x', tag: '1e3' } } } },
    ],
    ['a name that replaces the chart', { ...noCrds, nameOverride: 'pools' }],
    ['a name that replaces everything', { ...noCrds, fullnameOverride: 'on' }],
    ['a name that is cut at a dash', { ...noCrds, fullnameOverride: `${'a'.repeat(62)}-b` }],
    [
      'a great number',
      { ...noCrds, controllerManager: { replicas: 1000000, terminationGracePeriodSeconds: 10000000 } },
    ],
    [
      'strings that YAML or Helm could take for something else',
      {
        ...noCrds,
        kubernetesClusterDomain: 'no',
        controllerManager: {
          annotations: {
            a: 'on',
            b: '1e3',
            c: '0x1f',
            d: 'null',
            e: '',
            f: '{{ .Values }}',
            g: '"',
            h: 'a: b # c',
            y: '<&>',
          },
          nodeSelector: { n: 'y', 'a/b': '012' },
          manager: { args: ['--x={{ y }}', "--q='\"'", 'true', '1_000', '- a', '%s'] },
        },
      },
    ],
    [
      'pod labels that would take the selector away',
      { ...noCrds, controllerManager: { manager: { extraPodLabels: { 'control-plane': 'mine' } } } },
    ],
    ['an exporter by digest', { ...noCrds, 'spacelift-promex': { ...exporter, image: { digest: 'sha256:abc' } } }],
  ];
  it.each(cases)('%s', async (_, values) => {
    expect(sorted(await chart.objects(values, release))).toEqual(
      sorted(synthesizeChart(operatorChart, release, values)),
    );
  });

  it.each(['1234', 'on', '1e3', 'spacelift-workerpool-controller', 'a'.repeat(53)])(
    'a release named %s',
    async (name) => {
      const named = { name, namespace: 'tools' };
      expect(sorted(await chart.objects(noCrds, named))).toEqual(sorted(synthesizeChart(operatorChart, named, noCrds)));
    },
  );
});

describe('a rendered release', () => {
  const named = { name: '1234', namespace: 'tools' };

  it('has the names of the official chart', async () => {
    const everything = {
      metricsService: { enabled: true },
      pdb: { enabled: true, minAvailable: '100%' },
      'spacelift-promex': exporter,
      tests: { enabled: false },
    };
    const objects = await chart.objects(everything, { name: 'ops', namespace: 'tools' });
    const names = objects.map(({ kind, metadata }) => `${String(kind)} ${(metadata as { name: string }).name}`);
    expect(names.sort()).toEqual(
      [
        'ClusterRole ops-spacelift-workerpool-controller-manager-role',
        'ClusterRole ops-spacelift-workerpool-controller-metrics-auth-role',
        'ClusterRole ops-spacelift-workerpool-controller-metrics-reader',
        // Not in the official chart; without them a namespace's administrator sees no pool.
        'ClusterRole ops-spacelift-workerpool-controller-workerpool-editor-role',
        'ClusterRole ops-spacelift-workerpool-controller-workerpool-viewer-role',
        'ClusterRoleBinding ops-spacelift-workerpool-controller-manager-rolebinding',
        'ClusterRoleBinding ops-spacelift-workerpool-controller-metrics-auth-rolebinding',
        'CustomResourceDefinition workerpools.workers.spacelift.io',
        'CustomResourceDefinition workers.workers.spacelift.io',
        'Deployment ops-spacelift-promex',
        'Deployment ops-spacelift-workerpool-controller-controller-manager',
        'PodDisruptionBudget ops-spacelift-workerpool-controller-worker-pdb',
        'Role ops-spacelift-workerpool-controller-leader-election-role',
        'RoleBinding ops-spacelift-workerpool-controller-leader-election-rolebinding',
        'Service ops-spacelift-workerpool-controller-metrics-service',
        'ServiceAccount ops-spacelift-workerpool-controller-controller-manager',
      ].sort(),
    );
  });

  it('keeps a name of digits a string in every label', async () => {
    for (const { metadata } of await chart.objects(noCrds, named)) {
      expect((metadata as { labels: object }).labels).toMatchObject({ 'app.kubernetes.io/instance': '1234' });
    }
  });

  it('keeps the definitions when the release goes', async () => {
    const definitions = (await chart.objects({}, named)).filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(definitions).toHaveLength(2);
    for (const { metadata } of definitions) {
      expect(metadata).toMatchObject({ annotations: { 'helm.sh/resource-policy': 'keep' } });
    }
  });

  // Helm leaves whatever has the annotation, even with another value.
  it('lets the definitions go with the release only without the annotation', async () => {
    const objects = await chart.objects({ crds: { keep: false } }, named);
    for (const { metadata } of objects.filter(({ kind }) => kind === 'CustomResourceDefinition')) {
      expect(metadata).not.toHaveProperty('annotations');
    }
  });

  it('tells what to do next', async () => {
    const { text } = await chart.helm(
      'install',
      'ops',
      chart.folder,
      '--dry-run=client',
      '--set',
      'crds.install=false',
    );
    expect(text).toContain('deployment/ops-spacelift-workerpool-controller-controller-manager');
    expect(text).toContain('kubectl get workerpools,workers');
  });
});

describe('the chart', () => {
  it('passes helm lint --strict', async () => {
    const { ok, text } = await chart.helm('lint', '--strict', chart.folder);
    expect(text).toContain('0 chart(s) failed');
    expect(ok).toBe(true);
  });
});
