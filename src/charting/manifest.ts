import { ApiObject, JsonPatch } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { and, elementOf, isDeferred, type Deferred, type ElementOf, type Later } from './deferred';

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

/** What src/charting reads from a construct's node to write the object's surroundings. */
export const MANIFEST_METADATA = {
  when: 'worker-pools:when',
  forEach: 'worker-pools:for-each',
  refusals: 'worker-pools:refusals',
  whole: 'worker-pools:whole',
} as const;

/** A combination that cannot work, and the sentence for the person who asked for it. */
export interface Refusal {
  readonly when: Later<boolean>;
  readonly message: Later<string>;
}

export interface ManifestOptions {
  /** @default - always */
  readonly when?: Later<boolean>;
  /** Checked where the object is wanted. @default - nothing is refused */
  readonly refusals?: readonly Refusal[];
}

/** How the objects that are made of a list are surrounded; the list's own options stand around the loop. */
export interface ForEachOptions<T> extends ManifestOptions {
  /** What depends on the element. @default - nothing */
  readonly each?: (element: ElementOf<T>) => ManifestOptions;
  /** What no two elements may have in common, and the sentence if they do. @default - nothing */
  readonly unique?: (element: ElementOf<T>) => { readonly key: Later<string>; readonly message: Later<string> };
}

/** The loop around an object, as src/charting reads it. */
export interface Loop {
  readonly list: Deferred<readonly unknown[]>;
  readonly each: ManifestOptions;
  readonly unique?: { readonly key: Later<string>; readonly message: Later<string> };
}

/**
 * Adds an object to the construct tree. A refusal whose condition holds becomes an error of the construct's validation,
 * which cdk8s reports together with all others and with the construct's path.
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
  refuse(scope, refusals);
  const object = new ApiObject(scope, id, manifest);
  // What names no namespace is cluster-scoped here; cdk8s would put it into the chart's.
  if (object.metadata.namespace !== undefined && namespaceOf(manifest) === undefined) {
    object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }
  if (isDeferred(condition)) object.node.addMetadata(MANIFEST_METADATA.when, condition);
  const open = refusals.filter((refusal) => isDeferred(refusal.when));
  if (open.length > 0) object.node.addMetadata(MANIFEST_METADATA.refusals, open);
}

function refuse(scope: Construct, refusals: readonly Refusal[]): void {
  const sentences = refusals.filter(({ when }) => when === true).map(({ message }) => message as string);
  if (sentences.length > 0) scope.node.addValidation({ validate: () => sentences });
}

function namespaceOf(manifest: object): unknown {
  return (manifest as { metadata?: { namespace?: unknown } }).metadata?.namespace;
}

/** Adds one object for each item of a list. */
export function addManifestForEach<Props, T = string>(
  scope: Construct,
  id: string,
  list: Later<readonly T[]> | undefined,
  manifest: (element: ElementOf<T>) => Manifest<Props>,
  options: ForEachOptions<T> = {},
): void {
  if (!isDeferred(list)) {
    addManifests(scope, id, list ?? [], manifest, options);
    return;
  }
  const { element } = elementOf(list);
  addManifest(scope, id, manifest(element), options);
  const loop: Loop = { list, each: options.each?.(element) ?? {}, unique: options.unique?.(element) };
  scope.node.findChild(id).node.addMetadata(MANIFEST_METADATA.forEach, loop);
}

function addManifests<Props, T>(
  scope: Construct,
  id: string,
  list: readonly T[],
  manifest: (element: ElementOf<T>) => Manifest<Props>,
  options: ForEachOptions<T>,
): void {
  const keys = new Set<unknown>();
  for (const [index, given] of list.entries()) {
    const element = given as ElementOf<T>;
    const own = options.each?.(element) ?? {};
    const unique = options.unique?.(element);
    if (unique !== undefined && keys.has(unique.key)) refuse(scope, [{ when: true, message: unique.message }]);
    keys.add(unique?.key);
    addManifest(scope, `${id}-${typeof given === 'string' ? given : index}`, manifest(element), {
      when: and(options.when ?? true, own.when ?? true),
      refusals: [...(options.refusals ?? []), ...(own.refusals ?? [])],
    });
  }
}

/** Adds objects that somebody wrote out whole, exactly as they are. */
export function addGivenObjects(scope: Construct, id: string, list: Later<readonly GivenObject[]> | undefined): void {
  if (isDeferred(list)) {
    addManifestForEach(scope, id, list, () => ({ apiVersion: 'v1', kind: 'List' }));
    scope.node.findChild(id).node.addMetadata(MANIFEST_METADATA.whole, elementOf(list).element);
    return;
  }
  for (const [index, object] of (list ?? []).entries()) {
    // cdk8s would add the chart's namespace and take empty maps away.
    const { metadata } = object;
    new ApiObject(scope, `${id}-${index}`, object).addJsonPatch(JsonPatch.add('/metadata', metadata));
  }
}

/** Any object of the API. */
export interface GivenObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}
