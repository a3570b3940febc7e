import type {
  Container,
  ContainerLifecycle,
  ContainerResources,
  Env,
  EnvFrom,
  EnvValue,
  ImagePullPolicy,
  MountOptions,
  VolumeMount,
} from 'cdk8s-plus-28';
import { asStorage, type IPodStorage, type PodVolumeMount } from '../shared/pod-storage';
import type { ContainerSecurityOptions } from '../shared/security-context';

/** What can be set of a container that the operator makes: its image and its command are the operator's. */
export interface RunContainerProps {
  /**
   * Environment variables, beside those that the operator sets.
   *
   * @default - none
   */
  readonly envVariables?: Record<string, EnvValue>;

  /**
   * ConfigMaps and Secrets whose keys become environment variables. `envVariables` wins over them.
   *
   * @default - none
   */
  readonly envFrom?: EnvFrom[];

  /**
   * When the kubelet pulls the image.
   *
   * @default - Kubernetes decides by the tag of the image
   */
  readonly imagePullPolicy?: ImagePullPolicy;

  /**
   * CPU, memory and ephemeral storage that the container asks for and may use. Limits that are too low slow runs down
   * or end them.
   *
   * @default - no requests and no limits, unless the namespace has a LimitRange
   */
  readonly resources?: ContainerResources;

  /**
   * Security options. The images expect user and group 1983.
   *
   * @default - the operator's: user and group 1983, no privilege escalation
   */
  readonly securityContext?: ContainerSecurityOptions;

  /**
   * Where volumes appear in the container. Each becomes a volume of the Pod. Workspace and binaries cache are mounted
   * anyway.
   *
   * @default - none
   */
  readonly volumeMounts?: PodVolumeMount[];

  /**
   * Hooks after the start and before the stop. The init container has none: Kubernetes refuses hooks there.
   *
   * @default - none
   */
  readonly lifecycle?: ContainerLifecycle;
}

/** One of the containers that the operator makes, to be added to. */
export class RunContainer {
  /** @internal */
  public static _of(container: Container): RunContainer {
    return new RunContainer(container);
  }

  /** Name of the container in the run Pod. */
  public readonly name: string;

  private constructor(private readonly container: Container) {
    this.name = container.name;
  }

  /** Environment variables: `addVariable()` and `copyFrom()` add some. */
  public get env(): Env {
    return this.container.env;
  }

  /** Where volumes appear, beside those that the operator mounts. */
  public get mounts(): VolumeMount[] {
    return [...this.container.mounts];
  }

  /**
   * Mounts a volume, which also becomes a volume of the Pod.
   *
   * @param path absolute path in the container
   * @param storage the volume
   * @param options read only, a path inside the volume, and so on
   */
  public mount(path: string, storage: IPodStorage, options: MountOptions = {}): void {
    this.container.mount(path, asStorage(storage), options);
  }
}
