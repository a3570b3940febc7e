import { Size } from 'cdk8s';
import { EnvValue, ImagePullPolicy, Volume, type ContainerProps, type ContainerResources } from 'cdk8s-plus-28';
import { PATH } from '../../api';
import { checkPorts } from '../shared/checks';
import type { IWorkerPoolExtension, WorkerPool } from '../worker-pool/worker-pool';
import { setVariable } from './preset';

/** Options of `DockerInDocker`. */
export interface DockerInDockerOptions {
  /**
   * Image of the daemon.
   *
   * @default - "docker:28-dind", or "docker:28-dind-rootless" for the one without root
   */
  readonly image?: string;

  /**
   * Most that images, layers and containers of one run may take of the node's disk. Kubernetes evicts a Pod that takes
   * more.
   *
   * @default Size.gibibytes(20)
   */
  readonly storageLimit?: Size;

  /**
   * CPU and memory that the daemon and everything that it runs ask for and may use.
   *
   * @default - no requests and no limits, unless the namespace has a LimitRange
   */
  readonly resources?: ContainerResources;

  /**
   * More arguments of the daemon, such as "--mtu=1400" where the cluster's network needs it.
   *
   * @default - none
   */
  readonly daemonArgs?: string[];

  /**
   * Port of the daemon on the Pod's loopback address.
   *
   * @default 2375
   */
  readonly port?: number;
}

/** How a variant of the daemon's image wants to be run. */
interface Variant {
  readonly image: string;
  readonly user: number;
  readonly storagePath: string;
  readonly listenOn: string;
  readonly variables: (port: number) => Readonly<Record<string, string>>;
}

const ROOTFUL: Variant = {
  image: 'docker:28-dind',
  user: 0,
  storagePath: '/var/lib/docker',
  listenOn: '127.0.0.1',
  variables: () => ({}),
};

/** Its daemon has a network of its own, in which it may listen everywhere; one port of it is led to the Pod's loopback. */
const ROOTLESS: Variant = {
  image: 'docker:28-dind-rootless',
  user: 1000,
  storagePath: '/home/rootless/.local/share/docker',
  listenOn: '0.0.0.0',
  variables: (port) => ({ DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS: `-p 127.0.0.1:${port}:${port}/tcp` }),
};

/**
 * A Docker daemon beside each run, which the steps reach by `DOCKER_HOST` on the Pod's own loopback address, without TLS.
 * It ends with the run, and its images with it.
 *
 * The workspace is mounted at the same path, so that `docker run -v` of a folder in it works; files that containers make
 * there as root belong to root. The daemon starts together with the run: a step that needs it at once waits for
 * `docker info`. The runner image needs a Docker client.
 *
 * The sidecar is privileged: whoever can change what a run does owns the node. Keep such a pool for the stacks that need
 * it, on nodes of their own. Its namespace must allow the Pod Security level `privileged`.
 *
 * Source: "Configure a docker daemon as a sidecar container" in Spacelift's page on Kubernetes workers. We go through the
 * image's own entry point, which prepares iptables and cgroups, and say `--tls=false`, without which newer daemons wait
 * or refuse to listen.
 *
 * @throws where `port` is no port, or the pool sets DOCKER_HOST of its worker container itself
 */
export class DockerInDocker implements IWorkerPoolExtension {
  /** A daemon that is root, as Spacelift documents it. */
  public static sidecar(options: DockerInDockerOptions = {}): DockerInDocker {
    return new DockerInDocker(ROOTFUL, options);
  }

  /**
   * A daemon that is not root: what breaks out of a container of it is user 1000 on the node, not root. The sidecar is
   * still privileged, because Docker needs mounts and namespaces that Kubernetes gives nobody else. It is slower, and
   * nodes must allow user namespaces.
   */
  public static rootless(options: DockerInDockerOptions = {}): DockerInDocker {
    return new DockerInDocker(ROOTLESS, options);
  }

  private constructor(
    private readonly variant: Variant,
    private readonly options: DockerInDockerOptions,
  ) {}

  /** Adds the daemon to the run Pods of a pool. */
  public extend(pool: WorkerPool): void {
    const { storageLimit = Size.gibibytes(20), port = 2375 } = this.options;
    checkPorts(pool, 'DockerInDocker', 'port', [port]);
    setVariable(pool, 'DockerInDocker', pool.workerContainer, 'DOCKER_HOST', `tcp://localhost:${port}`);
    const daemon = pool.addSidecar(this.container(port));
    const storage = Volume.fromEmptyDir(pool, 'DockerStorage', 'docker-storage', { sizeLimit: storageLimit });
    daemon.mount(this.variant.storagePath, storage);
    daemon.mount(PATH.workspace, pool.workspace);
  }

  private container(port: number): ContainerProps {
    const { image, user, listenOn, variables } = this.variant;
    const { daemonArgs = [], resources = {} } = this.options;
    const values = Object.entries(variables(port)).map(([name, value]) => [name, EnvValue.fromValue(value)] as const);
    return {
      name: 'docker',
      image: this.options.image ?? image,
      // Every run asks: public registries count and refuse such questions.
      imagePullPolicy: ImagePullPolicy.IF_NOT_PRESENT,
      args: ['dockerd', `--host=tcp://${listenOn}:${port}`, '--tls=false', ...daemonArgs],
      envVariables: Object.fromEntries(values),
      resources,
      securityContext: {
        privileged: true,
        allowPrivilegeEscalation: true,
        user,
        group: user,
        ensureNonRoot: user !== 0,
        readOnlyRootFilesystem: false,
      },
    };
  }
}
