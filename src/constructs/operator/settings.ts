import type { k8s } from 'cdk8s-plus-28';
import type {
  Affinity,
  EnvFromSource,
  EnvVar,
  PodSecurityContext,
  ResourceRequirements,
  SecurityContext,
  Toleration,
  TopologySpreadConstraint,
  Volume,
  VolumeMount,
} from '../../api';
import type { PullSecret } from '../shared/image-pull-secrets';
import type { Later, StringMap } from '../../charting/deferred';
import type { Template } from '../../charting/manifest';

/** Everything that the operator's objects depend on, total: from a construct's props, or from a chart's values. */
export interface OperatorSettings {
  /** What every object's name begins with. */
  readonly name: Later<string>;
  /** Namespace of the controller itself. */
  readonly namespace: Later<string>;
  /** Labels of every object. */
  readonly labels: Later<StringMap>;
  /** Annotations of every object. */
  readonly annotations: Later<StringMap>;
  /** The part of the labels by which Deployment and Service find the Pods; must never change for a release. */
  readonly selectorLabels: StringMap;
  /** Namespaces of the WorkerPools; none means all, by ClusterRole. */
  readonly namespaces: Later<readonly string[]>;
  /** Describes the Pod at synthesis, for a construct whose Pod may be added to until then. @default - at once */
  readonly putOff?: <T>(make: () => T) => T;
  readonly deployment: DeploymentSettings;
  readonly manager: ManagerSettings;
  readonly serviceAccount: ServiceAccountSettings;
  readonly rbac: RbacSettings;
  readonly metrics: MetricsSettings;
  readonly networkPolicy: NetworkPolicySettings;
  /** Keeps `kubectl drain` and node autoscalers from evicting run Pods. */
  readonly runDisruptionBudget: DisruptionBudgetSettings;
  readonly controllerDisruptionBudget: DisruptionBudgetSettings;
}

export interface DeploymentSettings {
  readonly replicas: Later<number | undefined>;
  readonly strategy: Later<object>;
  readonly revisionHistoryLimit: Later<number | undefined>;
  /** Labels of the Deployment object alone. */
  readonly extraLabels: Later<StringMap>;
  readonly annotations: Later<StringMap>;
  readonly podAnnotations: Later<StringMap>;
  readonly podLabels: Later<StringMap>;
  readonly nodeSelector: Later<StringMap>;
  readonly affinity: Later<Affinity>;
  /** Passes the scheduler over; charts have no value for it. */
  readonly nodeName?: string;
  readonly tolerations: Later<readonly Toleration[]>;
  readonly topologySpreadConstraints: Later<readonly TopologySpreadConstraint[]>;
  readonly imagePullSecrets: Later<readonly PullSecret[]>;
  readonly podSecurityContext: Later<PodSecurityContext>;
  readonly extraVolumes: Later<readonly Volume[]>;
  readonly terminationGracePeriodSeconds: Later<number>;
  readonly priorityClassName: Later<string | undefined>;
}

export interface ManagerSettings {
  readonly image: Later<string>;
  readonly imagePullPolicy: Later<string | undefined>;
  readonly args: Later<readonly string[]>;
  readonly extraEnv: Later<readonly EnvVar[]>;
  readonly extraEnvFrom: Later<readonly EnvFromSource[]>;
  readonly containerSecurityContext: Later<SecurityContext>;
  readonly resources: Later<ResourceRequirements>;
  readonly extraVolumeMounts: Later<readonly VolumeMount[]>;
  readonly enforceFips140: Later<boolean>;
  readonly kubernetesClusterDomain: Later<string>;
  readonly leaderElection: LeaderElectionSettings;
  readonly logging: LoggingSettings;
}

/** Becomes flags of the controller where it is set, because Spacelift's own image does not know them. */
export interface LeaderElectionSettings {
  readonly leaseDurationSeconds: Later<number | undefined>;
  readonly renewDeadlineSeconds: Later<number | undefined>;
  readonly retryPeriodSeconds: Later<number | undefined>;
}

/** Becomes flags of the controller where it is set, because Spacelift's own image does not know them. */
export interface LoggingSettings {
  readonly level: Later<string | undefined>;
  readonly format: Later<string | undefined>;
}

export interface ServiceAccountSettings {
  readonly create: Later<boolean>;
  readonly name: Later<string>;
  readonly annotations: Later<StringMap>;
  readonly labels: Later<StringMap>;
}

export interface RbacSettings {
  readonly create: Later<boolean>;
  /** `minimal` or `official`. */
  readonly rules: Later<string>;
  /** Whether Kubernetes' own roles for people grant pools, too; only where the controller serves every namespace. */
  readonly aggregateClusterRoles: Later<boolean>;
}

export interface MetricsSettings {
  /** Name of the Service and the ServiceMonitor. */
  readonly name: Later<string>;
  readonly enabled: Later<boolean>;
  readonly secure: Later<boolean>;
  readonly enableHTTP2: Later<boolean>;
  readonly ports: Template<k8s.ServicePort[]>;
  readonly type: Later<string | undefined>;
  readonly labels: Later<StringMap>;
  readonly annotations: Later<StringMap>;
  readonly serviceMonitor: ServiceMonitorSettings;
}

export interface ServiceMonitorSettings {
  readonly enabled: Later<boolean>;
  readonly namespace: Later<string>;
  readonly port: Later<string>;
  readonly interval: Later<string | undefined>;
  readonly scrapeTimeout: Later<string | undefined>;
  readonly path: Later<string | undefined>;
  readonly scheme: Later<string | undefined>;
  readonly additionalLabels: Later<StringMap>;
  readonly annotations: Later<StringMap>;
  readonly tlsConfig: Later<Readonly<Record<string, unknown>>>;
  readonly bearerTokenFile: Later<string>;
}

export interface NetworkPolicySettings {
  readonly enabled: Later<boolean>;
  /** TCP ports that the controller may connect to, wherever they are. */
  readonly egressPorts: Later<readonly number[]>;
  readonly extraEgress: Later<readonly object[]>;
  /** Who may scrape the metrics; nobody named means everybody. */
  readonly metricsFrom: Later<readonly object[]>;
  readonly extraIngress: Later<readonly object[]>;
}

export interface DisruptionBudgetSettings {
  readonly enabled: Later<boolean>;
  readonly minAvailable: Later<number | string | undefined>;
  readonly maxUnavailable: Later<number | string | undefined>;
}
