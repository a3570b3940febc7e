import {
  Node,
  Pod,
  type Container,
  type ContainerProps,
  type HostAlias,
  type ISecret,
  type IServiceAccount,
  type PodScheduling,
  type Volume,
} from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import {
  CONTAINER,
  RUN_AS,
  type BuiltInContainer,
  type Container as ContainerSpec,
  type PodSecurityContext,
  type Volume as VolumeSpec,
  type WorkerPoolPod,
} from '../../api';
import { invalidProp } from '../shared/checks';
import { resourceRequirements } from '../shared/container-resources';
import { definedFields } from '../shared/conversions';
import { asVolume, asVolumeMounts } from '../shared/pod-storage';
import { chartToReadFrom, specOf } from '../shared/rendered';
import { containerSecurityContext, podSecurityContext } from '../shared/security-context';
import type { TopologySpread } from '../shared/topology-spread';
import { checkRunPod, type PoolParts, type Reference } from './rules';
import { RunContainer, type RunContainerProps } from './run-container';
import type { RunPodProps } from './run-pod';
import { BinariesCache, WorkspaceVolume, type SpecialVolume } from './volumes';

/** Parts of a Pod's manifest that cdk8s-plus renders for us. */
interface RenderedPod extends Pick<WorkerPoolPod, 'affinity' | 'nodeName' | 'tolerations'> {
  readonly initContainers: readonly ContainerSpec[];
  readonly containers: readonly ContainerSpec[];
  readonly volumes?: readonly VolumeSpec[];
}

/**
 * `spec.pod` in the making.
 *
 * What cdk8s-plus describes is read from the manifest of a Pod that nobody synthesizes. Everything else is written from the
 * props, because a Pod of cdk8s-plus has defaults that are not the operator's.
 */
export class RunPodTemplate {
  public readonly init: RunContainer;
  public readonly relay: RunContainer;
  public readonly worker: RunContainer;
  public readonly labels: Record<string, string>;
  public readonly annotations: Record<string, string>;
  public readonly volumes: Volume[];
  public readonly hostAliases: HostAlias[];
  public readonly imagePullSecrets: ISecret[];
  public readonly topologySpread: TopologySpread[];
  public readonly workspace: SpecialVolume;
  public readonly cache: SpecialVolume;
  public serviceAccount?: IServiceAccount;
  private readonly pod: Pod;

  constructor(
    private readonly scope: Construct,
    private readonly props: RunPodProps,
    private readonly podsOfThePool: () => Record<string, string>,
  ) {
    checkRunPod(scope, props);
    this.labels = { ...props.labels };
    this.annotations = { ...props.annotations };
    this.volumes = (props.volumes ?? []).map(asVolume);
    this.hostAliases = [...(props.hostAliases ?? [])];
    this.imagePullSecrets = [...(props.imagePullSecrets ?? [])];
    this.topologySpread = [...(props.topologySpread ?? [])];
    this.serviceAccount = props.serviceAccount;
    this.workspace = (props.workspace ?? WorkspaceVolume.emptyDir())._bind(scope);
    this.cache = (props.binariesCache ?? BinariesCache.emptyDir())._bind(scope);
    // The name stands in errors of cdk8s-plus.
    const metadata = { name: `the run Pods of ${scope.node.path}` };
    this.pod = new Pod(chartToReadFrom(scope), 'pod', { metadata });
    this.init = RunContainer._of(this.pod.addInitContainer(builtIn(CONTAINER.init, props.initContainer)));
    this.relay = RunContainer._of(this.pod.addContainer(builtIn(CONTAINER.relay, props.grpcServerContainer)));
    this.worker = RunContainer._of(this.pod.addContainer(builtIn(CONTAINER.worker, props.workerContainer)));
    if (props.nodeName !== undefined) this.scheduling.assign(Node.named(props.nodeName));
    if (props.workspace) this.volumes.push(this.workspace.volume);
    if (props.binariesCache) this.volumes.push(this.cache.volume);
    props.initContainers?.forEach((container) => this.addInitContainer(container));
    props.sidecars?.forEach((container) => this.addSidecar(container));
  }

  public get scheduling(): PodScheduling {
    return this.pod.scheduling;
  }

  public addInitContainer(props: ContainerProps): Container {
    return this.pod.addInitContainer(ownCopy(props));
  }

  public addSidecar(props: ContainerProps): Container {
    if (props.restartPolicy !== undefined) {
      const allowed = 'only init containers have one: use addInitContainer()';
      throw invalidProp(this.scope, '', 'restartPolicy of a sidecar', props.restartPolicy, allowed);
    }
    return this.pod.addContainer(ownCopy(props));
  }

  public useServiceAccount(serviceAccount: IServiceAccount): void {
    const { name } = this.serviceAccount ?? serviceAccount;
    if (name !== serviceAccount.name) {
      throw invalidProp(this.scope, '', 'pod.serviceAccount', name, `it cannot be "${serviceAccount.name}" as well`);
    }
    this.serviceAccount = serviceAccount;
  }

  /** What the parts of the Pod may contradict one another in. */
  public parts(): Pick<PoolParts, 'volumes' | 'workspace' | 'cache' | 'builtIn' | 'initContainers' | 'sidecars'> {
    const { volumes, workspace, cache } = this;
    const [init, ...initContainers] = this.pod.initContainers as [Container];
    const [relay, worker, ...sidecars] = this.pod.containers as [Container, Container];
    return { volumes, workspace, cache, builtIn: { init, relay, worker }, initContainers, sidecars };
  }

