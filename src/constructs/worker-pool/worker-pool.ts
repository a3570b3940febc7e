import { ApiObject, Lazy, Names, type ApiObjectProps, type Duration } from 'cdk8s';
import {
  LabelSelector,
  Pod,
  Resource,
  type Container,
  type ContainerProps,
  type HostAlias,
  type INetworkPolicyPeer,
  type IPodSelector,
  type IResource,
  type IScalable,
  type ISecret,
  type IServiceAccount,
  type NetworkPolicyPeerConfig,
  type PodScheduling,
  type PodSelectorConfig,
  type ScalingTarget,
  type SecretValue,
  type Volume,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  KubeWorkerPool,
  WorkerPoolSpecCommsProtocol,
  type KubeWorkerPoolProps,
  type WorkerPoolSpec,
} from '../../../imports/workers.spacelift.io';
import { API_VERSION, GROUP, WORKER_POOL } from '../../api';
import { asVolume, type IPodStorage } from '../shared/pod-storage';
import { refuseCrossNamespaceReferences } from '../shared/cross-namespace-references';
import type { TopologySpread } from '../shared/topology-spread';
import { refuseDuplicates } from '../shared/duplicates';
import { checkPodAnnotation, checkPodLabel, checkPool, checkPoolName, contradictions } from './rules';
import type { RunContainer } from './run-container';
import { RunPodTemplate } from './run-pod-template';
import { CommsProtocol, type WorkerPoolOptions } from './worker-pool-options';

/** Properties of a `WorkerPool`. */
export interface WorkerPoolProps extends WorkerPoolOptions {
  /**
   * Presets and standards of your own, applied in this order when everything else is set.
   *
   * @default - none
   */
  readonly extensions?: IWorkerPoolExtension[];
}

/** Something that makes a pool fit a purpose: one of the presets, or a team's own standard for all of its pools. */
export interface IWorkerPoolExtension {
  /**
   * Changes the pool through its public methods. The pool calls it once, when the extension is added.
   *
   * @param pool the pool to extend. Also a scope for what the extension needs beside it
   */
  extend(pool: WorkerPool): void;
}

/**
 * A pool that is made here or elsewhere: what an autoscaler, a Role or another object needs that refers to it by name.
 */
export interface IWorkerPool extends IResource, IScalable {}

/**
 * A pool of Workers that carry out runs, each in a Pod of its own.
 *
 * An autoscaler takes the pool as its target. It needs a metric of its own, because idle Workers have no Pods: for
 * example an external one, or a KEDA ScaledObject that refers to `name`, `kind` and `apiVersion`.
 *
 * Where cdk8s-plus has no way to say something, `ApiObject.of(pool).addJsonPatch()` has.
 *
 * @throws at once where a property has a value that the API refuses; at synthesis, all together, where properties
 * contradict one another
 *
 * @example
 * import { Chart } from 'cdk8s';
 * import { Secret } from 'cdk8s-plus-28';
 * import { DockerInDocker, WorkerPool } from 'cdk8s-worker-pools';
 *
 * declare const chart: Chart;
 * const secret = Secret.fromSecretName(chart, 'credentials', 'pool-credentials');
 * new WorkerPool(chart, 'pool', {
 *   metadata: { name: 'network' },
 *   poolSize: 2,
 *   token: { secret, key: 'token' },
 *   privateKey: { secret, key: 'privateKey' },
 *   extensions: [DockerInDocker.sidecar()],
 * });
 */
export class WorkerPool extends Resource implements IWorkerPool, IPodSelector, INetworkPolicyPeer {
  /**
   * A pool that is made elsewhere: by another app, a Helm chart or by hand.
   *
   * @param name in the namespace of whatever refers to it
   */
  public static fromWorkerPoolName(scope: Construct, id: string, name: string): IWorkerPool {
    return new ImportedWorkerPool(scope, id, name);
  }

  /** @see base.Resource.apiObject */
  protected readonly apiObject: ApiObject;

  public readonly resourceType = WORKER_POOL.plural;

  /** Number of Workers. Undefined where the operator or an autoscaler chooses it. */
  public readonly poolSize?: number;

  /** Whether an autoscaler sets the pool's size. */
  public hasAutoscaler = false;

  private readonly template: RunPodTemplate;
  private readonly extensions = new Set<IWorkerPoolExtension>();

