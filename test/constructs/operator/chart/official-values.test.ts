/** Values files of the official chart, rendered by both charts: an oracle that shares no line with the constructs. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { differences } from '../../../support/helm-objects';
import type { KubeObject } from '../../../support/kube';
import {
  EXPORTER,
  generatedChart,
  isMap,
  laidOver,
  NO_CRDS,
  RELEASE,
  withoutNulls,
  type Json,
} from '../../../charting/support/helm';
import { renderedTogether } from '../../../charting/support/together';

const OFFICIAL = 'test/support/official-chart';

/** What docs/guides/migrating-from-the-official-chart.md gives for an upgrade that changes as little as can be. */
const AS_OFFICIAL = {
  crds: { install: false },
  tests: { enabled: false },
  controllerManager: {
    manager: {
      image: { repository: 'public.ecr.aws/spacelift/kube-workerpool-controller', tag: 'v0.0.32' },
      resources: { limits: { memory: '128Mi' } },
    },
    rbac: { rules: 'official', aggregateClusterRoles: false },
    terminationGracePeriodSeconds: 10,
  },
  pdb: { minAvailable: '100%' },
};

const manager = (given: object) => ({ controllerManager: { manager: given } });
const deployment = (given: object) => ({ controllerManager: given });
const metrics = (given: object) => ({ metricsService: { enabled: true, ...given } });
const monitor = (given: object, more: object = {}) => metrics({ ...more, serviceMonitor: { enabled: true, ...given } });
const exporter = (given: object) => ({ 'spacelift-promex': { ...EXPORTER, ...given } });

const FILES: Readonly<Record<string, Json>> = {
  nothing: {},
  'defaults-written-out': officialDefaults(),
  'two-replicas': deployment({ replicas: 2 }),
  'no-replicas': deployment({ replicas: 0 }),
  'replicas-null': deployment({ replicas: null }),
  'one-namespace': deployment({ namespaces: ['team-a'] }),
  'two-namespaces': { ...deployment({ namespaces: ['team-a', 'team-b'] }), pdb: { enabled: true } },
  'namespaces-null': deployment({ namespaces: null }),
  'own-image': manager({ image: { repository: 'registry.example:5000/controller', tag: 'v9' } }),
  'more-arguments': manager({ args: ['--health-probe-bind-address=:8081', '--leader-elect', '--zap-log-level=5'] }),
  'resources-of-ones-own': manager({ resources: { limits: { memory: '1Gi', cpu: 2 }, requests: { cpu: '200m' } } }),
  'security-of-ones-own': manager({ containerSecurityContext: { runAsUser: 65532 } }),
  'pod-labels': manager({ extraPodLabels: { team: 'platform', cost: '4711' } }),
  certificates: deployment({
    extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }],
    manager: { extraVolumeMounts: [{ name: 'ca', mountPath: '/opt/spacelift/certs' }] },
  }),
  annotated: deployment({ annotations: { a: '1' }, podAnnotations: { b: '2' }, extraLabels: { c: 'd' } }),
  placed: deployment({
    nodeSelector: { pool: 'system' },
    tolerations: [{ key: 'system', operator: 'Exists' }],
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
  }),
  'placed-by-null': deployment({ nodeSelector: null, tolerations: null, topologySpreadConstraints: null }),
  'pull-secret': deployment({ imagePullSecrets: [{ name: 'registry' }] }),
  'account-with-role': deployment({ serviceAccount: { annotations: { role: 'arn' }, labels: { team: 'a' } } }),
  'account-by-name': deployment({ serviceAccount: { name: 'operator' } }),
  fips: deployment({ enforceFips140: true }),
  'fips-null': deployment({ enforceFips140: null }),
  domain: { kubernetesClusterDomain: 'example.internal' },
  'full-name': { fullnameOverride: 'worker-pools' },
  'short-name': { nameOverride: 'pools' },
  'names-emptied': { nameOverride: '', fullnameOverride: null },
  metrics: metrics({}),
  'metrics-plain': metrics({ secure: false }),
  'metrics-http2': metrics({ enableHTTP2: true }),
  'metrics-port': metrics({ ports: [{ name: 'https', port: 9443, protocol: 'TCP', targetPort: 'metrics' }] }),
  'metrics-type': metrics({ type: 'LoadBalancer' }),
  'metrics-type-emptied': metrics({ type: '' }),
  'metrics-null': metrics({ enabled: null }),
  monitor: monitor({}),
  'monitor-plain': monitor({ scheme: 'http' }, { secure: false }),
  'monitor-contradicts': monitor({}, { secure: false }),
  'monitor-contradicts-too': monitor({ scheme: 'http' }),
  'monitor-emptied': monitor({ port: '', interval: '', scrapeTimeout: '', path: '', scheme: '' }),
  'monitor-null': monitor({ interval: null, scrapeTimeout: null, tlsConfig: null, bearerTokenFile: null }),
  'monitor-whole': monitor({
    namespace: 'monitoring',
    additionalLabels: { release: 'p' },
    annotations: { a: 'b' },
    tlsConfig: { insecureSkipVerify: true },
    bearerTokenFile: '/token',
  }),
  'monitor-without-metrics': { metricsService: { serviceMonitor: { enabled: true } } },
  budget: { pdb: { enabled: true } },
  'budget-of-three': { pdb: { enabled: true, minAvailable: 3 } },
  'budget-by-absence': { pdb: { enabled: true, minAvailable: null, maxUnavailable: 1 } },
  'budget-emptied': { pdb: { enabled: true, minAvailable: '', maxUnavailable: '30%' } },
  exporter: exporter({}),
  'exporter-of-ones-own': exporter({
    replicaCount: 2,
    listenAddress: ':8080',
    image: { tag: 'v9', pullPolicy: 'Always' },
    labels: { team: 'a' },
    podAnnotations: { a: 'b' },
    nodeSelector: { pool: 'system' },
    imagePullSecrets: [{ name: 'registry' }],
  }),
  anchors: { 'x-labels': { team: 'a' }, ...deployment({ extraLabels: { team: 'a' } }) },
};

