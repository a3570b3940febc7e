import { App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';

interface Spec {
  readonly type?: string;
  readonly ports: readonly { readonly port: number }[];
  readonly selector: { readonly matchLabels: object };
  readonly template: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec };
  readonly volumeClaimTemplates: readonly { readonly spec: object }[];
  readonly pod?: object;
}

interface ContainerSpec {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string }[];
  readonly volumeMounts: readonly object[];
}

export interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly securityContext: object;
  readonly containers: readonly ContainerSpec[];
}

/** Parts of a manifest that the tests look at. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Spec;
  readonly rules?: readonly { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] }[];
  readonly subjects?: readonly { readonly namespace: string }[];
  readonly roleRef?: object;
  readonly data?: Readonly<Record<string, string>>;
}

/** What a construct synthesizes to, in a chart with a namespace. */
export function synthesized(
  add: (chart: Chart) => Construct | void,
  namespace: string | undefined = 'tools',
): Manifest[] {
  const chart = new Chart(new App(), 'chart', namespace === '' ? {} : { namespace });
  add(chart);
  return chart.toJson() as Manifest[];
}

/** The one object of a kind, or the one whose name ends so. */
export function only(objects: readonly object[], kind: string, ending = ''): Manifest {
  const found = (objects as readonly Manifest[]).filter(
    (object) => object.kind === kind && object.metadata.name.endsWith(ending),
  );
  if (found.length !== 1) throw new Error(`${found.length} objects are a ${kind} named *${ending}`);
  return found[0] as Manifest;
}

/**
 * What chart and construct have in common, in one order. They differ on purpose in what is said to manage the objects, and
 * the Pod of `helm test` is Helm's alone.
 */
export function withoutOrigin(objects: readonly object[]): object[] {
  const texts = (objects as readonly Manifest[])
    .filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined)
    .map((object) => JSON.stringify(object).replaceAll('managed-by":"Helm"', 'managed-by":"cdk8s"'))
    .map((text) => text.replaceAll(/,"helm\.sh\/chart":"[^"]*"/g, ''));
  return texts.sort().map((text) => JSON.parse(text) as object);
}
