// Made by `npm run generate`; change its source instead of this file.

import type { Condition } from './meta';
import type { Affinity, Container, EnvFromSource, EnvVar, HostAlias, Lifecycle, LocalObjectReference, PodDNSConfig, PodSecurityContext, ResourceRequirements, SecretKeySelector, SecurityContext, Toleration, TopologySpreadConstraint, Volume, VolumeMount } from './kubernetes.generated';

/** What a WorkerPool is to be. */
export interface WorkerPoolSpec {
  /**
   * Number of Workers, which is the number of runs at the same time, 10000 at most. Runs in progress are never ended to reach it.
   * @default - 1 for a new pool; afterwards the last size stays, so that autoscalers are not overruled
   */
  readonly poolSize?: number;
  /**
   * The pool's token as the control plane handed it out. Belongs with `privateKey`.
   * @default - the pool registers itself, with `spaceliftAPICredentials` or the credentials of the operator
   */
  readonly token?: SecretKeyRef;
  /**
   * Base64 of the PEM file of the pool's private key. Belongs with `token`.
   * @default - as for `token`
   */
  readonly privateKey?: SecretKeyRef;
  /**
   * API key with which the pool registers itself. Wins over the credentials of the operator.
   * @default - the credentials of the operator are used, where it has any
   */
  readonly spaceliftAPICredentials?: SpaceliftAPICredentials;
  /**
   * ID of the space in which a pool that registers itself is made. Other pools ignore it.
   * @default - the control plane chooses the space
   */
  readonly space?: string;
  /** Description of a pool that registers itself. Other pools ignore it. */
  readonly description?: string;
  /**
   * Limits of drift detection on a pool that registers itself. Other pools ignore it.
   * @default - no limit
   */
  readonly driftDetectionRunLimits?: DriftDetectionRunLimits;
  /**
   * Registries that runner images of stacks may come from. A run with an image from elsewhere fails.
   * @default - every registry is allowed
   */
  readonly allowedRunnerImageHosts?: readonly string[];
  /**
   * How the pool hears of its runs: `mqtt`, or `poll` for HTTP long polling.
   * @default "mqtt"
   */
  readonly commsProtocol?: 'mqtt' | 'poll';
  /** Base URL for HTTP long polling. Required when `commsProtocol` is `poll`. */
  readonly pollCommsURL?: string;
  /**
   * Attempts to reconnect a lost MQTT session before the condition Registered turns to ControlPlaneUnreachable. Attempts go on after that, so that the pool goes on by itself when the cause is mended.
   * @default 5
   */
  readonly mqttReconnectRetryCount?: number;
  /**
   * Successful Pods that are kept, for each Worker; the oldest go first. 0 removes them at once.
   * @default - 0, or no limit by number when `successfulPodsHistoryTTL` is set
   */
  readonly successfulPodsHistoryLimit?: number;
  /**
   * Age, since their creation, at which successful Pods are removed, such as 30m or 24h.
   * @default - no limit by age
   */
  readonly successfulPodsHistoryTTL?: string;
  /**
   * Failed Pods that are kept, for each Worker; the oldest go first. 0 removes them at once.
   * @default - 5, or no limit by number when `failedPodsHistoryTTL` is set
   */
  readonly failedPodsHistoryLimit?: number;
  /**
   * Age, since their creation, at which failed Pods are removed, such as 30m or 24h.
   * @default - no limit by age
   */
  readonly failedPodsHistoryTTL?: string;
  /**
   * Whether successful Pods are kept, for as long as the other fields let them.
   * @deprecated use successfulPodsHistoryLimit or successfulPodsHistoryTTL, which win over it.
   * @default - false
   */
  readonly keepSuccessfulPods?: boolean;
  /** Settings of the Pods that carry out runs. They hold for Pods made afterwards. */
  readonly pod?: WorkerPoolPod;
}

/** A value in a Secret of the pool's namespace. */
export interface SecretKeyRef {
  /** Name of the Secret and the key in it. */
  readonly secretKeyRef: SecretKeySelector;
}

/** The API key with which a pool registers itself. */
export interface SpaceliftAPICredentials {
  /** Secret in the namespace of the pool. */
  readonly secretName?: string;
  /**
   * Key of the Secret that holds the URL of the account, without a path.
   * @default "endpoint"
   */
  readonly keyEndpointField?: string;
  /**
   * Key of the Secret that holds the ID of the API key.
   * @default "keyId"
   */
  readonly keyIdField?: string;
  /**
   * Key of the Secret that holds the secret of the API key.
   * @default "keySecret"
   */
  readonly keySecretField?: string;
  /**
   * One key of a Secret that holds all three values, as JSON with endpoint, keyId and keySecret.
   * @deprecated use secretName.
   */
  readonly secretKeyRef?: SecretKeySelector;
}

