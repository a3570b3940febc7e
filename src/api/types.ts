import type { Condition } from './conditions';
import type {
  Affinity,
  Container,
  EnvFromSource,
  EnvVar,
  HostAlias,
  Lifecycle,
  LocalObjectReference,
  PodDNSConfig,
  PodSecurityContext,
  ResourceRequirements,
  SecretKeySelector,
  SecurityContext,
  Toleration,
  TopologySpreadConstraint,
  Volume,
  VolumeMount,
} from './kubernetes.generated';

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: string[];
  readonly ownerReferences?: OwnerReference[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** A value of the pool in a Secret beside it. */
export interface SecretKeyRef {
  readonly secretKeyRef: SecretKeySelector;
}

export interface SpaceliftAPICredentials {
  readonly secretKeyRef?: SecretKeySelector;
  readonly secretName?: string;
  readonly keyEndpointField?: string;
  readonly keyIdField?: string;
  readonly keySecretField?: string;
}

export interface DriftDetectionRunLimits {
  readonly disabled?: boolean;
  readonly maxRuns?: number;
}

/** What can be set of a container that the operator makes. */
export interface BuiltInContainer {
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvFromSource[];
  readonly imagePullPolicy?: string;
  readonly resources?: ResourceRequirements;
  readonly securityContext?: SecurityContext;
  readonly volumeMounts?: readonly VolumeMount[];
  readonly lifecycle?: Lifecycle;
}

export interface WorkerPoolPod {
  readonly activeDeadlineSeconds?: number;
  readonly terminationGracePeriodSeconds?: number;
  readonly volumes?: readonly Volume[];
  readonly workspaceVolume?: Volume;
  readonly binariesCacheVolume?: Volume;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: PodSecurityContext;
  readonly imagePullSecrets?: readonly LocalObjectReference[];
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  readonly schedulerName?: string;
  readonly runtimeClassName?: string;
  readonly affinity?: Affinity;
  readonly tolerations?: readonly Toleration[];
  readonly hostAliases?: readonly HostAlias[];
  readonly dnsConfig?: PodDNSConfig;
  readonly dnsPolicy?: string;
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly customInitContainers?: readonly Container[];
  readonly additionalSidecarContainers?: readonly Container[];
  readonly launcherImage?: string;
  readonly initContainer?: BuiltInContainer;
  readonly grpcServerContainer?: BuiltInContainer;
  readonly workerContainer?: BuiltInContainer;
  readonly customBinariesPath?: string;
  readonly defaultRunnerImage?: string;
  readonly defaultAnsibleRunnerImage?: string;
  readonly defaultIntentImage?: string;
  readonly shareProcessNamespace?: boolean;
}

export interface WorkerPoolSpec {
  readonly poolSize?: number;
  readonly token?: SecretKeyRef;
  readonly privateKey?: SecretKeyRef;
  readonly allowedRunnerImageHosts?: readonly string[];
  readonly space?: string;
  readonly description?: string;
  readonly driftDetectionRunLimits?: DriftDetectionRunLimits;
  readonly successfulPodsHistoryLimit?: number;
  readonly failedPodsHistoryLimit?: number;
  readonly successfulPodsHistoryTTL?: string;
  readonly failedPodsHistoryTTL?: string;
  readonly keepSuccessfulPods?: boolean;
  readonly mqttReconnectRetryCount?: number;
  readonly spaceliftAPICredentials?: SpaceliftAPICredentials;
  readonly commsProtocol?: 'mqtt' | 'poll';
  readonly pollCommsURL?: string;
  readonly pod?: WorkerPoolPod;
}

export interface WorkerPoolStatus {
  /** Absent until the pool is registered for the first time. */
  readonly actualPoolSize?: number;
  readonly desiredPoolSize?: number;
  readonly autoRegistered?: boolean;
  readonly selector?: string;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

export interface WorkerPool {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly spec?: WorkerPoolSpec;
  readonly status?: WorkerPoolStatus;
}

export type WorkerSpec = Readonly<Record<string, never>>;

export interface WorkerStatus {
  readonly currentRunID?: string;
  readonly registered?: boolean;
  readonly state?: string;
  readonly conditions?: readonly Condition[];
}

export interface Worker {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly spec?: WorkerSpec;
  readonly status?: WorkerStatus;
}
