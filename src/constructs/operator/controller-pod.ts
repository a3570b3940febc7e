import { ApiObject, App, Chart } from 'cdk8s';
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
 * The parts of the controller's Pod that cdk8s-plus describes, while they are still added to.
 *
 * Volumes, mounts, variables and scheduling rules keep their manifest to themselves; only a Pod shows it. So there is
 * one, in an App of its own where nobody synthesizes it, and we read those parts from its manifest.
 */
export class ControllerPod {
  public readonly pod: Pod;
  public readonly container: Container;

  constructor(scope: Construct, props: WorkerPoolOperatorProps) {
    this.pod = new Pod(elsewhere(scope), 'pod');
    this.container = this.pod.addContainer({
      name: 'manager',
      image: 'chosen-by-the-operator',
      // Copies: cdk8s-plus adds later mounts and variables to the very objects that it was given.
      envVariables: { ...props.envVariables },
      envFrom: [...(props.envFrom ?? [])],
      volumeMounts: [...(props.volumeMounts ?? [])],
    });
    props.volumes?.forEach((volume) => this.pod.addVolume(volume));
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
    return (ApiObject.of(this.pod).toJson() as { readonly spec: RenderedPod }).spec;
  }
}

/** The strategy as a manifest has it. */
export function renderedStrategy(scope: Construct, strategy: DeploymentStrategy | undefined): object {
  if (strategy === undefined) return {};
  const deployment = new Deployment(elsewhere(scope), 'deployment', { strategy, containers: [{ image: 'none' }] });
  return (ApiObject.of(deployment).toJson() as { readonly spec: { readonly strategy: object } }).spec.strategy;
}

/** The peers as a NetworkPolicy has them. */
export function renderedPeers(scope: Construct, peers: readonly INetworkPolicyPeer[] = []): readonly object[] {
  if (peers.length === 0) return [];
  const policy = new NetworkPolicy(elsewhere(scope), 'policy');
  peers.forEach((peer) => policy.addEgressRule(peer));
  const { spec } = ApiObject.of(policy).toJson() as { readonly spec: { readonly egress: { readonly to: object[] }[] } };
  return spec.egress.flatMap(({ to }) => to);
}

function elsewhere(scope: Construct): Chart {
  return new Chart(new App({ resolvers: App.of(scope).resolvers }), 'elsewhere');
}
