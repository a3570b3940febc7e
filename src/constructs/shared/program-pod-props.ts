import type { EnvFrom, ImagePullPolicy, ISecret } from 'cdk8s-plus-28';
import type { IPodStorage } from './pod-storage';
import type { ContainerSecurityOptions } from './security-context';
import type { TopologySpread } from './topology-spread';

/** What constructs that run a program say of its Pods alike. */
export interface ProgramPodProps {
  /**
   * When the image is pulled.
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
   * ConfigMaps and Secrets whose keys become environment variables. `envVariables` wins over them.
   *
   * @default - none
   */
  readonly envFrom?: EnvFrom[];

  /**
   * Further volumes of the Pod. A volume that is mounted needs no mention here.
   *
   * @default - none
   */
  readonly volumes?: IPodStorage[];

  /**
   * How the Pods are spread over zones, nodes or other domains. They are what is counted, unless the spread names other
   * labels.
   *
   * @default - as the scheduler does by itself
   */
  readonly topologySpread?: TopologySpread[];

  /**
   * PriorityClass of the Pod.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;

  /**
   * Security options of the container. What is set is laid over the default.
   *
   * @default - no privilege escalation, no capabilities, a root file system that cannot be written to
   */
  readonly containerSecurityContext?: ContainerSecurityOptions;
}
