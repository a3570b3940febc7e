import type {
  ContainerResources,
  EnvValue,
  ImagePullPolicy,
  ISecret,
  IServiceAccount,
  SecretValue,
} from 'cdk8s-plus-28';
import { resourceRequirements } from '../shared/container-resources';
import { imageParts, serviceMonitorProps, names } from '../shared/conversions';
import type { ServiceMonitorOptions } from '../shared/service-monitor-options';
import type { PropMapping } from '../shared/values-of-props';
import type { exporterChartValues } from './values';

/** Properties of a `PrometheusExporter`. */
export interface PrometheusExporterProps {
  /** Address of the control plane, as `https://host[:port]`. */
  readonly apiEndpoint: string;

  /** Identifier of an API key that may read the root space. */
  readonly apiKeyId: string;

  /** Secret with the API key's secret under `SPACELIFT_PROMEX_API_KEY_SECRET`. */
  readonly apiKeySecret: ISecret;

  /**
   * Name of the objects.
   *
   * @default "spacelift-promex"
   */
  readonly name?: string;

  /**
   * Namespace of the exporter.
   *
   * @default - the chart's namespace; an error where it has none
   */
  readonly namespace?: string;

  /**
   * More labels of every object. Those that it has anyway win.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of every object.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * More labels of the Pod. The labels that the Deployment selects by cannot be changed.
   *
   * @default - none
   */
  readonly podLabels?: Record<string, string>;

  /**
   * Annotations of the Pod.
   *
   * @default - none
   */
  readonly podAnnotations?: Record<string, string>;

  /**
   * Image of the exporter, with its tag or digest.
   *
   * @default - the official exporter
   */
  readonly image?: string;

  /**
   * When the image is pulled. Where another one is given, and nothing here, Kubernetes decides by its tag.
   *
   * @default ImagePullPolicy.IF_NOT_PRESENT
   */
  readonly imagePullPolicy?: ImagePullPolicy;

  /**
   * Secrets for pulling the image.
   *
   * @default - none
   */
  readonly imagePullSecrets?: ISecret[];

  /**
   * Number of Pods. One is enough: several tell Prometheus the same numbers.
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * Requests and limits.
   *
   * @default - requests 50m CPU and 64Mi memory, limit 128Mi memory
   */
  readonly resources?: ContainerResources;

  /**
   * Labels of the nodes on which the Pod may run. `PrometheusExporter.scheduling` has finer rules.
   *
   * @default - any node
   */
  readonly nodeSelector?: Record<string, string>;

  /**
   * PriorityClass of the Pod.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;

  /**
   * ServiceAccount of the Pods. Its token is not mounted: the exporter asks the API server for nothing.
   *
   * @default - the ServiceAccount "default"
   */
  readonly serviceAccount?: IServiceAccount;

  /**
   * More environment variables, for example `HTTPS_PROXY` or `SPACELIFT_PROMEX_SCRAPE_TIMEOUT`.
   *
   * @default - none
   */
  readonly envVariables?: Record<string, EnvValue>;

  /**
   * CA certificate by which the exporter knows the control plane.
   *
   * @default - the CAs of its image
   */
  readonly caCertificate?: SecretValue;

  /**
   * Port of the metrics, of the Pods and of the Service.
   *
   * @default 9953
   */
  readonly port?: number;

  /**
   * Whether to make the Service. It is made in any case where there is a `serviceMonitor`.
   *
   * @default false
   */
  readonly service?: boolean;

  /**
   * ServiceMonitor, for a cluster that has the Prometheus operator.
   *
   * @default - none
   */
  readonly serviceMonitor?: ServiceMonitorOptions;
}

/** Where the props stand among the values of the chart. */
export const EXPORTER_PROPS: PropMapping<PrometheusExporterProps, typeof exporterChartValues.members> = {
  apiEndpoint: 'apiEndpoint',
  apiKeyId: 'apiKeyId',
  apiKeySecret: { to: 'apiKeySecretName', as: ({ name }) => name },
  name: null,
  namespace: null,
  labels: 'commonLabels',
  annotations: 'commonAnnotations',
  podLabels: 'podLabels',
  podAnnotations: 'podAnnotations',
  image: { to: 'image', as: (image) => ({ ...imageParts(image), pullPolicy: '' }) },
  imagePullPolicy: 'image.pullPolicy',
  imagePullSecrets: { to: 'imagePullSecrets', as: names },
  replicas: 'replicaCount',
  resources: { to: 'resources', as: resourceRequirements, instead: true },
  nodeSelector: 'nodeSelector',
  priorityClassName: 'priorityClassName',
  serviceAccount: { to: 'serviceAccountName', as: ({ name }) => name },
  envVariables: null,
  caCertificate: {
    to: 'caCert',
    as: ({ secret, key }) => ({ enabled: true, secretName: secret.name, secretKey: key }),
  },
  port: ['service.port', { to: 'listenAddress', as: (port) => `:${port}` }],
  service: 'service.enabled',
  serviceMonitor: {
    enables: 'serviceMonitor.enabled',
    props: serviceMonitorProps('serviceMonitor'),
  },
};

/** Where the parts of the Pod stand that can be added to. */
export const EXPORTER_POD = { affinity: 'affinity', tolerations: 'tolerations', env: 'extraEnv' } as const;
