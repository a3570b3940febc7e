import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { pullSecrets } from '../shared/image-pull-secrets';
import { scrapeRefusals } from '../shared/scrape';
import {
  and,
  concat,
  ifAny,
  ifSet,
  isEmpty,
  merge,
  or,
  replaced,
  text,
  when,
  wholeNumber,
  type Deferred,
} from '../../charting/deferred';
import { addManifest, type Template } from '../../charting/manifest';
import type { ExporterSettings } from './settings';

/** Name of the port at which container, Service, probes and ServiceMonitor meet. */
const PORT = 'metrics';

/** The exporter's Deployment, and what lets Prometheus find it. */
export function addExporterManifests(scope: Construct, settings: ExporterSettings): void {
  const { putOff = (make) => make() } = settings;
  addManifest<k8s.KubeDeploymentProps>(
    scope,
    'deployment',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: settings.name,
        namespace: settings.namespace,
        labels: merge(settings.labels, settings.deploymentLabels),
        annotations: ifAny(settings.annotations),
      },
      spec: {
        replicas: ifSet(settings.replicaCount),
        selector: { matchLabels: settings.selectorLabels },
        template: {
          metadata: {
            labels: merge(settings.selectorLabels, settings.podLabels),
            annotations: ifAny(settings.podAnnotations),
          },
          spec: putOff(() => podSpec(settings)),
        },
      },
    },
    { refusals: required(settings) },
  );
  addService(scope, settings);
  addServiceMonitor(scope, settings);
}

function required(settings: ExporterSettings) {
  const needed = {
    apiEndpoint: 'the address of the control plane, as https://host[:port]',
    apiKeyId: 'the identifier of an API key that may read the root space',
    apiKeySecretName: 'the name of a Secret with the key SPACELIFT_PROMEX_API_KEY_SECRET',
  } as const;
  const { enabled, secretName } = settings.caCert;
  return [
    ...Object.entries(needed).map(([field, meaning]) => ({
      when: isEmpty(settings[field as keyof typeof needed]),
      message: `${field} is required: ${meaning}`,
    })),
    {
      when: and(enabled, isEmpty(secretName)),
      message: 'caCert.secretName is required where caCert is enabled: the name of a Secret with the CA certificate',
    },
  ];
}

function podSpec(settings: ExporterSettings) {
  const { caCert } = settings;
  return {
    serviceAccountName: ifAny(settings.serviceAccountName),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: ifAny(settings.podSecurityContext) as Deferred | undefined,
    imagePullSecrets: pullSecrets(settings.imagePullSecrets),
    priorityClassName: ifAny(settings.priorityClassName),
    nodeName: ifAny(settings.nodeName),
    nodeSelector: ifAny(settings.nodeSelector),
    affinity: ifAny(settings.affinity),
    tolerations: ifAny(settings.tolerations),
    containers: [
      {
        name: 'spacelift-promex',
        image: settings.image,
        imagePullPolicy: ifSet(settings.imagePullPolicy),
        env: environment(settings),
        ports: [{ name: PORT, containerPort: listenPort(settings), protocol: 'TCP' }],
        readinessProbe: { httpGet: { path: '/health', port: PORT }, periodSeconds: 5 },
        resources: ifAny(settings.resources),
        securityContext: ifAny(settings.securityContext),
        volumeMounts: when(caCert.enabled, [{ name: 'ca-cert', mountPath: caCert.mountPath, readOnly: true }]),
      },
    ],
    volumes: when(caCert.enabled, [{ name: 'ca-cert', secret: { secretName: caCert.secretName } }]),
  };
}

/** The probes ask where the exporter listens, whatever port that is. */
function listenPort({ listenAddress }: ExporterSettings) {
  return wholeNumber(replaced(listenAddress, '^.*:', ''));
}

function environment(settings: ExporterSettings) {
  const secret = { name: settings.apiKeySecretName, key: 'SPACELIFT_PROMEX_API_KEY_SECRET' };
  const { caCert } = settings;
  return concat<Template<k8s.EnvVar>>(
    [
      { name: 'SPACELIFT_PROMEX_API_ENDPOINT', value: settings.apiEndpoint },
      { name: 'SPACELIFT_PROMEX_API_KEY_ID', value: settings.apiKeyId },
      { name: 'SPACELIFT_PROMEX_API_KEY_SECRET', valueFrom: { secretKeyRef: secret } },
      { name: 'SPACELIFT_PROMEX_LISTEN_ADDRESS', value: settings.listenAddress },
    ],
    when(caCert.enabled, [
      { name: 'SPACELIFT_PROMEX_CA_CERT_PATH', value: text(caCert.mountPath, '/', caCert.secretKey) },
    ]),
    settings.extraEnv,
  );
}

function addService(scope: Construct, settings: ExporterSettings): void {
  const { service, serviceMonitor } = settings;
  addManifest<k8s.KubeServiceProps>(
    scope,
    'service',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: service.name,
        namespace: settings.namespace,
        labels: settings.labels,
        annotations: ifAny(service.annotations),
      },
      spec: {
        type: 'ClusterIP',
        selector: settings.selectorLabels,
        ports: [{ name: PORT, port: service.port, targetPort: PORT, protocol: 'TCP' }],
      },
    },
    { when: or(service.enabled, serviceMonitor.enabled) },
  );
}

function addServiceMonitor(scope: Construct, settings: ExporterSettings): void {
  const { serviceMonitor } = settings;
  addManifest(
    scope,
    'servicemonitor',
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: {
        name: settings.name,
        namespace: serviceMonitor.namespace,
        labels: merge(settings.labels, serviceMonitor.additionalLabels),
        annotations: ifAny(serviceMonitor.annotations),
      },
      spec: {
        endpoints: [
          {
            port: PORT,
            path: '/metrics',
            interval: ifAny(serviceMonitor.interval),
            scrapeTimeout: ifAny(serviceMonitor.scrapeTimeout),
          },
        ],
        namespaceSelector: { matchNames: [settings.namespace] },
        selector: { matchLabels: settings.selectorLabels },
      },
    },
    { when: serviceMonitor.enabled, refusals: scrapeRefusals(serviceMonitor) },
  );
}
