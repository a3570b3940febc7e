import type { ContainerResources, DeploymentStrategy, EnvValue, HostAlias, IServiceAccount } from 'cdk8s-plus-28';
import type { Duration } from 'cdk8s';
import type { DisruptionBudget } from '../shared/disruption-budget';
import type { PodVolumeMount } from '../shared/pod-storage';
import type { ProgramPodProps } from '../shared/program-pod-props';
import type { PodSecurityOptions } from '../shared/security-context';
import type {
  ControllerLogFormat,
  ControllerLogLevel,
  LeaderElectionTimings,
  OperatorMetrics,
  OperatorNetworkPolicy,
  OperatorRights,
  RunDisruptionBudget,
} from './operator-options';

/** Properties of a `WorkerPoolOperator`. */
export interface WorkerPoolOperatorProps extends ProgramPodProps {
  /**
   * What the name of every object begins with.
   *
   * @default "spacelift-workerpool-controller"
   */
  readonly name?: string;

  /**
   * Namespace of the controller.
   *
   * @default - the chart's namespace; an error where it has none
   */
  readonly namespace?: string;

  /**
   * Namespaces whose WorkerPools are served, each with a Role of its own. The controller's own namespace is served only if
   * it is among them.
   *
   * @default - every namespace
   */
  readonly watchNamespaces?: string[];

  /**
   * Whether to install and upgrade the CRDs of WorkerPool and Worker.
   *
   * @default true
   */
  readonly installCrds?: boolean;

  /**
   * More labels of every object. The CRDs have them, too. Those that it has anyway win.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of every object. The CRDs have them, too.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Image of the controller, with its tag or digest.
   *
   * @default - "cdk8s-worker-pools/controller" in this package's version
   */
  readonly image?: string;

  /**
   * Number of Pods. One leads, further ones stand by and take over within seconds.
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * How Pods are replaced by new ones.
   *
   * @default - Kubernetes' own rolling update
   */
  readonly strategy?: DeploymentStrategy;

  /**
   * Old ReplicaSets that are kept to roll back to.
   *
   * @default 10
   */
  readonly revisionHistoryLimit?: number;

  /**
   * Requests and limits of the controller's container.
   *
   * @default - requests 100m CPU and 128Mi memory, limit 512Mi memory
   */
  readonly resources?: ContainerResources;

  /**
   * Arguments of the controller. Those for metrics, namespaces, leader election and logging are appended. Several
   * replicas need `--leader-elect`.
   *
   * @default - health probes at :8081 and leader election
   */
  readonly args?: string[];

  /**
   * More arguments of the controller, after args.
   *
   * @default - none
   */
  readonly extraArgs?: string[];

  /**
   * Environment variables of the controller's container, for example `HTTPS_PROXY`.
   *
   * @default - none, beside those that it always has
   */
  readonly envVariables?: Record<string, EnvValue>;

  /**
   * Where volumes appear in the controller's container. Each becomes a volume of the Pod. CA certificates are read
   * from below `/opt/spacelift/certs`.
   *
   * @default - none
   */
  readonly volumeMounts?: PodVolumeMount[];

  /**
   * Entries of the Pod's hosts file.
   *
   * @default - none
   */
  readonly hostAliases?: HostAlias[];

  /**
   * Labels of the nodes on which the Pod may run. `WorkerPoolOperator.scheduling` has finer rules.
   *
   * @default - any Linux node, amd64 or arm64
   */
  readonly nodeSelector?: Record<string, string>;

  /**
   * Security options of the Pod. What is set is laid over the default.
   *
   * @default - runs as another user than root, with the runtime's seccomp profile
   */
  readonly securityContext?: PodSecurityOptions;

  /**
   * Time that the controller has to give its lease back when it is stopped, in whole seconds.
   *
   * @default Duration.seconds(30)
   */
  readonly terminationGracePeriod?: Duration;

  /**
   * More labels of the Pod. The labels that the Deployment selects by cannot be changed.
   *
   * @default - none
   */
  readonly podLabels?: Record<string, string>;

  /**
   * Annotations of the Pod, for instance `karpenter.sh/do-not-disrupt`.
   *
   * @default - none
   */
  readonly podAnnotations?: Record<string, string>;

  /**
   * ServiceAccount of the controller. It gets the controller's rights.
   *
   * @default - a new one
   */
  readonly serviceAccount?: IServiceAccount;

  /**
   * Annotations of the ServiceAccount. Not together with `serviceAccount`.
   *
   * @default - none
   */
  readonly serviceAccountAnnotations?: Record<string, string>;

  /**
   * What the controller may do in the cluster.
   *
   * @default OperatorRights.MINIMAL
   */
  readonly rights?: OperatorRights;

  /**
   * Whether Kubernetes' own roles for people grant WorkerPools and Workers, too: `view` to look at them, `edit` and `admin` to
   * make and change them. Only where every namespace is served, and not with `OperatorRights.NONE`. Whoever may make a
   * WorkerPool may run any Pod that its namespace admits.
   *
   * @default true
   */
  readonly aggregateClusterRoles?: boolean;

  /**
   * Timings of leader election. Spacelift's own controller image has no flags for them.
   *
   * @default - those of the controller
   */
  readonly leaderElection?: LeaderElectionTimings;

  /**
   * Least level that is logged. Spacelift's own controller image has no flag for it.
   *
   * @default ControllerLogLevel.INFO
   */
  readonly logLevel?: ControllerLogLevel;

  /**
   * How a log line is written. Spacelift's own controller image has no flag for it.
   *
   * @default ControllerLogFormat.JSON
   */
  readonly logFormat?: ControllerLogFormat;

  /**
   * Sets `GODEBUG=fips140=only`: the controller, the official one as well, then uses algorithms of FIPS 140 alone. The bundled
   * one ends with exit code 2 where the OpenSSL of its image has no FIPS provider.
   *
   * @default false
   */
  readonly enforceFips140?: boolean;

  /**
   * Metrics endpoint with its Service and roles.
   *
   * @default - no metrics
   */
  readonly metrics?: OperatorMetrics;

  /**
   * NetworkPolicy of the controller. It closes what it does not name.
   *
   * @default - none
   */
  readonly networkPolicy?: OperatorNetworkPolicy;

  /**
   * Keeps run Pods from being evicted until their runs are over, as when nodes are drained: the controller keeps a
   * PodDisruptionBudget in each namespace that has any. With a number, or with `OperatorRights.OFFICIAL`, one is made
   * beforehand in each of `watchNamespaces` instead, or in the controller's own namespace where those are not set.
   *
   * @default - none
   */
  readonly runDisruptionBudget?: RunDisruptionBudget;

  /**
   * PodDisruptionBudget of the controller itself.
   *
   * @default - none
   */
  readonly controllerDisruptionBudget?: DisruptionBudget;

  /**
   * DNS domain of the cluster.
   *
   * @default "cluster.local"
   */
  readonly clusterDomain?: string;
}
