import { ApiObject, App, Chart } from 'cdk8s';
import { Deployment, NetworkPolicy, type DeploymentStrategy, type INetworkPolicyPeer } from 'cdk8s-plus-28';
import type { IConstruct } from 'constructs';

/**
 * A chart in an App of its own, which nobody synthesizes. Volumes, mounts, variables, hooks, peers and scheduling rules of
 * cdk8s-plus keep their manifest to themselves; only an object that has them shows it. It is made here, and read by `specOf`.
 */
export function chartToReadFrom(scope: IConstruct): Chart {
  return new Chart(new App({ resolvers: App.of(scope).resolvers }), 'read');
}

/** `spec` of an object as it would be synthesized now. */
export function specOf<Spec>(object: IConstruct): Spec {
  return (ApiObject.of(object).toJson() as { readonly spec: Spec }).spec;
}

/** The strategy as a manifest has it. */
export function renderedStrategy(scope: IConstruct, strategy: DeploymentStrategy): object {
  const deployment = new Deployment(chartToReadFrom(scope), 'deployment', {
    strategy,
    containers: [{ image: 'none' }],
  });
  return specOf<{ readonly strategy: object }>(deployment).strategy;
}

/** The peers as a NetworkPolicy has them. */
export function renderedPeers(scope: IConstruct, peers: readonly INetworkPolicyPeer[]): readonly object[] {
  if (peers.length === 0) return [];
  const policy = new NetworkPolicy(chartToReadFrom(scope), 'policy');
  peers.forEach((peer) => policy.addEgressRule(peer));
  return specOf<{ readonly egress: { readonly to: object[] }[] }>(policy).egress.flatMap(({ to }) => to);
}
