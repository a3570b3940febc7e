import type { HelmCluster } from './helm-cluster';
import type { KubeObject } from './kube';

const KINDS = [
  'deployments',
  'services',
  'serviceaccounts',
  'roles',
  'rolebindings',
  'clusterroles',
  'clusterrolebindings',
  'poddisruptionbudgets',
  'networkpolicies',
];

/** The live objects of a release by kind and name (and namespace, where it is not the release's). */
export async function objectsOf(
  cluster: HelmCluster,
  release: string,
  namespace: string,
): Promise<ReadonlyMap<string, KubeObject>> {
  const text = await cluster.kubectlOk(
    'get',
    KINDS.join(','),
    '--all-namespaces',
    '--selector',
    `app.kubernetes.io/instance=${release}`,
    '--output=json',
  );
  const { items } = JSON.parse(text) as { items: KubeObject[] };
  return new Map(
    items.map((object) => {
      const { name = '', namespace: own = namespace } = object.metadata;
      return [[object.kind, ...(own === namespace ? [] : [own]), name].join('/'), object];
    }),
  );
}

/** Fields that differ between two states of an object, apart from what every write changes; lists by their names. */
export function differences(before: KubeObject, after: KubeObject): string[] {
  const left = leaves(before);
  const right = leaves(after);
  const paths = new Set([...left.keys(), ...right.keys()]);
  return [...paths].filter((path) => left.get(path) !== right.get(path)).sort();
}

const CHANGES_WITH_EVERY_WRITE = /^(metadata\.(resourceVersion|generation|managedFields)|status)\b/;

function leaves(object: KubeObject): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (value: unknown, path: string): void => {
    if (CHANGES_WITH_EVERY_WRITE.test(path)) return;
    const members = membersOf(value);
    if (!members) found.set(path, JSON.stringify(value));
    for (const [key, member] of members ?? []) visit(member, path === '' ? key : `${path}.${key}`);
  };
  visit(object, '');
  return found;
}

/** None for what is compared as a whole: scalars and lists of them. */
function membersOf(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return Object.entries(value);
  const items = value as { name?: string }[];
  return items.every((item) => typeof item === 'object' && typeof item.name === 'string')
    ? items.map((item) => [item.name ?? '', item])
    : undefined;
}