  constructor(scope: Construct, id: string, props: WorkerPoolProps = {}) {
    super(scope, id);
    checkPool(scope, id, props);
    this.poolSize = props.poolSize;
    this.template = new RunPodTemplate(this, props.pod ?? {}, () => this.ownPodLabels());
    const spec = () => manifest({ spec: { ...poolSpec(props), pod: this.template.render() } }).spec;
    // No KubeWorkerPool itself: it would apply JSON patches before it spells the fields as the API does, and drop others.
    this.apiObject = new ApiObject(this, 'Resource', {
      ...manifest({ metadata: props.metadata }),
      spec: Lazy.any({ produce: spec }) as object,
    });
    checkPoolName(scope, id, this.name);
    refuseDuplicates(this);
    refuseCrossNamespaceReferences(this);
    this.node.addValidation({ validate: () => this.contradictions(props) });
    props.extensions?.forEach((extension) => this.addExtension(extension));
  }

  /** The container `init`, which prepares the workspace. */
  public get initContainer(): RunContainer {
    return this.template.init;
  }

  /** The container `launcher-grpc`, which passes on logs and outcome. */
  public get grpcServerContainer(): RunContainer {
    return this.template.relay;
  }

  /** The container `worker`, which does the work of the run. */
  public get workerContainer(): RunContainer {
    return this.template.worker;
  }

  /** Which nodes the run Pods go to: affinities and tolerations. */
  public get scheduling(): PodScheduling {
    return this.template.scheduling;
  }

  /** The volume of source and state of a run, for a sidecar that needs it, too. */
  public get workspace(): Volume {
    return this.template.workspace.volume;
  }

  /** The volume of downloaded tools, for a sidecar that needs it, too. */
  public get binariesCache(): Volume {
    return this.template.cache.volume;
  }

  /** The ServiceAccount of the run Pods. Undefined where it is the one that every namespace has. */
  public get serviceAccount(): IServiceAccount | undefined {
    return this.template.serviceAccount;
  }

  /** Adds a volume to the run Pods. A volume that a container mounts is added by itself. */
  public addVolume(volume: IPodStorage): void {
    this.template.volumes.push(asVolume(volume));
  }

  /**
   * Adds an init container that runs before the built-in one, with the safe defaults of cdk8s-plus.
   *
   * @returns the container, for further mounts and variables
   */
  public addInitContainer(container: ContainerProps): Container {
    return this.template.addInitContainer(container);
  }

  /**
   * Adds a container beside the built-in ones, with the safe defaults of cdk8s-plus: a read-only root file system, no
   * root, 1 CPU and 512 MiB requested, the image asked for at every start. It is stopped when the run is over.
   *
   * @returns the container, for further mounts and variables
   */
  public addSidecar(container: ContainerProps): Container {
    return this.template.addSidecar(container);
  }

  /**
   * Adds a label to the run Pods, or changes it.
   *
   * @throws where no Pod can have it, or the operator sets it itself
   */
  public addPodLabel(key: string, value: string): void {
    checkPodLabel(this, key, value);
    this.template.labels[key] = value;
  }

  /**
   * Adds an annotation to the run Pods, or changes it.
   *
   * @throws where no Pod can have it, or the operator sets it itself
   */
  public addPodAnnotation(key: string, value: string): void {
    checkPodAnnotation(this, key);
    this.template.annotations[key] = value;
  }

  /** Adds a line to /etc/hosts of the containers. */
  public addHostAlias(alias: HostAlias): void {
    this.template.hostAliases.push(alias);
  }

  /** Adds a Secret with registry credentials for the Pods' images. */
  public addImagePullSecret(secret: ISecret): void {
    this.template.imagePullSecrets.push(secret);
  }

  /** Spreads the run Pods over zones, nodes or other domains. */
  public addTopologySpread(spread: TopologySpread): void {
    this.template.topologySpread.push(spread);
  }

  /**
   * Lets the run Pods use a ServiceAccount of the pool's namespace.
   *
   * @throws where they have another one already
   */
  public useServiceAccount(serviceAccount: IServiceAccount): void {
    this.template.useServiceAccount(serviceAccount);
  }

  /** Lets a preset, or a standard of your own, change the pool. One that it knows already is passed over. */
  public addExtension(extension: IWorkerPoolExtension): void {
    if (this.extensions.has(extension)) return;
    this.extensions.add(extension);
    extension.extend(this);
  }

  /** @see IScalable.markHasAutoscaler() */
  public markHasAutoscaler(): void {
    this.hasAutoscaler = true;
  }

  /** @see IScalable.toScalingTarget() */
  public toScalingTarget(): ScalingTarget {
    return scalingTarget(this, this.poolSize);
  }