  /** What the Pod refers to by name. */
  public references(): Reference[] {
    return [
      { prop: 'pod.serviceAccount', to: this.serviceAccount },
      ...this.imagePullSecrets.map((to) => ({ prop: 'pod.imagePullSecrets', to })),
      { prop: 'pod.workspace', to: this.workspace.claim },
      { prop: 'pod.binariesCache', to: this.cache.claim },
    ];
  }

  /** `spec.pod`; undefined where nothing is set. */
  public render(): WorkerPoolPod | undefined {
    const known = new Set(this.pod.volumes);
    for (const volume of new Set(this.volumes)) if (!known.has(volume)) this.pod.addVolume(volume);
    const spec = specOf<RenderedPod>(this.pod);
    const [init, ...initContainers] = spec.initContainers;
    const [relay, worker, ...sidecars] = spec.containers;
    const pod: WorkerPoolPod = {
      ...this.settings(),
      ...this.placed(spec.volumes ?? []),
      affinity: spec.affinity,
      nodeName: spec.nodeName,
      tolerations: spec.tolerations,
      customInitContainers: unlessEmpty(initContainers),
      initContainer: settingsOf(init, this.props.initContainer),
      grpcServerContainer: settingsOf(relay, this.props.grpcServerContainer),
      workerContainer: settingsOf(worker, this.props.workerContainer),
      additionalSidecarContainers: unlessEmpty(sidecars),
    };
    return definedFields(pod);
  }

  private settings(): WorkerPoolPod {
    const { props } = this;
    // First: the spread counts the pool's Pods by a label, which they get by that.
    const spread = this.topologySpread.map((topology) => topology._toConstraint(this.podsOfThePool));
    return {
      activeDeadlineSeconds: props.activeDeadline?.toSeconds(),
      terminationGracePeriodSeconds: props.terminationGracePeriod?.toSeconds(),
      labels: definedFields(this.labels),
      annotations: definedFields(this.annotations),
      serviceAccountName: this.serviceAccount?.name,
      automountServiceAccountToken: props.automountServiceAccountToken,
      securityContext: this.securityContext(),
      imagePullSecrets: unlessEmpty(this.imagePullSecrets.map(({ name }) => ({ name }))),
      nodeSelector: props.nodeSelector,
      schedulerName: props.schedulerName,
      topologySpreadConstraints: unlessEmpty(spread),
      runtimeClassName: props.runtimeClassName,
      hostAliases: unlessEmpty(this.hostAliases),
      dnsConfig: definedFields({
        nameservers: props.dns?.nameservers,
        searches: props.dns?.searches,
        options: props.dns?.options,
      }),
      dnsPolicy: props.dns?.policy,
      shareProcessNamespace: props.shareProcessNamespace,
      launcherImage: props.launcherImage,
      defaultRunnerImage: props.defaultRunnerImage,
      defaultAnsibleRunnerImage: props.defaultAnsibleRunnerImage,
      defaultIntentImage: props.defaultIntentImage,
      customBinariesPath: props.customBinariesPath,
    };
  }

  private securityContext(): PodSecurityContext | undefined {
    const given = podSecurityContext(this.props.securityContext ?? {});
    const fsGroup = this.workspace.belongsToRoot || this.cache.belongsToRoot ? RUN_AS : undefined;
    return definedFields({ ...given, fsGroup: given.fsGroup ?? fsGroup });
  }

  /** Workspace and cache stand apart from the other volumes; the operator has its own where nobody asks for them. */
  private placed(rendered: readonly VolumeSpec[]): WorkerPoolPod {
    const named = ({ volume }: SpecialVolume) => rendered.find(({ name }) => name === volume.name);
    const workspace = named(this.workspace);
    const cache = named(this.cache);
    return {
      volumes: unlessEmpty(rendered.filter((volume) => volume !== workspace && volume !== cache)),
      workspaceVolume: workspace && withSource(workspace, this.workspace.source),
      binariesCacheVolume: cache,
    };
  }
}

function withSource(volume: VolumeSpec, source: SpecialVolume['source']): VolumeSpec {
  return source === undefined ? volume : { name: volume.name, ...source };
}

/** What cdk8s-plus renders of a container that the operator makes; it wants an image, which the operator chooses. */
function builtIn(name: string, { envVariables, envFrom, volumeMounts, lifecycle }: RunContainerProps = {}) {
  const given = { envVariables, envFrom, volumeMounts: asVolumeMounts(volumeMounts), lifecycle };
  return ownCopy({ name, image: 'chosen-by-the-operator', ...given });
}

/** cdk8s-plus adds later mounts and variables to the objects that it was given, which may serve several containers. */
function ownCopy(props: ContainerProps): ContainerProps {
  return {
    ...props,
    envVariables: { ...props.envVariables },
    envFrom: [...(props.envFrom ?? [])],
    volumeMounts: [...(props.volumeMounts ?? [])],
  };
}

function settingsOf(rendered: ContainerSpec | undefined, props: RunContainerProps = {}): BuiltInContainer | undefined {
  return definedFields({
    env: rendered?.env,
    envFrom: rendered?.envFrom,
    imagePullPolicy: props.imagePullPolicy,
    resources: props.resources && definedFields(resourceRequirements(props.resources)),
    securityContext: props.securityContext && definedFields(containerSecurityContext(props.securityContext)),
    volumeMounts: rendered?.volumeMounts,
    lifecycle: rendered?.lifecycle,
  });
}

function unlessEmpty<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}
