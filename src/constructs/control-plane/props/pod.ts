import type { Duration } from 'cdk8s';
import type { ContainerResources, EnvValue, IServiceAccount } from 'cdk8s-plus-28';
import type { DisruptionBudget } from '../../shared/disruption-budget';
import type { PodVolumeMount } from '../../shared/pod-storage';
import type { PodSecurityOptions } from '../../shared/security-context';
import type { ProgramPodProps } from '../../shared/program-pod-props';

/** What a cluster may ask of the Pods of a control plane. */
export interface ControlPlanePodProps extends ProgramPodProps {
  /**
   * Requests and limits.
   *
   * @default - requests 100m CPU and 128Mi memory, limit 1Gi memory
   */
  readonly resources?: ContainerResources;

  /**
   * Environment variables of the container, for example `HTTPS_PROXY`.
   *
   * @default - none, beside those that it always has
   */
  readonly envVariables?: Record<string, EnvValue>;

  /**
   * Where volumes appear in the container. Each becomes a volume of the Pod.
   *
   * @default - none
   */
  readonly volumeMounts?: PodVolumeMount[];

  /**
   * Labels of the nodes on which the Pod may run. `WorkerPoolControlPlane.scheduling` has finer rules.
   *
   * @default - any node
   */
  readonly nodeSelector?: Record<string, string>;

  /**
   * More labels of the Pod. The labels that it is selected by cannot be changed.
   *
   * @default - those of every object
   */
  readonly podLabels?: Record<string, string>;

  /**
   * Annotations of the Pod.
   *
   * @default - those of every object
   */
  readonly podAnnotations?: Record<string, string>;

  /**
   * Security options of the Pod. What is set is laid over the default.
   *
   * @default - runs as user 1983, to whose group the volume belongs, with the runtime's seccomp profile
   */
  readonly securityContext?: PodSecurityOptions;

  /**
   * ServiceAccount of the Pods. Its token is not mounted: the control plane asks the API server for nothing.
   *
   * @default - a new one
   */
  readonly serviceAccount?: IServiceAccount;

  /**
   * Annotations of the ServiceAccount, such as `eks.amazonaws.com/role-arn` for a role that may use the bucket of blobs. Not
   * together with `serviceAccount`.
   *
   * @default - none
   */
  readonly serviceAccountAnnotations?: Record<string, string>;

  /**
   * PodDisruptionBudget of the control plane.
   *
   * @default - none
   */
  readonly disruptionBudget?: DisruptionBudget;

  /**
   * Time after which a Pod that is stopped is killed, in whole seconds.
   *
   * @default Duration.seconds(30)
   */
  readonly terminationGracePeriod?: Duration;
}