/** How many drift-detection runs the pool takes at once. */
export interface DriftDetectionRunLimits {
  /**
   * Whether the pool takes no drift-detection runs at all.
   * @default false
   */
  readonly disabled?: boolean;
  /** Drift-detection runs at the same time. */
  readonly maxRuns?: number;
}

/** What can be set of the Pods that carry out runs. */
export interface WorkerPoolPod {
  /**
   * Seconds after its start at which Kubernetes ends the Pod; the run fails then. Set the worker container's SPACELIFT_LAUNCHER_RUN_TIMEOUT to the same time, so that the run's log says why.
   * @default - 4200 (70 minutes)
   */
  readonly activeDeadlineSeconds?: number;
  /**
   * Seconds that containers get between the request to stop and the kill.
   * @default - 30
   */
  readonly terminationGracePeriodSeconds?: number;
  /** Labels added to run Pods. Those of the operator win. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations added to run Pods. Those of the operator win. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Further volumes of the Pod. Containers get them through their `volumeMounts`. */
  readonly volumes?: readonly Volume[];
  /**
   * The volume at /opt/spacelift/workspace, which holds the source and the state of the run while it is worked on. The data is sensitive: prefer a volume that lives and dies with the Pod and is shared with nobody.
   * @default - an emptyDir without size limit
   */
  readonly workspaceVolume?: Volume;
  /**
   * The volume at /opt/spacelift/binaries_cache, in which the container `init` keeps the tools that stacks name by their version. Runs share them only when the volume can be written by many Pods at a time (ReadWriteMany). The steps see it read-only.
   * @default - an emptyDir without size limit, so nothing is kept between runs
   */
  readonly binariesCacheVolume?: Volume;
  /**
   * ServiceAccount that run Pods use.
   * @default - the `default` ServiceAccount of the namespace
   */
  readonly serviceAccountName?: string;
  /**
   * Whether the ServiceAccount's token is mounted into the containers.
   * @default - the ServiceAccount decides
   */
  readonly automountServiceAccountToken?: boolean;
  /** Security options of the whole Pod. `fsGroup: 1983` lets the built-in containers write to volumes that belong to root. */
  readonly securityContext?: PodSecurityContext;
  /** Secrets with registry credentials for the Pod's images. */
  readonly imagePullSecrets?: readonly LocalObjectReference[];
  /** Labels that a node must have to run the Pods. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** The one node to run on; the scheduler is passed over. */
  readonly nodeName?: string;
  /** Rules that draw Pods to nodes or to other Pods, or part them. */
  readonly affinity?: Affinity;
  /**
   * Scheduler of the Pods.
   * @default - the default scheduler
   */
  readonly schedulerName?: string;
  /** Taints of nodes that the Pods put up with. */
  readonly tolerations?: readonly Toleration[];
  /** How the Pods are spread over zones, nodes or other domains. */
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  /**
   * RuntimeClass of the Pods, for example of a sandboxed runtime.
   * @default - the node's usual runtime
   */
  readonly runtimeClassName?: string;
  /** Lines added to /etc/hosts of the containers. */
  readonly hostAliases?: readonly HostAlias[];
  /** DNS settings, merged with those of `dnsPolicy`. */
  readonly dnsConfig?: PodDNSConfig;
  /**
   * Where DNS settings come from: ClusterFirst, ClusterFirstWithHostNet, Default or None.
   * @default - ClusterFirst
   */
  readonly dnsPolicy?: string;
  /**
   * Whether the containers of a Pod see the processes of one another. `launcher-grpc` then runs as user 1984, so that no run can read the private key of the pool from it, and `worker` gets neither privileges nor capabilities. Files that a run makes readable for its user alone cannot be kept from its plan to its apply.
   * @default - false
   */
  readonly shareProcessNamespace?: boolean;
  /** Init containers that run before the built-in one. */
  readonly customInitContainers?: readonly Container[];
  /** The built-in init container `init`, which fetches the source, applies the initialization policy and prepares the workspace. */
  readonly initContainer?: BuiltInInitContainer;
  /** The built-in container `launcher-grpc`, which passes on logs, outcome and workspace and hears requests to stop. */
  readonly grpcServerContainer?: BuiltInContainer;
  /** The built-in container `worker`, which does the work of the run in the runner image of its stack. */
  readonly workerContainer?: BuiltInContainer;
  /** Containers beside the built-in ones, for example a Docker daemon; they are stopped when the run is over. */
  readonly additionalSidecarContainers?: readonly Container[];
  /**
   * Image of `init` and `launcher-grpc`, for example a copy in your own registry. It must fit the control plane.
   * @default - the image that the control plane names, which always fits
   */
  readonly launcherImage?: string;
  /**
   * Image of `worker` for runs whose stack names none, unless they are Ansible runs.
   * @default - the image that the control plane names
   */
  readonly defaultRunnerImage?: string;
  /**
   * Image of `worker` for Ansible runs whose stack names none.
   * @default - the image that the control plane names
   */
  readonly defaultAnsibleRunnerImage?: string;
  /**
   * Image of the container `intent-worker` of Intent projects.
   * Not yet carried out by the bundled controller: Intent projects.
   * @default - the image that the control plane names
   */
  readonly defaultIntentImage?: string;
  /**
   * Directories put before /opt/spacelift/binaries in the PATH of a run, so that an image's own tools win.
   * @default - the PATH starts with /opt/spacelift/binaries
   */
  readonly customBinariesPath?: string;
}

