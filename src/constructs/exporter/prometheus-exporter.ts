import type { Duration } from 'cdk8s';
import type {
  ContainerResources,
  Env,
  EnvValue,
  ImagePullPolicy,
  ISecret,
  IServiceAccount,
  PodScheduling,
  SecretValue,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { checkWholeNumber, invalidProp, requiredNamespace } from '../checks';
import { EXPORTER_PORT } from './defaults';
import { ExporterPod } from './exporter-pod';
import { exporterSettings, timesOf } from './exporter-settings';
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
   * Labels of every object. Those that it has anyway win.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of the Deployment.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Labels of the Pods. Those that the Deployment selects by win.
   *
   * @default - none
   */
  readonly podLabels?: Record<string, string>;

  /**
   * Annotations of the Pods.
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
   * When the kubelet pulls the image.
   *
   * @default - Kubernetes decides by the tag of the image
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
   * Labels that a node must have to run the Pods. `PrometheusExporter.scheduling` has finer rules.
   *
   * @default - any node
   */
  readonly nodeSelector?: Record<string, string>;

  /**
   * PriorityClass of the Pods.
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
   * Whether to make a Service. There is always one where there is a `serviceMonitor`.
   *
   * @default false
   */
  readonly service?: boolean;

  /**
   * ServiceMonitor, for a cluster that has the Prometheus operator.
   *
   * @default - none
   */
  readonly serviceMonitor?: ExporterServiceMonitor;
}

/** How the Prometheus operator scrapes the exporter. */
export interface ExporterServiceMonitor {
  /**
   * Namespace of the ServiceMonitor.
   *
   * @default - that of the exporter
   */
  readonly namespace?: string;

  /**
   * Labels by which Prometheus finds it, such as `release: kube-prometheus-stack`.
   *
   * @default - none, beside those of every object
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of the ServiceMonitor.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Time between two scrapes. Each one asks the control plane.
   *
   * @default Duration.seconds(30)
   */
  readonly interval?: Duration;

  /**
   * How long a scrape may take; no longer than `interval`.
   *
   * @default Duration.seconds(10)
   */
  readonly scrapeTimeout?: Duration;
}

/**
 * Serves metrics of worker pools and usage from the control plane to Prometheus.
 *
 * Objects, names and labels are those of the Helm chart that is generated from the same source. The Pods meet the Pod
 * Security Standard `restricted`.
 *
 * @throws where the endpoint is no http(s) address, a number is out of range, a scrape may take longer than the time
 * between two, or `namespace` is missing
 */
export class PrometheusExporter extends Construct {
  private readonly pod: ExporterPod;

  constructor(scope: Construct, id: string, props: PrometheusExporterProps) {
    super(scope, id);
    checkProps(scope, id, props);
    this.pod = new ExporterPod(this, props.envVariables);
    addExporterManifests(this, exporterSettings(requiredNamespace(scope, id, props.namespace), props, this.pod));
  }

  /** Where the Pods run: nodes that they are attracted to, taints that they tolerate, and so on. */
  public get scheduling(): PodScheduling {
    return this.pod.pod.scheduling;
  }

  /** Environment variables of the exporter: `addVariable()` and `copyFrom()` add some. */
  public get env(): Env {
    return this.pod.container.env;
  }
}

function checkProps(scope: Construct, id: string, props: PrometheusExporterProps): void {
  checkWholeNumber(scope, id, 'replicas', props.replicas, 0);
  if (!/^https?:\/\/./.test(props.apiEndpoint)) {
    throw invalidProp(scope, id, 'apiEndpoint', props.apiEndpoint, 'it must look like https://host[:port]');
  }
  const { port = EXPORTER_PORT, serviceMonitor = {} } = props;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalidProp(scope, id, 'port', port, 'a port is a whole number from 1 to 65535');
  }
  const { interval, scrapeTimeout } = timesOf(serviceMonitor);
  if (scrapeTimeout.toSeconds() > interval.toSeconds()) {
    const allowed = `it may be as long as the interval, ${interval.toSeconds()}s, and no longer`;
    throw invalidProp(scope, id, 'serviceMonitor.scrapeTimeout', `${scrapeTimeout.toSeconds()}s`, allowed);
  }
}
