import { Lazy } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../charting/chart';
import { imageReference, objectLabels } from '../shared/global-values';
import { pullSecrets } from '../shared/image-pull-secrets';
import type { AddToPod } from '../shared/shadow-pod';
import { scrapeRefusals } from '../shared/scrape';
import {
  and,
  concat,
  ifAny,
  ifSet,
  isEmpty,
  merge,
  or,
  orElse,
  replaced,
  text,
  when,
  wholeNumber,
  type Deferred,
} from '../../charting/deferred';
import { addManifest, type Template } from '../../charting/manifest';
import type { ExporterValues } from './values';

/** Name of the port at which container, Service, probes and ServiceMonitor meet. */
const PORT = 'metrics';

/** The exporter's Deployment, and what lets Prometheus find it. */
export function addExporterManifests(
  scope: Construct,
  values: ExporterValues,
  context: ReleaseContext,
  addToPod: AddToPod<ExporterValues> = (unchanged) => unchanged,
): void {
  addManifest<k8s.KubeDeploymentProps>(
    scope,
    'deployment',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: context.fullName,
        namespace: context.namespace,
        labels: merge(objectLabels(values, context), values.labels),
        annotations: ifAny(merge(values.annotations, values.commonAnnotations)),
      },
      spec: {
        replicas: ifSet(values.replicaCount),
        selector: { matchLabels: context.selectorLabels },
        template: {
          metadata: {
            labels: merge(context.selectorLabels, values.podLabels),
            annotations: ifAny(values.podAnnotations),
          },
          spec: Lazy.any({ produce: () => podSpec(addToPod(values)) }) as Template<k8s.PodSpec>,
        },
      },
    },
    { refusals: required(values) },
  );
  addService(scope, values, context);
  addServiceMonitor(scope, values, context);
}

function required(values: ExporterValues) {
  const needed = {
    apiEndpoint: 'the address of the control plane, as https://host[:port]',
    apiKeyId: 'the identifier of an API key that may read the root space',
    apiKeySecretName: 'the name of a Secret with the key SPACELIFT_PROMEX_API_KEY_SECRET',
  } as const;
  const { enabled, secretName } = values.caCert;
  return [
    ...Object.entries(needed).map(([field, meaning]) => ({
      when: isEmpty(values[field as keyof typeof needed]),
      message: `${field} is required: ${meaning}`,
    })),
    {
      when: and(enabled, isEmpty(secretName)),
      message: 'caCert.secretName is required where caCert is enabled: the name of a Secret with the CA certificate',
    },
  ];
}

function podSpec(values: ReturnType<AddToPod<ExporterValues>>) {
  const { caCert, global, image } = values;
  return {
    serviceAccountName: ifAny(values.serviceAccountName),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: ifAny(values.podSecurityContext) as Deferred | undefined,
    imagePullSecrets: pullSecrets(concat(global.imagePullSecrets, values.imagePullSecrets)),
    priorityClassName: ifAny(values.priorityClassName),
    nodeName: values.nodeName,
    nodeSelector: ifAny(values.nodeSelector),
    affinity: ifAny(values.affinity),
    tolerations: ifAny(values.tolerations),
    containers: [
      {
        name: 'spacelift-promex',
        image: imageReference(image, global),
        imagePullPolicy: ifSet(image.pullPolicy),
        env: environment(values),
        ports: [{ name: PORT, containerPort: listenPort(values), protocol: 'TCP' }],
        readinessProbe: { httpGet: { path: '/health', port: PORT }, periodSeconds: 5 },
        resources: ifAny(values.resources),
        securityContext: ifAny(values.securityContext),
        volumeMounts: when(caCert.enabled, [{ name: 'ca-cert', mountPath: caCert.mountPath, readOnly: true }]),
      },
    ],
    volumes: when(caCert.enabled, [{ name: 'ca-cert', secret: { secretName: caCert.secretName } }]),
  };
}

/** The probes ask where the exporter listens, whatever port that is. */
function listenPort({ listenAddress }: ExporterValues) {
  return wholeNumber(replaced(listenAddress, '^.*:', ''));
}

function environment(values: ExporterValues) {
  const secret = { name: values.apiKeySecretName, key: 'SPACELIFT_PROMEX_API_KEY_SECRET' };
  const { caCert } = values;
  return concat<Template<k8s.EnvVar>>(
    [
      { name: 'SPACELIFT_PROMEX_API_ENDPOINT', value: values.apiEndpoint },
      { name: 'SPACELIFT_PROMEX_API_KEY_ID', value: values.apiKeyId },
      { name: 'SPACELIFT_PROMEX_API_KEY_SECRET', valueFrom: { secretKeyRef: secret } },
      { name: 'SPACELIFT_PROMEX_LISTEN_ADDRESS', value: values.listenAddress },
    ],
    when(caCert.enabled, [
      { name: 'SPACELIFT_PROMEX_CA_CERT_PATH', value: text(caCert.mountPath, '/', caCert.secretKey) },
    ]),
    values.extraEnv,
  );
}

function addService(scope: Construct, values: ExporterValues, context: ReleaseContext): void {
  const { service, serviceMonitor } = values;
  addManifest<k8s.KubeServiceProps>(
    scope,
    'service',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: context.serviceName(''),
        namespace: context.namespace,
        labels: objectLabels(values, context),
        annotations: ifAny(merge(service.annotations, values.commonAnnotations)),
      },
      spec: {
        type: 'ClusterIP',
        selector: context.selectorLabels,
        ports: [{ name: PORT, port: service.port, targetPort: PORT, protocol: 'TCP' }],
      },
    },
    { when: or(service.enabled, serviceMonitor.enabled) },
  );
}

function addServiceMonitor(scope: Construct, values: ExporterValues, context: ReleaseContext): void {
  const { serviceMonitor } = values;
  addManifest(
    scope,
    'servicemonitor',
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: {
        name: context.fullName,
        namespace: orElse(serviceMonitor.namespace, context.namespace),
        labels: merge(objectLabels(values, context), serviceMonitor.additionalLabels),
        annotations: ifAny(merge(serviceMonitor.annotations, values.commonAnnotations)),
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
        namespaceSelector: { matchNames: [context.namespace] },
        selector: { matchLabels: context.selectorLabels },
      },
    },
    { when: serviceMonitor.enabled, refusals: scrapeRefusals(serviceMonitor) },
  );
}