/** What can be set of the init container that the operator makes. */
export interface BuiltInInitContainer {
  /** Environment variables of the container, beside those that the operator sets. */
  readonly env?: readonly EnvVar[];
  /** ConfigMaps and Secrets whose keys become environment variables; `env` wins over them. */
  readonly envFrom?: readonly EnvFromSource[];
  /**
   * When the kubelet pulls the image: Always, IfNotPresent or Never.
   * @default - Kubernetes decides by the tag of the image
   */
  readonly imagePullPolicy?: string;
  /**
   * CPU, memory and other resources that the container asks for and may use. Runs of stacks with many resources need more; limits that are too low slow runs down or end them.
   * @default - no requests and no limits, unless the namespace has a LimitRange
   */
  readonly resources?: ResourceRequirements;
  /**
   * Security options of the container; each one that is set replaces the built-in one, the others stay. The images expect UID and GID 1983; other users may lack the right to read or write the workspace.
   * @default - UID and GID 1983 and not root, no privilege escalation, no capabilities, seccomp profile RuntimeDefault; what the Pod sets goes before that
   */
  readonly securityContext?: SecurityContext;
  /** Where volumes of `spec.pod.volumes` appear in the container. Workspace and binaries cache are mounted anyway. */
  readonly volumeMounts?: readonly VolumeMount[];
}

/** What can be set of a container that the operator makes. */
export interface BuiltInContainer {
  /** Environment variables of the container, beside those that the operator sets. */
  readonly env?: readonly EnvVar[];
  /** ConfigMaps and Secrets whose keys become environment variables; `env` wins over them. */
  readonly envFrom?: readonly EnvFromSource[];
  /**
   * When the kubelet pulls the image: Always, IfNotPresent or Never.
   * @default - Kubernetes decides by the tag of the image
   */
  readonly imagePullPolicy?: string;
  /**
   * CPU, memory and other resources that the container asks for and may use. Runs of stacks with many resources need more; limits that are too low slow runs down or end them.
   * @default - no requests and no limits, unless the namespace has a LimitRange
   */
  readonly resources?: ResourceRequirements;
  /**
   * Security options of the container; each one that is set replaces the built-in one, the others stay. The images expect UID and GID 1983; other users may lack the right to read or write the workspace.
   * @default - UID and GID 1983 and not root, no privilege escalation, no capabilities, seccomp profile RuntimeDefault; what the Pod sets goes before that
   */
  readonly securityContext?: SecurityContext;
  /** Where volumes of `spec.pod.volumes` appear in the container. Workspace and binaries cache are mounted anyway. */
  readonly volumeMounts?: readonly VolumeMount[];
  /** Hooks that run after the container started and before it is stopped. */
  readonly lifecycle?: Lifecycle;
}

/** What a WorkerPool is, as the operator last saw it. */
export interface WorkerPoolStatus {
  /**
   * Workers that exist.
   * @default - the pool could not be registered yet; the condition Registered says why
   */
  readonly actualPoolSize?: number;
  /** Workers that are wanted, after `spec.poolSize` and its default. */
  readonly desiredPoolSize?: number;
  /** Whether the pool registered itself. */
  readonly autoRegistered?: boolean;
  /** Label selector that autoscalers demand of a scalable object, `workers.spacelift.io/not-used=<ULID>`. It matches no Pod, because idle Workers have none. */
  readonly selector?: string;
  /** Generation of the spec that this status speaks of. */
  readonly observedGeneration?: number;
  /** Ready sums up. Registered: token and key could be read and the control plane accepted them. PodTemplateValid: the API server would take a Pod made of `spec.pod`. */
  readonly conditions?: readonly Condition[];
}

/** A Worker has no settings of its own; they are those of its pool. */
export type WorkerSpec = Readonly<Record<string, never>>;

/** What a Worker does, as the operator last saw it. */
export interface WorkerStatus {
  /**
   * ULID of the run that the Worker has.
   * @default - it is idle
   */
  readonly currentRunID?: string;
  /** Whether the control plane may give runs to the Worker. */
  readonly registered?: boolean;
  /** State of the Worker in the words of the control plane, such as IDLE or BUSY. */
  readonly state?: string;
  /** Registered: the control plane knows the Worker. Waiting: True, with the reason, while the Worker waits for something else than a run (its own end, a lost node, a stop). RunPodStarted: False, with the reason, while a run waits for its Pod to start. */
  readonly conditions?: readonly Condition[];
}
