import type { ISecret, SecretValue } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { checkWholeNumber, invalidProp, requiredNamespace } from '../checks';
import { VERSION } from '../version';
import { EXPORTER_IMAGE, EXPORTER_LISTEN_ADDRESS, EXPORTER_NAME, EXPORTER_TAG } from './defaults';
import { addExporterManifests } from './manifests';

/** Properties of a `PrometheusExporter`. */
export interface PrometheusExporterProps {
  /** Address of the control plane, as `https://host[:port]`. */
  readonly apiEndpoint: string;

  /** Identifier of an API key that may read the root space. */
  readonly apiKeyId: string;

  /** Secret with the API key's secret under `SPACELIFT_PROMEX_API_KEY_SECRET`. */
  readonly apiKeySecret: ISecret;

  /**
   * Name of the Deployment.
   *
   * @default "spacelift-promex"
   */
  readonly name?: string;

  /**
   * Namespace of the Deployment.
   *
   * @default - the chart's namespace; an error where it has none
   */
  readonly namespace?: string;

  /**
   * Image of the exporter, with its tag or digest.
   *
   * @default - the official exporter
   */
  readonly image?: string;

  /**
   * Number of Pods.
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * CA certificate by which the exporter knows the control plane.
   *
   * @default - the CAs of its image
   */
  readonly caCertificate?: SecretValue;
}

/**
 * Serves metrics of worker pools and usage from the control plane to Prometheus.
 *
 * @throws where the endpoint is no http(s) address or `namespace` is missing
 */
export class PrometheusExporter extends Construct {
  constructor(scope: Construct, id: string, props: PrometheusExporterProps) {
    super(scope, id);
    checkWholeNumber(scope, id, 'replicas', props.replicas, 0);
    if (!/^https?:\/\/./.test(props.apiEndpoint)) {
      throw invalidProp(scope, id, 'apiEndpoint', props.apiEndpoint, 'it must look like https://host[:port]');
    }
    const name = props.name ?? EXPORTER_NAME;
    const selectorLabels = { 'app.kubernetes.io/name': EXPORTER_NAME, 'app.kubernetes.io/instance': name };
    addExporterManifests(this, {
      name,
      namespace: requiredNamespace(scope, id, props.namespace),
      labels: { ...selectorLabels, 'app.kubernetes.io/version': VERSION, 'app.kubernetes.io/managed-by': 'cdk8s' },
      selectorLabels,
      deploymentLabels: {},
      annotations: {},
      podAnnotations: {},
      replicaCount: props.replicas ?? 1,
      image: props.image ?? `${EXPORTER_IMAGE}:${EXPORTER_TAG}`,
      imagePullPolicy: 'IfNotPresent',
      imagePullSecrets: [],
      nodeSelector: {},
      listenAddress: EXPORTER_LISTEN_ADDRESS,
      apiEndpoint: props.apiEndpoint,
      apiKeyId: props.apiKeyId,
      apiKeySecretName: props.apiKeySecret.name,
      caCert: {
        enabled: props.caCertificate !== undefined,
        secretName: props.caCertificate?.secret.name ?? '',
        secretKey: props.caCertificate?.key ?? '',
        mountPath: '/certs',
      },
    });
  }
}
