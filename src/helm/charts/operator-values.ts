import type { k8s } from 'cdk8s-plus-28';
import type {
  LocalObjectReference,
  ResourceRequirements,
  SecurityContext,
  Toleration,
  TopologySpreadConstraint,
  Volume,
  VolumeMount,
} from '../../api';
import {
  CONTROLLER_ARGS,
  CONTROLLER_IMAGE,
  CONTROLLER_RESOURCES,
  CRD_ANNOTATIONS,
  HARDENED_CONTAINER,
  METRICS_SERVICE_PORT,
} from '../../constructs/operator/defaults';
import type { Template } from '../../constructs/template/manifest';
import { flag, group, integer, object, objects, optionalIntOrPercent, optionalString, string, stringMap, strings } from '../values';
import { exporterValues } from './exporter-values';

type ServicePort = Extract<Template<k8s.ServicePort>, { port: unknown }>;

const manager = group('The controller\'s container.', {
  args: strings(
    CONTROLLER_ARGS,
    'Arguments of the controller. Those for metrics, namespaces and the controller\'s own namespace are appended.',
  ),
  containerSecurityContext: object<SecurityContext>(
    HARDENED_CONTAINER,
    'Security context of the container; the default meets the Pod Security Standard "restricted".',
  ),
  image: group('Image of the controller.', {
    repository: string(
      CONTROLLER_IMAGE,
      'Registry and repository. Users of Spacelift\'s own service set the official controller\'s repository and tag here; CRDs, values and WorkerPools stay the same.',
      { minLength: 1 },
    ),
    tag: string('', 'Tag; empty means the chart\'s appVersion.'),
  }),
  resources: object<ResourceRequirements>(
    CONTROLLER_RESOURCES,
    'Requests and limits. The memory limit is above the official 128Mi, because this controller runs on Node.js; there is no CPU limit, because throttling would delay the start of every run.',
  ),
  extraVolumeMounts: objects<VolumeMount>([], 'More volume mounts of the container, for instance CA certificates below /opt/spacelift/certs.'),
  extraPodLabels: stringMap({}, 'More labels of the Pod. The labels that the Deployment selects by cannot be changed.'),
});

const serviceAccount = group('ServiceAccount of the controller.', {
  create: flag(true, 'Whether the chart makes the ServiceAccount.'),
  name: string('', 'Name; empty means <fullname>-controller-manager, or "default" if create is false.'),
  annotations: stringMap({}, 'Annotations of the ServiceAccount.'),
  labels: stringMap({}, 'More labels of the ServiceAccount.'),
});

const controllerManager = group('The controller\'s Deployment.', {
  namespaces: strings([], 'Namespaces whose WorkerPools are served, each with a Role of its own. Empty means every namespace, by a ClusterRole.'),
  replicas: integer(1, 'Number of Pods. One leads, further ones stand by and take over within seconds.'),
  manager,
  annotations: stringMap({}, 'Annotations of the Deployment.'),
  podAnnotations: stringMap({}, 'Annotations of the Pod, for instance "karpenter.sh/do-not-disrupt".'),
  extraLabels: stringMap({}, 'More labels of the Deployment object itself.'),
  serviceAccount,
  nodeSelector: stringMap({}, 'Labels of the nodes on which the Pod may run.'),
  tolerations: objects<Toleration>([], 'Tolerations of the Pod.'),
  topologySpreadConstraints: objects<TopologySpreadConstraint>([], 'Topology spread constraints of the Pod.'),
  imagePullSecrets: objects<LocalObjectReference>([], 'Secrets for pulling the image, as a list of {name}.'),
  extraVolumes: objects<Volume>([], 'More volumes of the Pod.'),
  enforceFips140: flag(false, 'Sets GODEBUG=fips140=only, which the official controller image obeys.'),
  terminationGracePeriodSeconds: integer(30, 'Seconds that the controller has to give its lease back when it is stopped.'),
  priorityClassName: optionalString('PriorityClass of the Pod. Unset means the cluster\'s default.'),
  pdb: group('PodDisruptionBudget of the controller itself.', {
    enabled: flag(false, 'Whether to make it. With one replica and minAvailable 1 no node can be drained.'),
    minAvailable: optionalIntOrPercent('Pods that must stay; wins over maxUnavailable when set.'),
    maxUnavailable: { ...optionalIntOrPercent('Pods that may be missing.'), default: 1 },
  }),
});