  /** The run Pods of this pool, which get a label for it. @see IPodSelector.toPodSelectorConfig() */
  public toPodSelectorConfig(): PodSelectorConfig {
    const { namespace } = this.metadata;
    return {
      labelSelector: LabelSelector.of({ labels: this.ownPodLabels() }),
      namespaces: namespace === undefined ? undefined : { names: [namespace] },
    };
  }

  /** @see INetworkPolicyPeer.toNetworkPolicyPeerConfig() */
  public toNetworkPolicyPeerConfig(): NetworkPolicyPeerConfig {
    return { podSelector: this.toPodSelectorConfig() };
  }

  /** @see INetworkPolicyPeer.toPodSelector() */
  public toPodSelector(): IPodSelector | undefined {
    return this;
  }

  private contradictions({ token, privateKey, apiCredentials }: WorkerPoolProps): string[] {
    const { poolSize, hasAutoscaler, metadata } = this;
    const references = [
      { prop: 'token', to: token?.secret },
      { prop: 'privateKey', to: privateKey?.secret },
      { prop: 'apiCredentials', to: apiCredentials?.secret },
      ...this.template.references(),
    ];
    const { namespace } = metadata;
    return contradictions({ ...this.template.parts(), poolSize, hasAutoscaler, namespace, references });
  }

  /** The operator's own labels tell pools by an ID that nobody knows before the pool is registered. */
  private ownPodLabels(): Record<string, string> {
    const value = Names.toLabelValue(this);
    this.addPodLabel(Pod.ADDRESS_LABEL, value);
    return { [Pod.ADDRESS_LABEL]: value };
  }
}

/** Known by its name alone. */
class ImportedWorkerPool extends Construct implements IWorkerPool {
  public readonly apiVersion = API_VERSION;
  public readonly apiGroup = GROUP;
  public readonly kind = WORKER_POOL.kind;
  public readonly resourceType = WORKER_POOL.plural;
  public hasAutoscaler = false;

  constructor(
    scope: Construct,
    id: string,
    public readonly name: string,
  ) {
    super(scope, id);
    checkPoolName(scope, id, name);
  }

  public get resourceName(): string {
    return this.name;
  }

  public markHasAutoscaler(): void {
    this.hasAutoscaler = true;
  }

  public toScalingTarget(): ScalingTarget {
    return scalingTarget(this);
  }
}

/** No containers: their use of CPU and memory says nothing of how many Workers are needed. */
function scalingTarget({ kind, apiVersion, name }: IWorkerPool, replicas?: number): ScalingTarget {
  return { kind, apiVersion, name, containers: [], replicas };
}

const COMMS_PROTOCOLS: Readonly<Record<CommsProtocol, WorkerPoolSpecCommsProtocol>> = {
  [CommsProtocol.MQTT]: WorkerPoolSpecCommsProtocol.MQTT,
  [CommsProtocol.POLL]: WorkerPoolSpecCommsProtocol.POLL,
};

/** `KubeWorkerPool.manifest` gives any. */
const manifest = (props: KubeWorkerPoolProps) =>
  KubeWorkerPool.manifest(props) as ApiObjectProps & { readonly spec: object };

function poolSpec(props: WorkerPoolProps): WorkerPoolSpec {
  return {
    poolSize: props.poolSize,
    token: secretKeyRef(props.token),
    privateKey: secretKeyRef(props.privateKey),
    spaceliftApiCredentials: props.apiCredentials && {
      secretName: props.apiCredentials.secret.name,
      keyEndpointField: props.apiCredentials.endpointKey,
      keyIdField: props.apiCredentials.keyIdKey,
      keySecretField: props.apiCredentials.keySecretKey,
    },
    space: props.space,
    description: props.description,
    driftDetectionRunLimits: props.driftDetection?._limits,
    allowedRunnerImageHosts: props.allowedRunnerImageHosts,
    successfulPodsHistoryLimit: props.successfulPodsHistory?.limit,
    successfulPodsHistoryTtl: goDuration(props.successfulPodsHistory?.ttl),
    failedPodsHistoryLimit: props.failedPodsHistory?.limit,
    failedPodsHistoryTtl: goDuration(props.failedPodsHistory?.ttl),
    commsProtocol: props.commsProtocol && COMMS_PROTOCOLS[props.commsProtocol],
    pollCommsUrl: props.pollCommsUrl,
    mqttReconnectRetryCount: props.mqttReconnectRetryCount,
  };
}

function secretKeyRef(value: SecretValue | undefined): WorkerPoolSpec['token'] {
  return value && { secretKeyRef: { name: value.secret.name, key: value.key } };
}

function goDuration(duration: Duration | undefined): string | undefined {
  return duration && `${duration.toSeconds()}s`;
}
