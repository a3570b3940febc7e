import type { Duration } from 'cdk8s';
import type {
  ContainerResources,
  INetworkPolicyPeer,
  IPersistentVolumeClaim,
  ISecret,
  PercentOrAbsolute,
} from 'cdk8s-plus-28';

/** Who may look at the control plane's web page. */
export enum ControlPlaneWeb {
  /** Who has the API key. */
  API_KEY = 'basic',
  /** Everybody who reaches it. */
  OPEN = 'open',
}

/** Least level of what the control plane logs. */
export enum ControlPlaneLogLevel {
  /** Every step. */
  TRACE = 'trace',
  /** What helps to find a fault. */
  DEBUG = 'debug',
  /** What happened. */
  INFO = 'info',
  /** What somebody should look at. */
  WARN = 'warn',
  /** What failed. */
  ERROR = 'error',
  /** What ended the control plane. */
  FATAL = 'fatal',
  /** Nothing. */
  SILENT = 'silent',
}

/** What is kept of what is over. */
export interface ControlPlaneRetention {
  /**
   * Days that an ended run is kept, where 0 is for ever.
   *
   * @default 365
   */
  readonly runDays?: number;

  /**
   * The newest runs of each stack, kept whatever their age.
   *
   * @default 50
   */
  readonly runsPerStack?: number;

  /**
   * Days that the log of an ended run is kept, where 0 is for ever.
   *
   * @default 90
   */
  readonly logDays?: number;

  /**
   * Mebibytes that are kept of a run's log, where 0 is no limit. It is cut there with a mark, and the run goes on.
   *
   * @default 64
   */
  readonly logMebibytesPerRun?: number;

  /**
   * The newest versions of each stack's state, kept whatever their age.
   *
   * @default 100
   */
  readonly stateVersions?: number;
}

/** Backups of the database, on a volume of their own. Keys and blobs are not in them. */
export interface ControlPlaneBackup {
  /** PersistentVolumeClaim that the backups lie on. */
  readonly claim: IPersistentVolumeClaim;

  /**
   * When it runs, as crontab has it.
   *
   * @default "17 2 * * *"
   */
  readonly schedule?: string;

  /**
   * Time zone of the schedule, such as Europe/Berlin.
   *
   * @default - that of the cluster, which is UTC as a rule
   */
  readonly timeZone?: string;

  /**
   * Whether none is started, for instance while one is restored.
   *
   * @default false
   */
  readonly suspend?: boolean;

  /**
   * Newest backups that stay.
   *
   * @default 7
   */
  readonly keep?: number;

  /**
   * Jobs that stay which succeeded.
   *
   * @default 1
   */
  readonly successfulJobsRetained?: number;

  /**
   * Jobs that stay which failed.
   *
   * @default 3
   */
  readonly failedJobsRetained?: number;

  /**
   * Time after which a Job is ended, also when it waits for a node that can have the volumes, in whole seconds.
   *
   * @default Duration.hours(1)
   */
  readonly activeDeadline?: Duration;

  /**
   * Requests and limits of the container.
   *
   * @default - requests 50m CPU and 128Mi memory, limit 512Mi memory
   */
  readonly resources?: ContainerResources;
}

/** S3-compatible storage for sources of stacks and sealed workspaces. */
export interface ControlPlaneS3 {
  /** Name of the bucket. */
  readonly bucket: string;

  /**
   * What the names of the objects begin with.
   *
   * @default - nothing
   */
  readonly prefix?: string;

  /**
   * Address of the storage, where it is not the one of AWS.
   *
   * @default - that of AWS
   */
  readonly endpoint?: string;

  /**
   * Region of the bucket.
   *
   * @default - as the environment of the Pod has it
   */
  readonly region?: string;

  /**
   * Whether the bucket's name stands in the path, and not in the host name.
   *
   * @default false
   */
  readonly forcePathStyle?: boolean;

  /**
   * Secret with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
   *
   * @default - the credentials that the Pod has, such as those of a role that `serviceAccountAnnotations` names
   */
  readonly credentialsSecret?: ISecret;
}

/** An MQTT 5 broker outside, in the place of the embedded one. */
export interface ControlPlaneMqttBroker {
  /** Address at which the control plane reaches the broker, as `mqtts://host[:port]`. */
  readonly url: string;

  /**
   * Address of the broker that is written into tokens.
   *
   * @default - the one that the control plane uses
   */
  readonly clientUrl?: string;

  /**
   * Secret with the certificate and the key by which the control plane proves itself to the broker, and with the CA of the
   * broker: `tls.crt`, `tls.key` and `ca.crt`.
   *
   * @default - no client certificate, and the CAs of the image
   */
  readonly credentialsSecret?: ISecret;
}

/** Type of a Service by which the control plane is reachable from outside the cluster. */
export enum ControlPlaneExternalServiceType {
  /** A port of every node. */
  NODE_PORT = 'NodePort',
  /** A load balancer of the cloud. */
  LOAD_BALANCER = 'LoadBalancer',
}