const serviceMonitor = group('ServiceMonitor for the Prometheus operator; needs its CRDs and metricsService.enabled.', {
  enabled: flag(false, 'Whether to make it.'),
  namespace: string('', 'Namespace of the ServiceMonitor; empty means the release\'s.'),
  port: string('https', 'Name of the Service\'s port that is scraped.'),
  interval: string('30s', 'Time between two scrapes.'),
  scrapeTimeout: string('10s', 'Time after which a scrape is given up.'),
  path: string('/metrics', 'HTTP path of the metrics.'),
  scheme: string('https', 'Scheme of the scrape; http if metricsService.secure is false.', { enum: ['http', 'https'] }),
  additionalLabels: stringMap({}, 'More labels, by which a Prometheus selects its ServiceMonitors.'),
  annotations: stringMap({}, 'Annotations of the ServiceMonitor.'),
  tlsConfig: object<Readonly<Record<string, unknown>>>({}, 'TLS settings of the scrape, for instance {insecureSkipVerify: true} for the self-signed certificate.'),
  bearerTokenFile: string('', 'File with the token that Prometheus shows to the guarded endpoint.'),
});

/** Values of the operator's chart; names, meaning and defaults of the official chart, and why where one differs. */
export const operatorValues = group(
  'Values of the worker-pool operator. Every name is that of the official chart, so that its values files work here.',
  {
    nameOverride: string('', 'Replaces the chart\'s name in object names and labels.'),
    fullnameOverride: string('', 'Replaces what every object name begins with.'),
    crds: group('The CustomResourceDefinitions.', {
      install: flag(true, 'Whether to install and upgrade the WorkerPool and Worker definitions.'),
      annotations: stringMap(
        CRD_ANNOTATIONS,
        'Annotations of the definitions. The official chart has none; here they are kept when the release goes or crds.install becomes false, because deleting a definition deletes every WorkerPool and ends its runs. Set the annotation to "delete" for the official behaviour.',
      ),
    }),
    controllerManager,
    kubernetesClusterDomain: string('cluster.local', 'DNS domain of the cluster.', { minLength: 1 }),
    metricsService: group('Metrics endpoint of the controller and its Service.', {
      enabled: flag(false, 'Whether the controller serves metrics.'),
      secure: flag(true, 'Whether by HTTPS and only to callers that may get /metrics; false means plain HTTP for everybody.'),
      enableHTTP2: flag(false, 'Whether the endpoint offers HTTP/2; off because of its rapid-reset weaknesses.'),
      ports: objects<ServicePort>([METRICS_SERVICE_PORT], 'Ports of the Service.'),
      type: string('ClusterIP', 'Type of the Service.', { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] }),
      serviceMonitor,
    }),
    pdb: group('PodDisruptionBudget of run Pods: one in each of controllerManager.namespaces, else one in the release\'s namespace.', {
      enabled: flag(false, 'Whether to make it.'),
      minAvailable: optionalIntOrPercent('Run Pods that must stay, as a number. Unset, and without maxUnavailable, every one: the highest number, because Kubernetes cannot compute percentages (nor maxUnavailable) of Pods whose owner has no scale subresource, and reports the official default "100%" as failed at every sync; "100%" brings that back.'),
      maxUnavailable: optionalIntOrPercent('Run Pods that may be evicted at once; not together with minAvailable. Kubernetes cannot compute it for run Pods, and then lets none go.'),
    }),
    'spacelift-promex': group('The exporter of control-plane metrics for Prometheus.', {
      enabled: flag(false, 'Whether to install the exporter.'),
      ...exporterValues.members,
    }),
  },
);
