import type { Duration } from 'cdk8s';
import type { ContainerProps, DnsOption, DnsPolicy, HostAlias, ISecret, IServiceAccount } from 'cdk8s-plus-28';
import type { IPodStorage } from '../shared/pod-storage';
import type { PodSecurityOptions } from '../shared/security-context';
import type { TopologySpread } from '../shared/topology-spread';
import type { RunContainerProps } from './run-container';
import type { BinariesCache, WorkspaceVolume } from './volumes';

/** What run Pods look like. Later Pods follow a change, those that run do not. */
export interface RunPodProps {
  /**
   * Time after its start at which Kubernetes ends a Pod. The run fails then. At least one second, in whole seconds.
   *
   * @default Duration.minutes(70)
   */
  readonly activeDeadline?: Duration;

  /**
   * Time that containers get between the request to stop and the kill, in whole seconds.
   *
   * @default Duration.seconds(30)
   */
  readonly terminationGracePeriod?: Duration;

  /**
   * Labels added to the Pods. Those of the operator win.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations added to the Pods. Those of the operator win.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Further volumes of the Pods. A volume that a container mounts needs no mention here.
   *
   * @default - none
   */
  readonly volumes?: IPodStorage[];

  /**
   * The volume of source and state while the run is worked on.
   *
   * @default - a folder on the node's disk without size limit, deleted with the Pod
   */
  readonly workspace?: WorkspaceVolume;

  /**
   * The volume in which the container `init` keeps the tools that stacks name by their version.
   *
   * @default - a folder on the node's disk, deleted with the Pod: nothing is kept between runs
   */
  readonly binariesCache?: BinariesCache;

  /**
   * ServiceAccount of the Pods, in the namespace of the pool.
   *
   * @default - the ServiceAccount "default"
   */
  readonly serviceAccount?: IServiceAccount;

  /**
   * Whether the ServiceAccount's token is mounted into the containers.
   *
   * @default - the ServiceAccount decides
   */
  readonly automountServiceAccountToken?: boolean;

  /**
   * Security options of the whole Pod.
   *
   * @default - fsGroup 1983 where the workspace or the cache is a volume that belongs to root; else nothing
   */
  readonly securityContext?: PodSecurityOptions;

  /**
   * Secrets with registry credentials for the Pods' images.
   *
   * @default - none
   */
  readonly imagePullSecrets?: ISecret[];

  /**
   * Labels that a node must have to run the Pods. `WorkerPool.scheduling` has finer rules.
   *
   * @default - any node
   */
  readonly nodeSelector?: Record<string, string>;

  /**
   * The one node to run on. The scheduler is passed over.
   *
   * @default - the scheduler chooses
   */
  readonly nodeName?: string;

  /**
   * Scheduler of the Pods.
   *
   * @default - the cluster's default scheduler
   */
  readonly schedulerName?: string;

  /**
   * RuntimeClass of the Pods, for example of a sandboxed runtime.
   *
   * @default - the node's usual runtime
   */
  readonly runtimeClassName?: string;

  /**
   * DNS settings.
   *
   * @default - those of the cluster
   */
  readonly dns?: RunPodDns;

  /**
   * Lines added to /etc/hosts of the containers.
   *
   * @default - none
   */
  readonly hostAliases?: HostAlias[];

  /**
   * How the Pods are spread over zones, nodes or other domains.
   *
   * @default - as the scheduler does by itself
   */
  readonly topologySpread?: TopologySpread[];

  /**
   * Whether the containers of a Pod see the processes of one another. `launcher-grpc` is then of a user of its own, and
   * `worker` can have neither privileges nor capabilities, because a run could read the private key of the pool.
   *
   * @default false
   */
  readonly shareProcessNamespace?: boolean;

  /**
   * Image of the containers `init` and `launcher-grpc`, for example a copy in your own registry. It must fit the
   * control plane.
   *
   * @default - the image that the control plane names
   */
  readonly launcherImage?: string;

  /**
   * Image of the container `worker` for runs whose stack names none, unless they are Ansible runs.
   *
   * @default - the image that the control plane names
   */
  readonly defaultRunnerImage?: string;

  /**
   * Image of the container `worker` for Ansible runs whose stack names none.
   *
   * @default - the image that the control plane names
   */
  readonly defaultAnsibleRunnerImage?: string;

  /**
   * Image of the container `intent-worker` of Intent projects.
   *
   * Not yet carried out by the bundled controller: Intent projects.
   *
   * @default - the image that the control plane names
   */
  readonly defaultIntentImage?: string;

  /**
   * Directories put first in the PATH of a run, so that an image's own tools win.
   *
   * @default - the PATH starts with the tools that the run downloaded
   */
  readonly customBinariesPath?: string;

  /**
   * The container `init`, which fetches the source, applies the initialization policy and prepares the workspace.
   *
   * @default - as the operator makes it
   */
  readonly initContainer?: RunContainerProps;

  /**
   * The container `launcher-grpc`, which passes on logs, outcome and workspace and hears requests to stop.
   *
   * @default - as the operator makes it
   */
  readonly grpcServerContainer?: RunContainerProps;

  /**
   * The container `worker`, which does the work of the run in the runner image of its stack.
   *
   * @default - as the operator makes it
   */
  readonly workerContainer?: RunContainerProps;

  /**
   * Init containers that run before the built-in one, with the safe defaults of cdk8s-plus (see
   * `WorkerPool.addSidecar`).
   *
   * @default - none
   */
  readonly initContainers?: ContainerProps[];

  /**
   * Containers beside the built-in ones, for example a Docker daemon, with the safe defaults of cdk8s-plus (see
   * `WorkerPool.addSidecar`). They are stopped when the run is over.
   *
   * @default - none
   */
  readonly sidecars?: ContainerProps[];
}

/** DNS settings of run Pods. Their host names are the operator's. */
export interface RunPodDns {
  /**
   * Where the containers look names up.
   *
   * @default - as the cluster does for every Pod
   */
  readonly policy?: DnsPolicy;

  /**
   * IP addresses of DNS servers, 3 at most, before those of the policy.
   *
   * @default - those of the policy
   */
  readonly nameservers?: string[];

  /**
   * Domains in which names without a dot are looked up, beside those of the policy.
   *
   * @default - those of the policy
   */
  readonly searches?: string[];

  /**
   * Options of the resolver, such as "ndots".
   *
   * @default - those of the policy
   */
  readonly options?: DnsOption[];
}