/** Every value that the official chart has a default for, which a values file may repeat. */
function officialDefaults(): Json {
  const read = (folder: string) => parse(readFileSync(join(folder, 'values.yaml'), 'utf8')) as Json;
  const { crds: _crds, ...values } = read(OFFICIAL);
  return laidOver({ 'spacelift-promex': read(join(OFFICIAL, 'charts/spacelift-promex')) }, values);
}

const MAY_DIFFER = [
  // Which version it is.
  /: metadata\.labels\.(helm\.sh\/chart|app\.kubernetes\.io\/version)$/,
  // The rights of leader election are narrower than the official ones.
  /^Role\/.*-leader-election-role: rules$/,
  // What our controller is told by variables, which the official one does not know.
  /: spec\.template\.spec\.containers\.manager\.env\.WORKER_POOLS_\w+\.(name|value)$/,
  // Variables of a namespace's Services would fill the environment.
  /: spec\.template\.spec\.enableServiceLinks$/,
  // The official exporter's metadata has examples, its Pod more rights and no resources, and its port never moves.
  /^Deployment\/ops-spacelift-promex: metadata\.(labels|annotations)\.app\.spacelift\.io\/example$/,
  /^Deployment\/ops-spacelift-promex: spec\.template\.spec\.(automountServiceAccountToken$|securityContext\.)/,
  /^Deployment\/ops-spacelift-promex: .*\.spacelift-promex\.(resources\.|securityContext\.|ports\.metrics\.containerPort$)/,
];

const chart = generatedChart();
let ours: ReadonlyMap<string, Json[]>;
let official: ReadonlyMap<string, Json[]>;

beforeAll(async () => {
  const files = (under: Json) =>
    Object.fromEntries(
      Object.entries(FILES).map(([alias, given]) => [alias, laidOver(under, laidOver(NO_CRDS, given))]),
    );
  official = await renderedTogether(chart, files({}), RELEASE, OFFICIAL);
  ours = await renderedTogether(chart, files(AS_OFFICIAL));
});

/** Objects by kind, namespace and name, as the API server would complete them. */
function completed(objects: readonly Json[] = []): Map<string, KubeObject> {
  return new Map(
    objects.map((object) => {
      const { kind, metadata, ...rest } = withoutNulls(object) as KubeObject;
      const namespace = metadata.namespace ?? (kind.startsWith('Cluster') ? undefined : RELEASE.namespace);
      const key = [kind, ...(namespace === RELEASE.namespace ? [] : [namespace]), metadata.name].join('/');
      return [key, withDefaults({ kind, metadata: { ...metadata, namespace }, ...rest }) as KubeObject];
    }),
  );
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** Each right by itself: rules may be grouped otherwise. */
function rights(rules: readonly Rule[]): string[] {
  const all = rules.flatMap(({ apiGroups = [''], resources, nonResourceURLs = [], verbs }) =>
    apiGroups.flatMap((group) =>
      (resources ?? nonResourceURLs).flatMap((target) => verbs.map((verb) => `${verb} ${group}/${target}`)),
    ),
  );
  // One right more than the official chart grants, without which this project's controller could not run under them.
  return all.filter((right) => right !== 'patch /pods').sort();
}

/** By which a ServiceMonitor of guarded metrics can scrape where a values file says nothing of it; the official one cannot. */
function withoutOwnAccess({ tlsConfig, bearerTokenFile, ...endpoint }: Json): Json {
  const isOwnConfig = JSON.stringify(tlsConfig) === '{"insecureSkipVerify":true}';
  const isOwnToken = bearerTokenFile === '/var/run/secrets/kubernetes.io/serviceaccount/token';
  return { ...endpoint, ...(!isOwnConfig && { tlsConfig }), ...(!isOwnToken && { bearerTokenFile }) };
}

/** Empty maps and lists say nothing, and two fields are filled in. */
function withDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDefaults);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withDefaults(inner)] as const);
  const said = entries.filter(([, inner]) => !(typeof inner === 'object' && Object.keys(inner as object).length === 0));
  const object = Object.fromEntries(said.sort(([left], [right]) => (left < right ? -1 : 1)));
  if ('rules' in object) return { ...object, rules: rights(object.rules as Rule[]) };
  if ('scheme' in object || 'bearerTokenFile' in object || 'tlsConfig' in object) return withoutOwnAccess(object);
  if ('fieldPath' in object) return { apiVersion: 'v1', ...object };
  return 'containerPort' in object ? { protocol: 'TCP', ...object } : object;
}

describe('a values file of the official chart renders the same objects', () => {
  it.each(Object.keys(FILES))('%s', (name) => {
    const [theirs, own] = [completed(official.get(name)), completed(ours.get(name))];
    expect([...own.keys()].sort()).toEqual([...theirs.keys()].sort());
    const differing = [...theirs].flatMap(([key, object]) =>
      differences(object, own.get(key) as KubeObject).map((path) => `${key}: ${path}`),
    );
    expect(differing.filter((path) => !MAY_DIFFER.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(own.size).toBeGreaterThan(5);
  });
});
