import { ApiObject, JsonPatch } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { deferred, isDeferred, type Deferred, type Later } from './deferred';

/** The shape of a Kubernetes type as written in a manifest, where any part may be known only later. */
export type Template<T> = T extends k8s.Quantity | k8s.IntOrString
  ? Later<string | number>
  : T extends Date
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Template<Item>[] | Deferred
      : T extends object
        ? { readonly [Key in keyof T]: Template<T[Key]> | Deferred | undefined } | Deferred
        : T | Deferred;

/** A whole object of the API; `Props` are the cdk8s-plus properties of its kind. */
export type Manifest<Props> = { readonly apiVersion: string; readonly kind: string } & {
  readonly [Key in keyof Props]: Template<Props[Key]> | undefined;
};

/** What src/helm reads from a construct's node to write the object's surroundings. */
export const MANIFEST_METADATA = {
  when: 'worker-pools:when',
  forEach: 'worker-pools:for-each',
  refusals: 'worker-pools:refusals',
} as const;

/** A combination that cannot work, and the sentence for the person who asked for it. */
export interface Refusal {
  readonly when: Later<boolean>;
  readonly message: string;
}

export interface ManifestOptions {
  /** @default - always */
  readonly when?: Later<boolean>;
  /** Checked where the object is wanted. @default - nothing is refused */
  readonly refusals?: readonly Refusal[];
}

/**
 * Adds an object to the construct tree.
 *
 * @throws if a refusal's condition is known now and holds; the message begins with the construct's path
 */
export function addManifest<Props>(
  scope: Construct,
  id: string,
  manifest: Manifest<Props>,
  options: ManifestOptions = {},
): void {
  const condition = options.when ?? true;
  if (condition === false) return;
  const refusals = options.refusals ?? [];
  for (const refusal of refusals) {
    if (refusal.when === true) throw new Error(`${scope.node.path || manifest.kind}: ${refusal.message}`);
  }
  const object = new ApiObject(scope, id, manifest);
  // What names no namespace is cluster-scoped here; cdk8s would put it into the chart's.
  if (object.metadata.namespace !== undefined && namespaceOf(manifest) === undefined) {
    object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }
  if (isDeferred(condition)) object.node.addMetadata(MANIFEST_METADATA.when, condition);
  const open = refusals.filter((refusal) => isDeferred(refusal.when));
  if (open.length > 0) object.node.addMetadata(MANIFEST_METADATA.refusals, open);
}

function namespaceOf(manifest: object): unknown {
  return (manifest as { metadata?: { namespace?: unknown } }).metadata?.namespace;
}

/** Adds one object for each item of a list. */
export function addManifestForEach<Props>(
  scope: Construct,
  id: string,
  list: Later<readonly string[]> | undefined,
  manifest: (item: Later<string>) => Manifest<Props>,
  options: ManifestOptions = {},
): void {
  if (!isDeferred(list)) {
    for (const item of list ?? []) addManifest(scope, `${id}-${item}`, manifest(item), options);
    return;
  }
  addManifest(scope, id, manifest(deferred<string>({ op: 'item' })), options);
  scope.node.findChild(id).node.addMetadata(MANIFEST_METADATA.forEach, list);
}
