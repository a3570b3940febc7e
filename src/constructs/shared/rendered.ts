import { ApiObject, App, Chart } from 'cdk8s';
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
