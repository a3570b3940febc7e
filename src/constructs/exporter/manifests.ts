import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { RUN_AS, type LocalObjectReference } from '../../api';
import { concat, ifAny, isEmpty, merge, text, when, type Later, type StringMap } from '../template/deferred';
import { addManifest } from '../template/manifest';

/** Port of the metrics: fixed in the Pod's description, as dashboards and scrape configurations name it. */
const METRICS_PORT = 9953;

/** Everything that the exporter's Deployment depends on, total. */
export interface ExporterSettings {
  readonly name: Later<string>;
  readonly namespace: Later<string>;
  readonly labels: Later<StringMap>;
  readonly selectorLabels: StringMap;
  readonly deploymentLabels: Later<StringMap>;
  readonly annotations: Later<StringMap>;
  readonly podAnnotations: Later<StringMap>;
  readonly replicaCount: Later<number>;
  readonly image: Later<string>;
  readonly imagePullPolicy: Later<string>;
  readonly imagePullSecrets: Later<readonly LocalObjectReference[]>;
  readonly nodeSelector: Later<StringMap>;
  readonly listenAddress: Later<string>;
  readonly apiEndpoint: Later<string>;
  readonly apiKeyId: Later<string>;
  readonly apiKeySecretName: Later<string>;
  readonly caCert: {
    readonly enabled: Later<boolean>;
    readonly secretName: Later<string>;
    readonly secretKey: Later<string>;
    readonly mountPath: Later<string>;
  };
}

/** The exporter's only object. */
export function addExporterManifests(scope: Construct, settings: ExporterSettings): void {
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
        replicas: settings.replicaCount,
        selector: { matchLabels: settings.selectorLabels },
        template: {
          metadata: { labels: settings.selectorLabels, annotations: ifAny(settings.podAnnotations) },
          spec: podSpec(settings),
        },
      },
    },
    { refusals: required(settings) },
  );
}

function required(settings: ExporterSettings) {
  const needed = {
    apiEndpoint: 'the address of the control plane, as https://host[:port]',
    apiKeyId: 'the identifier of an API key that may read the root space',
    apiKeySecretName: 'the name of a Secret with the key SPACELIFT_PROMEX_API_KEY_SECRET',
  } as const;
  const refusals = Object.entries(needed).map(([field, meaning]) => ({
    when: isEmpty(settings[field as keyof typeof needed]),
    message: `${field} is required: ${meaning}`,
  }));
  return refusals;
}

function podSpec(settings: ExporterSettings) {
  const { caCert } = settings;
  return {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    automountServiceAccountToken: false,
    imagePullSecrets: ifAny(settings.imagePullSecrets),
    nodeSelector: ifAny(settings.nodeSelector),
    containers: [
      {
        name: 'spacelift-promex',
        image: settings.image,
        imagePullPolicy: settings.imagePullPolicy,
        env: environment(settings),
        ports: [{ name: 'metrics', containerPort: METRICS_PORT, protocol: 'TCP' }],
        readinessProbe: { httpGet: { path: '/health', port: 'metrics' }, periodSeconds: 5 },
        securityContext: {
          runAsUser: RUN_AS,
          runAsNonRoot: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        },
        volumeMounts: when(caCert.enabled, [{ name: 'ca-cert', mountPath: caCert.mountPath, readOnly: true }]),
      },
    ],
    volumes: when(caCert.enabled, [{ name: 'ca-cert', secret: { secretName: caCert.secretName } }]),
  };
}

function environment(settings: ExporterSettings) {
  const secret = { name: settings.apiKeySecretName, key: 'SPACELIFT_PROMEX_API_KEY_SECRET' };
  const { caCert } = settings;
  return concat(
    [
      { name: 'SPACELIFT_PROMEX_API_ENDPOINT', value: settings.apiEndpoint },
      { name: 'SPACELIFT_PROMEX_API_KEY_ID', value: settings.apiKeyId },
      { name: 'SPACELIFT_PROMEX_API_KEY_SECRET', valueFrom: { secretKeyRef: secret } },
      { name: 'SPACELIFT_PROMEX_LISTEN_ADDRESS', value: settings.listenAddress },
    ],
    when(caCert.enabled, [
      { name: 'SPACELIFT_PROMEX_CA_CERT_PATH', value: text(caCert.mountPath, '/', caCert.secretKey) },
    ]),
  );
}
