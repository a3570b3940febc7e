import { Duration, Lazy } from 'cdk8s';
import { resourceRequirements } from '../shared/container-resources';
import { serviceName } from '../../charting/kubernetes-names';
import { HARDENED_POD } from '../shared/security-context';
import {
  EXPORTER_CONTAINER,
  EXPORTER_IMAGE,
  EXPORTER_NAME,
  EXPORTER_PORT,
  EXPORTER_RESOURCES,
  EXPORTER_TAG,
} from './defaults';
import type { ExporterPod } from './exporter-pod';
import type { ExporterServiceMonitor, PrometheusExporterProps } from './exporter-props';
import type { ExporterSettings } from './settings';

/** What the props say, total; the parts of the Pod that may still be added to are read at synthesis. */
export function exporterSettings(
  namespace: string,
  props: PrometheusExporterProps,
  pod: ExporterPod,
): ExporterSettings {
  const { name = EXPORTER_NAME, port = EXPORTER_PORT, caCertificate } = props;
  const selectorLabels = { 'app.kubernetes.io/name': EXPORTER_NAME, 'app.kubernetes.io/instance': name };
  return {
    ...podSettings(props),
    name,
    namespace,
    labels: {
      ...props.labels,
      ...selectorLabels,
      'app.kubernetes.io/version': EXPORTER_TAG,
      'app.kubernetes.io/managed-by': 'cdk8s',
    },
    selectorLabels,
    deploymentLabels: {},
    annotations: props.annotations ?? {},
    get nodeName() {
      return pod.rendered.nodeName ?? '';
    },
    get affinity() {
      return pod.rendered.affinity ?? {};
    },
    get tolerations() {
      return pod.rendered.tolerations ?? [];
    },
    get extraEnv() {
      return pod.rendered.containers[0].env ?? [];
    },
    listenAddress: `:${port}`,
    apiEndpoint: props.apiEndpoint,
    apiKeyId: props.apiKeyId,
    apiKeySecretName: props.apiKeySecret.name,
    caCert: {
      enabled: caCertificate !== undefined,
      secretName: caCertificate?.secret.name ?? '',
      secretKey: caCertificate?.key ?? '',
      mountPath: '/certs',
    },
    service: { name: serviceName(name, ''), enabled: props.service ?? false, port, annotations: {} },
    serviceMonitor: monitorSettings(namespace, props.serviceMonitor),
    putOff: (make) => Lazy.any({ produce: make }) as ReturnType<typeof make>,
  };
}

function podSettings(props: PrometheusExporterProps) {
  return {
    podLabels: props.podLabels ?? {},
    podAnnotations: props.podAnnotations ?? {},
    replicaCount: props.replicas ?? 1,
    image: props.image ?? `${EXPORTER_IMAGE}:${EXPORTER_TAG}`,
    imagePullPolicy: props.imagePullPolicy,
    imagePullSecrets: (props.imagePullSecrets ?? []).map((secret) => ({ name: secret.name })),
    resources: props.resources ? resourceRequirements(props.resources) : EXPORTER_RESOURCES,
    podSecurityContext: HARDENED_POD,
    securityContext: EXPORTER_CONTAINER,
    serviceAccountName: props.serviceAccount?.name ?? '',
    priorityClassName: props.priorityClassName ?? '',
    nodeSelector: props.nodeSelector ?? {},
  };
}

function monitorSettings(
  namespace: string,
  monitor: ExporterServiceMonitor | undefined,
): ExporterSettings['serviceMonitor'] {
  const { interval = Duration.seconds(30), scrapeTimeout = Duration.seconds(10) } = monitor ?? {};
  return {
    enabled: monitor !== undefined,
    namespace: monitor?.namespace ?? namespace,
    interval: `${interval.toSeconds()}s`,
    scrapeTimeout: `${scrapeTimeout.toSeconds()}s`,
    additionalLabels: monitor?.labels ?? {},
    annotations: monitor?.annotations ?? {},
  };
}
