import { describe, expect, it } from '@jest/globals';
import { EXPORTER, generatedChart, NO_CRDS, RELEASE, type Json } from '../../../charting/support/helm';
import { eachRenders } from '../../../charting/support/together';

const chart = generatedChart();

describe('helm template gives what the constructs give for the same values', () => {
  eachRenders(chart, [
    ['CRDs that stay when the release goes', {}, annotatesCrds({ 'helm.sh/resource-policy': 'keep' })],
    // Helm leaves whatever has that annotation, even with another value.
    ['CRDs that go with the release', { crds: { keep: false } }, annotatesCrds(undefined)],
    ['CRDs that go with the release, annotated', { crds: { keep: false, annotations: { note: 'x' } } }],
    ['other annotations of the CRDs', { crds: { annotations: { note: 'a: "b" {{ c }}' } } }],
    [
      'everything switched on',
      {
        ...NO_CRDS,
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
        'spacelift-promex': { ...EXPORTER, caCert: { enabled: true, secretName: 'ca' }, podAnnotations: { a: 'b' } },
      },
    ],
    ['plain metrics', { ...NO_CRDS, metricsService: { enabled: true, secure: false } }],
    ['a service monitor without metrics', { ...NO_CRDS, metricsService: { serviceMonitor: { enabled: true } } }],
    ['no ports at a metrics service that is off', { ...NO_CRDS, metricsService: { ports: [] } }],
    ['no arguments at all', { ...NO_CRDS, controllerManager: { manager: { args: [] } } }],
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
        ...NO_CRDS,
        nameOverride: null,
        fullnameOverride: null,
        controllerManager: { serviceAccount: { name: null }, manager: { image: { tag: null } } },
        metricsService: { enabled: true, serviceMonitor: { enabled: true, namespace: null, bearerTokenFile: null } },
      },
    ],
    [
      'null, which leaves to Kubernetes and to Prometheus what they have a default for',
      {
        ...NO_CRDS,
        controllerManager: { replicas: null, enforceFips140: null },
        metricsService: {
          enabled: true,
          enableHTTP2: null,
          type: null,
          serviceMonitor: { enabled: true, port: null, interval: null, scrapeTimeout: null, path: null, scheme: null },
        },
        pdb: { enabled: null },
        'spacelift-promex': { ...EXPORTER, replicaCount: null, image: { pullPolicy: null }, caCert: { enabled: null } },
      },
    ],
    [
      'emptied strings',
      {
        ...NO_CRDS,
        kubernetesClusterDomain: '',
        metricsService: {
          enabled: true,
          type: '',
          serviceMonitor: { enabled: true, port: '', interval: '', scrapeTimeout: '', path: '', scheme: '' },
        },
        'spacelift-promex': { ...EXPORTER, image: { pullPolicy: '' } },
      },
    ],
    ['pull secrets by name', { ...NO_CRDS, global: { imagePullSecrets: ['a'] }, 'spacelift-promex': EXPORTER }],
    ['no resources', { ...NO_CRDS, controllerManager: { manager: { resources: { limits: null, requests: null } } } }],
    ['maxUnavailable alone', { ...NO_CRDS, pdb: { enabled: true, maxUnavailable: 1 } }],
    ['maxUnavailable of 0', { ...NO_CRDS, pdb: { enabled: true, maxUnavailable: 0 } }],
    ['minAvailable of 0', { ...NO_CRDS, pdb: { enabled: true, minAvailable: 0 } }],
    ["the controller's own budget", { ...NO_CRDS, controllerManager: { pdb: { enabled: true } } }],
    ['budgets that the controller keeps', { ...NO_CRDS, pdb: { enabled: true } }],
    [
      'rights to budgets in each namespace',
      { ...NO_CRDS, pdb: { enabled: true }, controllerManager: { namespaces: ['a', 'b'] } },
    ],
    [
      'a budget in each namespace',
      { ...NO_CRDS, pdb: { enabled: true, minAvailable: 1 }, controllerManager: { namespaces: ['a', 'b'] } },
    ],
    [
      'a service account made elsewhere',
      { ...NO_CRDS, controllerManager: { serviceAccount: { create: false, name: 'x' } } },
    ],
    ["the namespace's default account", { ...NO_CRDS, controllerManager: { serviceAccount: { create: false } } }],
    [
      'an image from elsewhere',
      { ...NO_CRDS, controllerManager: { manager: { image: { repository: 'r/x', tag: '1e3' } } } },
    ],
    ['a name that replaces the chart', { ...NO_CRDS, nameOverride: 'pools' }],
    ['a name that replaces everything', { ...NO_CRDS, fullnameOverride: 'on' }],
    ['a name that is cut at a dash', { ...NO_CRDS, fullnameOverride: `${'a'.repeat(62)}-b` }],
    [
      'a great number',
      { ...NO_CRDS, controllerManager: { replicas: 1000000, terminationGracePeriodSeconds: 10000000 } },
    ],
    [
      'strings that YAML or Helm could take for something else',
      {
        ...NO_CRDS,
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
      { ...NO_CRDS, controllerManager: { manager: { extraPodLabels: { 'control-plane': 'mine' } } } },
    ],
    ['an exporter by digest', { ...NO_CRDS, 'spacelift-promex': { ...EXPORTER, image: { digest: 'sha256:abc' } } }],
  ]);

  it.each(['1234', 'on', '1e3', 'a.b', 'spacelift-workerpool-controller', 'a'.repeat(53)])(
    'a release named %s',
    async (name) => {
      const services = {
        metricsService: { enabled: true },
        'spacelift-promex': { ...EXPORTER, service: { enabled: true } },
      };
      await chart.objectsOfBoth({ ...NO_CRDS, ...services }, { ...RELEASE, name });
    },
  );
});

function annotatesCrds(annotations: object | undefined) {
  return (objects: readonly Json[]) => {
    const crds = objects.filter(({ kind }) => kind === 'CustomResourceDefinition') as { metadata: Json }[];
    expect(crds.map(({ metadata }) => metadata.annotations)).toEqual([annotations, annotations]);
  };
}
