import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { appCheck, makerOf } from './app-check';

/**
 * Context of a chart, or of a scope around it, that names the cluster it goes to. Only an app whose charts go to several
 * clusters needs it: there the same names may come again.
 */
const CLUSTER = 'worker-pools/cluster';

/** Kinds without a namespace that our constructs make; cdk8s writes the chart's namespace into any object. */
const CLUSTER_SCOPED = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'PersistentVolume',
  'StorageClass',
]);

/** The cluster that the objects of a scope go to; most apps have one and do not name it. */
export function clusterOf(scope: IConstruct): string {
  return String(scope.node.tryGetContext(CLUSTER) ?? '');
}

/** Refuses at synthesis what the construct makes if anything else in the app makes an object of that kind and name, too. */
export const refuseDuplicates = appCheck((nodes, constructs) => {
  const makers = new Map<string, IConstruct[]>();
  for (const object of nodes) {
    if (!ApiObject.isApiObject(object)) continue;
    const key = identity(object);
    makers.set(key, [...(makers.get(key) ?? []), makerOf(object, constructs) ?? object]);
  }
  const shared = new Map<string, string[]>();
  for (const [key, found] of makers) {
    if (found.length === 1 || !found.some((maker) => constructs.has(maker))) continue;
    const paths = found.map((maker) => maker.node.path).join(' and ');
    shared.set(paths, [...(shared.get(paths) ?? []), key]);
  }
  return [...shared].map(([paths, [first = '', ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more object${others.length === 1 ? '' : 's'}`;
    return (
      `${paths} make the same ${first.slice(first.indexOf('|') + 1)}${more}, and a cluster has one: leave one out, or ` +
      `give it another name or namespace; if they go to different clusters, say so by the context "${CLUSTER}" of their charts`
    );
  });
});

/** What an API server tells objects apart by, after the cluster's name and a bar. */
function identity(object: ApiObject): string {
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/', 1).join('') : '';
  const namespace = CLUSTER_SCOPED.has(object.kind) ? undefined : object.metadata.namespace;
  const where = namespace === undefined ? '' : ` in the namespace "${namespace}"`;
  return `${clusterOf(object)}/${group}|${object.kind} "${object.name}"${where}`;
}
