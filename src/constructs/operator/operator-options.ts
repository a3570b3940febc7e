import type { Duration } from 'cdk8s';
import type { INetworkPolicyPeer, ServiceType } from 'cdk8s-plus-28';
import type { ServiceMonitorOptions } from '../shared/service-monitor-options';

/** What the controller may do in the cluster. */
export enum OperatorRights {
  /** What this project's controller does: it reads Secrets by name, and neither lists nor writes them. */
  MINIMAL = 'minimal',
  /** What the official chart grants, which Spacelift's own controller needs. */
  OFFICIAL = 'official',
  /** Nothing: somebody else grants it. */
  NONE = 'none',
}

/** Least level of what the controller logs. */
export enum ControllerLogLevel {
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
  /** What ended the controller. */
  FATAL = 'fatal',
  /** Nothing. */
  SILENT = 'silent',
}

/** How the controller writes a line of its log. */
export enum ControllerLogFormat {
  /** An object of JSON. */
  JSON = 'json',
  /** `key=value` pairs. */
  LOGFMT = 'logfmt',
}

/** Timings of leader election: the lease lasts longer than the renew deadline, and that longer than the retry period. */
export interface LeaderElectionTimings {
  /**
   * Time after the last renewal at which another replica may take over, in whole seconds.
   *
   * @default Duration.seconds(15)
   */
  readonly leaseDuration?: Duration;

  /**
   * Time after which a leader that cannot renew its lease stops, in whole seconds.
   *
   * @default Duration.seconds(10)
   */
  readonly renewDeadline?: Duration;

  /**
   * Time between two attempts to take or renew the lease, in whole seconds.
   *
   * @default Duration.seconds(2)
   */
  readonly retryPeriod?: Duration;
}

/** How the controller serves its metrics. */
export interface OperatorMetrics {
  /**
   * Whether by HTTPS and only to callers that may get `/metrics`. False means plain HTTP for everybody.
   * `WorkerPoolOperator.grantMetrics` lets callers get them.
   *
   * @default true
   */
  readonly secure?: boolean;

  /**
   * Whether Spacelift's own controller offers HTTP/2 at the endpoint. The bundled controller takes the flag and speaks
   * HTTP/1.1 in any case.
   *
   * @default false
   */
  readonly enableHttp2?: boolean;

  /**
   * Type of the Service.
   *
   * @default ServiceType.CLUSTER_IP
   */
  readonly serviceType?: ServiceType;

  /**
   * More labels of the Service.
   *
   * @default - none
   */
  readonly serviceLabels?: Record<string, string>;

  /**
   * Annotations of the Service.
   *
   * @default - none
   */
  readonly serviceAnnotations?: Record<string, string>;

  /**
   * ServiceMonitor for the Prometheus operator, whose CRDs the cluster must have.
   *
   * @default - none
   */
  readonly serviceMonitor?: OperatorServiceMonitor;
}

/** How the Prometheus operator scrapes the controller. */
export interface OperatorServiceMonitor extends ServiceMonitorOptions {
  /**
   * Whether Prometheus takes the controller's certificate unseen: the controller signs one itself at each start.
   *
   * @default - true where the metrics are secure
   */
  readonly insecureSkipVerify?: boolean;

  /**
   * File with the token that Prometheus shows to the guarded endpoint. Its ServiceAccount needs the right to read them:
   * see `WorkerPoolOperator.grantMetrics`.
   *
   * @default - where the metrics are secure, the token of the ServiceAccount that Prometheus runs as
   */
  readonly bearerTokenFile?: string;
}

/** With whom the controller may talk. DNS is always allowed, and so are the kubelet's probes. */
export interface OperatorNetworkPolicy {
  /**
   * TCP ports that the controller may connect to, at any address: the API server (443, 6443), the control plane (443,
   * 8443) and its MQTT broker (443, 8883).
   *
   * @default [443, 6443, 8443, 8883]
   */
  readonly egressPorts?: number[];

  /**
   * Peers that the controller may connect to at any port, for example a proxy.
   *
   * @default - none
   */
  readonly egressPeers?: INetworkPolicyPeer[];

  /**
   * Peers that may scrape the metrics.
   *
   * @default - everybody
   */
  readonly metricsPeers?: INetworkPolicyPeer[];
}

/** Run Pods that stay when nodes are drained. At most one of the two may be set. */
export interface RunDisruptionBudget {
  /**
   * Run Pods that must stay, as a number. Kubernetes cannot compute a percentage of them, and would then let none go.
   *
   * @default - every run Pod
   */
  readonly minAvailable?: number;

  /**
   * Run Pods that may be evicted at once. Not together with minAvailable. Kubernetes cannot compute it for run Pods, and
   * then lets none go.
   *
   * @default - unset
   */
  readonly maxUnavailable?: number;
}