/** Which nodes hand traffic from outside on. */
export enum ControlPlaneTrafficPolicy {
  /** Every node. */
  CLUSTER = 'Cluster',
  /** A node with a Pod of the control plane, which keeps the clients' addresses. */
  LOCAL = 'Local',
}

/** A Service by which the control plane is reachable from outside the cluster. */
export interface ControlPlaneExternalService {
  /** Type of the Service. */
  readonly type: ControlPlaneExternalServiceType;

  /**
   * Port of the Service.
   *
   * @default - 8443 for HTTPS, 8883 for MQTT
   */
  readonly port?: number;

  /**
   * Port of every node, 30000 to 32767.
   *
   * @default - Kubernetes picks one where the type has such ports
   */
  readonly nodePort?: number;

  /**
   * More labels of the Service.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of the Service, such as those of a cloud for its load balancers.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Class of the load balancer.
   *
   * @default - the default one of the cluster
   */
  readonly loadBalancerClass?: string;

  /**
   * Networks that the load balancer lets through, where empty means all.
   *
   * @default - all
   */
  readonly loadBalancerSourceRanges?: string[];

  /**
   * Which nodes hand traffic on.
   *
   * @default - every node
   */
  readonly externalTrafficPolicy?: ControlPlaneTrafficPolicy;
}

/** An Ingress for HTTPS, at the host of the public URL. */
export interface ControlPlaneIngress {
  /**
   * IngressClass.
   *
   * @default - the cluster's default class
   */
  readonly className?: string;

  /**
   * More labels of the Ingress.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of the Ingress. With a certificate of its own authority the control plane needs TLS passed through, unended:
   * nginx does with
   * `nginx.ingress.kubernetes.io/ssl-passthrough: "true"`.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Secret with the certificate by which the Ingress ends TLS. Only where `tls` is false, or `tlsSecret` has a certificate of the same CA.
   *
   * @default - the Ingress controller's own certificate, where it ends TLS
   */
  readonly tlsSecret?: ISecret;
}

/** With whom the control plane may talk. DNS is always allowed, and so are the kubelet's probes. */
export interface ControlPlaneNetworkPolicy {
  /**
   * Peers that may use HTTPS and MQTT.
   *
   * @default - everybody
   */
  readonly clientPeers?: INetworkPolicyPeer[];

  /**
   * Peers that may scrape the metrics.
   *
   * @default - everybody
   */
  readonly metricsPeers?: INetworkPolicyPeer[];

  /**
   * TCP ports that the control plane may connect to, at any address, where database, blobs, broker or traces are outside:
   * S3 (443), traces (4318), PostgreSQL (5432), MQTT (8883).
   *
   * @default [443, 4318, 5432, 8883]
   */
  readonly egressPorts?: number[];

  /**
   * Peers that the control plane may connect to at any port, for example a proxy.
   *
   * @default - none
   */
  readonly egressPeers?: INetworkPolicyPeer[];
}

/** How the Prometheus operator scrapes the control plane. */
export interface ControlPlaneServiceMonitor {
  /**
   * Namespace of the ServiceMonitor.
   *
   * @default - the control plane's
   */
  readonly namespace?: string;

  /**
   * More labels, by which a Prometheus selects its ServiceMonitors.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of the ServiceMonitor.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Time between two scrapes, in whole seconds.
   *
   * @default Duration.seconds(30)
   */
  readonly interval?: Duration;

  /**
   * Time after which a scrape is given up, in whole seconds.
   *
   * @default Duration.seconds(10)
   */
  readonly scrapeTimeout?: Duration;
}

/** Alerts on the control plane, for the Prometheus operator. */
export interface ControlPlanePrometheusRule {
  /**
   * Namespace of the PrometheusRule.
   *
   * @default - the control plane's
   */
  readonly namespace?: string;

  /**
   * More labels, by which a Prometheus selects its rules.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of the PrometheusRule.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * More labels of each alert, by which Alertmanager sends it on. A severity here wins.
   *
   * @default - `severity` only
   */
  readonly alertLabels?: Record<string, string>;
}

/** Where the control plane sends spans of what it does. */
export interface ControlPlaneTraces {
  /**
   * Address of the receiver of OTLP over HTTP, as `http://host:4318`.
   *
   * @default - as the variable OTEL_EXPORTER_OTLP_ENDPOINT in `envVariables` says
   */
  readonly endpoint?: string;
}

/** Pods of the control plane that stay when nodes are drained. At most one of the two may be set. */
export interface ControlPlaneDisruptionBudget {
  /**
   * Pods that must stay.
   *
   * @default - unset
   */
  readonly minAvailable?: PercentOrAbsolute;

  /**
   * Pods that may be missing.
   *
   * @default PercentOrAbsolute.absolute(1)
   */
  readonly maxUnavailable?: PercentOrAbsolute;
}
