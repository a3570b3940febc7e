import {
  RUN_AS,
  type Affinity,
  type EnvVar,
  type PodSecurityContext,
  type ResourceRequirements,
  type SecurityContext,
  type Toleration,
} from '../../api';
import { HTTP_URL, PORT } from '../../charting/kubernetes-names';
import { HARDENED_CONTAINER, HARDENED_POD } from '../shared/security-context';
import {
  condition,
  flag,
  group,
  integer,
  integerOrNull,
  object,
  objects,
  orEmpty,
  string,
  stringMap,
  type ValuesOf,
} from '../../charting/values';
import {
  DIGEST,
  DURATION,
  globalValues,
  LABEL_VALUE,
  OPTIONAL_NAME,
  PULL_POLICIES,
  secretNames,
} from '../shared/global-values';

export const EXPORTER_NAME = 'spacelift-promex';

export const EXPORTER_TAG = 'v0.7.0';

const PORT_OF_METRICS = 9953;

/** Values of the exporter, which the parent chart has, too. */
export const exporterValues = group('Values of the exporter of control-plane metrics for Prometheus.', {
  nameOverride: string('', "Replaces the chart's name in object names and labels.", { pattern: LABEL_VALUE }),
  fullnameOverride: string('', 'Replaces what every object name begins with.', { pattern: OPTIONAL_NAME }),
  commonLabels: stringMap({}, 'More labels of every object. The labels that it has anyway win.'),
  commonAnnotations: stringMap({}, 'Annotations of every object. Those of a single object win.'),
  replicaCount: integerOrNull(1, 'Number of Pods. One is enough, because several tell Prometheus the same numbers.'),
  image: group('Image of the exporter.', {
    // It asks only for what the control plane's API documents.
    repository: string('public.ecr.aws/spacelift/promex', 'Registry and repository.', { minLength: 1 }),
    tag: string(EXPORTER_TAG, 'Tag.', { minLength: 1 }),
    pullPolicy: orEmpty('IfNotPresent', 'When the image is pulled.', { enum: PULL_POLICIES }),
    digest: DIGEST,
  }),
  listenAddress: string(
    `:${PORT_OF_METRICS}`,
    'Address that the exporter listens at, as [host]:port. Container port, probes and Service follow it, as they do not in the official chart.',
    { pattern: ':[1-9][0-9]{0,4}$', says: 'it must look like [host]:port' },
  ),
  apiEndpoint: string('', 'Address of the control plane, as https://host[:port]. Required.', HTTP_URL),
  apiKeyId: string('', 'Identifier of an API key that may read the root space. Required.'),
  apiKeySecretName: string('', "Secret with the API key's secret under SPACELIFT_PROMEX_API_KEY_SECRET. Required."),
  caCert: group('CA certificate by which the exporter knows the control plane.', {
    enabled: flag(false, 'Whether to mount one.'),
    secretName: string('', 'Secret that holds it. Required if enabled.'),
    secretKey: string('ca.crt', 'Key in the Secret.', { minLength: 1 }),
    mountPath: string('/certs', 'Folder that it is mounted at.', { minLength: 1 }),
  }),
  extraEnv: objects<EnvVar>(
    [],
    'More environment variables, for instance HTTPS_PROXY or SPACELIFT_PROMEX_SCRAPE_TIMEOUT.',
  ),
  resources: object<ResourceRequirements>(
    // It answers a scrape at a time. No CPU limit: throttling makes scrapes time out.
    { limits: { memory: '128Mi' }, requests: { cpu: '50m', memory: '64Mi' } },
    'Requests and limits. The official chart has none; requests: null and limits: null bring that back.',
  ),
  labels: stringMap(
    {},
    'More labels of the Deployment object itself. The official chart has the sample app.spacelift.io/example here.',
  ),
  annotations: stringMap(
    {},
    'Annotations of the Deployment. The official chart has the sample app.spacelift.io/example here.',
  ),
  podLabels: stringMap({}, 'More labels of the Pod. The labels that the Deployment selects by cannot be changed.'),
  podAnnotations: stringMap({}, 'Annotations of the Pod.'),
  podSecurityContext: object<PodSecurityContext>(
    HARDENED_POD,
    'Security context of the Pod; the default meets the Pod Security Standard "restricted".',
  ),
  securityContext: object<SecurityContext>(
    // The image names no user.
    { runAsUser: RUN_AS, runAsNonRoot: true, ...HARDENED_CONTAINER },
    'Security context of the container; the default meets the Pod Security Standard "restricted".',
  ),
  serviceAccountName: string(
    '',
    'ServiceAccount of the Pod, which must be there. Its token is not mounted. Empty means "default".',
  ),
  priorityClassName: string('', "PriorityClass of the Pod. Empty means the cluster's default."),
  imagePullSecrets: secretNames('Secrets for pulling the image'),
  nodeSelector: stringMap({}, 'Labels of the nodes on which the Pod may run.'),
  affinity: object<Affinity>({}, 'Affinity of the Pod.'),
  tolerations: objects<Toleration>([], 'Tolerations of the Pod.'),
  service: group('Service of the metrics.', {
    enabled: flag(false, 'Whether to make the Service. It is made in any case where serviceMonitor is enabled.'),
    port: integer(PORT_OF_METRICS, 'Port of the Service.', PORT),
    annotations: stringMap({}, 'Annotations of the Service.'),
  }),
  serviceMonitor: group('ServiceMonitor, for a cluster that has the Prometheus operator.', {
    enabled: flag(false, 'Whether to make it.'),
    namespace: string('', "Namespace of the ServiceMonitor. Empty means the release's."),
    interval: orEmpty(
      '30s',
      "Time between two scrapes; empty means Prometheus' own. Each one asks the control plane.",
      DURATION,
    ),
    scrapeTimeout: orEmpty('10s', 'How long a scrape may take, as long as interval at most.', DURATION),
    additionalLabels: stringMap({}, 'More labels, by which a Prometheus selects its ServiceMonitors.'),
    annotations: stringMap({}, 'Annotations of the ServiceMonitor.'),
  }),
});

/** Values of the exporter's chart where it stands by itself. */
export const exporterChartValues = group(exporterValues.description, {
  enabled: condition(false, 'Read by the parent chart: whether this chart is rendered at all.'),
  // Not among the values that the parent repeats: Helm hands its own down.
  global: globalValues,
  ...exporterValues.members,
});

export type ExporterValues = ValuesOf<typeof exporterChartValues.members>;
