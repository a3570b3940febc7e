import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { appCheck, makerOf } from './app-check';
import { clusterOf } from './duplicates';

/** Objects of ours that refer to others by name alone, which have to lie beside them. */
const REFERRING = ['Deployment', 'StatefulSet', 'WorkerPool'];

/** What they refer to. */
const REFERRED: readonly (string | undefined)[] = ['ConfigMap', 'Secret', 'ServiceAccount'];

/** Fields by which Pods name a ConfigMap or a Secret. */
const FIELDS: Readonly<Record<string, string>> = {
  configMap: 'ConfigMap',
  configMapKeyRef: 'ConfigMap',
  configMapRef: 'ConfigMap',
  secret: 'Secret',
  secretKeyRef: 'Secret',
  secretRef: 'Secret',
};

/**
 * Refuses at synthesis that a Pod of the construct names a ConfigMap, Secret or ServiceAccount of another namespace, for which
 * it would wait for ever. The manifest holds names alone; a name that an app also gives to something made elsewhere is let pass.
 */
export const refuseCrossNamespaceReferences = appCheck((nodes, constructs) => {
  const homes = homesOf(nodes);
  return nodes.filter(isReferring).flatMap((object) => {
    const maker = makerOf(object, constructs);
    const { namespace } = object.metadata;
    if (maker === undefined || namespace === undefined) return [];
    return namesIn(podOf(object)).flatMap((name) => {
      const [home, ...others] = homes.get(`${clusterOf(object)}/${name}`) ?? [];
      if (home === undefined || home === ANYWHERE || home === namespace || others.length > 0) return [];
      return [
        `${maker.node.path}: a Pod refers to the ${name} of the namespace "${home}", but is in "${namespace}"; they must ` +
          'share a namespace',
      ];
    });
  });
});

const ANYWHERE = '';

/** The namespaces in which the app makes an object of a kind and name. */
function homesOf(nodes: readonly IConstruct[]): Map<string, string[]> {
  const homes = new Map<string, string[]>();
  for (const node of nodes) {
    const { kind, name } = node as Partial<ApiObject>;
    if (!REFERRED.includes(kind) || name === undefined) continue;
    // What cdk8s-plus calls imported has no object, and may lie anywhere; a Resource has one below it.
    const isImported = !ApiObject.isApiObject(node) && node.node.children.length === 0;
    if (!isImported && !ApiObject.isApiObject(node)) continue;
    const home = isImported ? ANYWHERE : ((node as ApiObject).metadata.namespace ?? ANYWHERE);
    const key = `${clusterOf(node)}/${kind} "${name}"`;
    const known = homes.get(key) ?? [];
    if (!known.includes(home)) homes.set(key, [...known, home]);
  }
  return homes;
}

function isReferring(node: IConstruct): node is ApiObject {
  return ApiObject.isApiObject(node) && REFERRING.includes(node.kind);
}

/** The manifest's part that describes Pods. */
function podOf(object: ApiObject): object {
  const manifest = manifestOf(object);
  if (object.kind !== 'WorkerPool') return manifest;
  // The pool itself knows these as more than names.
  return { ...manifest.spec?.pod, serviceAccountName: undefined, imagePullSecrets: undefined };
}

interface Manifest {
  readonly spec?: { readonly pod?: object };
}

/** One that cannot be written is refused by itself, with more to say about the reason. */
function manifestOf(object: ApiObject): Manifest {
  try {
    return object.toJson() as Manifest;
  } catch {
    return {};
  }
}

/** What a manifest refers to, each once, as `Secret "name"`. */
function namesIn(value: unknown, found = new Set<string>()): string[] {
  if (Array.isArray(value)) value.forEach((item) => namesIn(item, found));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [...found];
  for (const [field, inner] of Object.entries(value)) {
    if (field === 'serviceAccountName' && typeof inner === 'string') found.add(`ServiceAccount "${inner}"`);
    if (field === 'imagePullSecrets')
      namesIn(
        (inner as object[] | undefined)?.map((secret) => ({ secret })),
        found,
      );
    const kind = FIELDS[field];
    const { name, secretName } = (inner ?? {}) as { readonly name?: unknown; readonly secretName?: unknown };
    const named = kind === undefined ? undefined : (name ?? secretName);
    if (typeof named === 'string') found.add(`${kind} "${named}"`);
    namesIn(inner, found);
  }
  return [...found];
}
