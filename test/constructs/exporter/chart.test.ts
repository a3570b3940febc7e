import { describe, expect } from '@jest/globals';
import { EXPORTER, generatedChart, NO_CRDS, type Json } from '../../charting/support/helm';
import { eachIsRefusedBySchema, eachRenders } from '../../charting/support/together';
import { only, type Manifest } from '../support';

const chart = generatedChart();

const values = (exporter: Json, others: Json = {}): Json => ({
  ...NO_CRDS,
  'spacelift-promex': { ...EXPORTER, ...exporter },
  ...others,
});

interface Pod extends Json {
  readonly containers: [Json & { readonly ports: object[]; readonly env: object[]; readonly image: string }];
}

/** A row of values and of what the exporter's Pod is like. */
const pods = (name: string, given: Json, look: (pod: Pod, labels: object) => void) =>
  [
    name,
    given,
    (objects: readonly Json[]) => {
      const { metadata, spec } = only(objects, 'Deployment', 'promex').spec.template;
      look(spec as unknown as Pod, metadata.labels);
    },
  ] as const;

const kindsOf = (objects: readonly object[]) =>
  (objects as readonly Manifest[])
    .filter(({ metadata }) => metadata.name.includes('promex'))
    .map(({ kind }) => kind)
    .sort();

const ADDRESSES: [string, number][] = [
  [':9953', 9953],
  ['0.0.0.0:8080', 8080],
  ['[::1]:10000', 10000],
];

const IMAGES: [string, Json, Json, string][] = [
  ['by tag', { tag: 'v1' }, {}, 'public.ecr.aws/spacelift/promex:v1'],
  ['by digest', { digest: 'sha256:abc' }, {}, 'public.ecr.aws/spacelift/promex@sha256:abc'],
  ['from a mirror', {}, { imageRegistry: 'mirror.example:5000/x' }, 'mirror.example:5000/x/spacelift/promex:v0.7.0'],
];

const WISHES = {
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  priorityClassName: 'infra',
  serviceAccountName: 'metrics',
};
const extraEnv = [{ name: 'HTTPS_PROXY', value: 'http://proxy:3128' }];

describe("the exporter's chart", () => {
  eachRenders(chart, [
    [
      'has only its Deployment by default, as the official one',
      values({}),
      (objects) => expect(kindsOf(objects)).toEqual(['Deployment']),
    ],
    [
      'makes a Service',
      values({ service: { enabled: true, port: 80 } }),
      (objects) => expect(kindsOf(objects)).toEqual(['Deployment', 'Service']),
    ],
    [
      'makes a ServiceMonitor where Prometheus looks, with the Service of the release that it looks at',
      values({
        serviceMonitor: {
          enabled: true,
          namespace: 'monitoring',
          interval: '1m',
          additionalLabels: { release: 'p' },
        },
      }),
      (objects) => {
        expect(kindsOf(objects)).toEqual(['Deployment', 'Service', 'ServiceMonitor']);
        expect(only(objects, 'ServiceMonitor')).toMatchObject({
          metadata: { name: 'ops-spacelift-promex', namespace: 'monitoring', labels: { release: 'p' } },
          spec: { endpoints: [{ interval: '1m', scrapeTimeout: '10s' }], namespaceSelector: { matchNames: ['tools'] } },
        });
      },
    ],
    ...ADDRESSES.map(([listenAddress, containerPort]) =>
      pods(`has its probes ask where it listens: ${listenAddress}`, values({ listenAddress }), ({ containers }) => {
        expect(containers[0].ports).toEqual([{ name: 'metrics', containerPort, protocol: 'TCP' }]);
        expect(containers[0].readinessProbe).toMatchObject({ httpGet: { port: 'metrics' } });
      }),
    ),
    ...IMAGES.map(([how, image, global, expected]) =>
      pods(`names its image ${how}`, values({ image }, { global }), ({ containers }) =>
        expect(containers[0].image).toBe(expected),
      ),
    ),
    pods(
      'pulls with the Secrets of all charts and with its own',
      values({ imagePullSecrets: [{ name: 'own' }] }, { global: { imagePullSecrets: [{ name: 'shared' }] } }),
      ({ imagePullSecrets }) => expect(imagePullSecrets).toEqual([{ name: 'shared' }, { name: 'own' }]),
    ),
    pods(
      'takes what a cluster may ask of a Pod',
      values({ ...WISHES, extraEnv, caCert: { enabled: true, secretName: 'ca' } }),
      ({ containers, ...spec }) => {
        expect(spec).toMatchObject(WISHES);
        const certificate = { name: 'SPACELIFT_PROMEX_CA_CERT_PATH', value: '/certs/ca.crt' };
        expect(containers[0].env.slice(-2)).toEqual([certificate, ...extraEnv]);
      },
    ),
    pods('has few resources by default', values({}), ({ containers }) =>
      expect(containers[0].resources).toMatchObject({ limits: { memory: '128Mi' } }),
    ),
    pods(
      'has the resources of the official one, none, where somebody asks for that',
      values({ resources: { requests: null, limits: null } }),
      ({ containers }) => expect(containers[0].resources).toBeUndefined(),
    ),
    pods(
      'cannot have its selector taken away',
      values({ podLabels: { 'app.kubernetes.io/name': 'mine', team: 'a' } }),
      (_, labels) =>
        expect(labels).toEqual({
          'app.kubernetes.io/name': 'spacelift-promex',
          'app.kubernetes.io/instance': 'ops',
          team: 'a',
        }),
    ),
  ]);
});

describe('the schema refuses', () => {
  eachIsRefusedBySchema(chart, [
    ['an address without port', values({ listenAddress: 'localhost' }), 'does not match pattern'],
    ['a port of 0', values({ listenAddress: ':0' }), 'does not match pattern'],
    ['another word for when to pull', values({ image: { pullPolicy: 'Sometimes' } }), 'value must be one of'],
    ['a Service at port 0', values({ service: { port: 0 } }), "at '/spacelift-promex/service/port'"],
    ['a name with capitals', values({ fullnameOverride: 'Promex' }), "at '/spacelift-promex/fullnameOverride'"],
  ]);
});
