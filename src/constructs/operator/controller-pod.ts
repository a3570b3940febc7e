import {
  Deployment,
  NetworkPolicy,
  Pod,
  type Container,
  type DeploymentStrategy,
  type INetworkPolicyPeer,
} from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { Affinity, Container as ContainerSpec, Toleration, Volume } from '../../api';
import { asVolume, asVolumeMounts } from '../shared/pod-storage';
import { chartToReadFrom, specOf } from '../shared/rendered';
import { CONTROLLER_AFFINITY } from './defaults';
import type { WorkerPoolOperatorProps } from './operator-props';

/** Parts of a Pod's manifest that cdk8s-plus renders for us. */
interface RenderedPod {
  readonly affinity?: Affinity;
  readonly nodeName?: string;
  readonly tolerations?: readonly Toleration[];
  readonly volumes?: readonly Volume[];
  readonly containers: readonly [Pick<ContainerSpec, 'env' | 'envFrom' | 'volumeMounts'>];
}

/**
 * The parts of the controller's Pod that cdk8s-plus describes, while they are still added to. They are read from the manifest
 * of a Pod that nobody synthesizes.
 */
export class ControllerPod {
  public readonly pod: Pod;
  public readonly container: Container;

  constructor(scope: Construct, props: WorkerPoolOperatorProps) {
    this.pod = new Pod(chartToReadFrom(scope), 'pod');
    this.container = this.pod.addContainer({
      name: 'manager',
      image: 'chosen-by-the-operator',
      // Copies: cdk8s-plus adds later mounts and variables to the very objects that it was given.
      envVariables: { ...props.envVariables },
      envFrom: [...(props.envFrom ?? [])],
      volumeMounts: asVolumeMounts(props.volumeMounts),
    });
    props.volumes?.forEach((volume) => this.pod.addVolume(asVolume(volume)));
  }

  public get manager(): RenderedPod['containers'][0] {
    return this.rendered.containers[0];
  }

  public get volumes(): readonly Volume[] {
    return this.rendered.volumes ?? [];
  }

  public get tolerations(): readonly Toleration[] {
    return this.rendered.tolerations ?? [];
  }

  public get nodeName(): string | undefined {
    return this.rendered.nodeName;
  }

  /** Laid over the default as a values file is laid over the chart's. */
  public get affinity(): Affinity {
    const { affinity } = this.rendered;
    return {
      ...CONTROLLER_AFFINITY,
      ...affinity,
      nodeAffinity: { ...CONTROLLER_AFFINITY.nodeAffinity, ...affinity?.nodeAffinity },
    };
  }

  private get rendered(): RenderedPod {
    return specOf(this.pod);
  }
}

/** The strategy as a manifest has it. */
export function renderedStrategy(scope: Construct, strategy: DeploymentStrategy | undefined): object {
  if (strategy === undefined) return {};
  const deployment = new Deployment(chartToReadFrom(scope), 'deployment', {
    strategy,
    containers: [{ image: 'none' }],
  });
  return specOf<{ readonly strategy: object }>(deployment).strategy;
}

/** The peers as a NetworkPolicy has them. */
export function renderedPeers(scope: Construct, peers: readonly INetworkPolicyPeer[] = []): readonly object[] {
  if (peers.length === 0) return [];
  const policy = new NetworkPolicy(chartToReadFrom(scope), 'policy');
  peers.forEach((peer) => policy.addEgressRule(peer));
  return specOf<{ readonly egress: { readonly to: object[] }[] }>(policy).egress.flatMap(({ to }) => to);
}
