import type { WorkerPool } from '../../api';
import type { RunPod } from '../../controller/run';
import { CONFIG_MAPS, SECRETS, type KubeObject, type ResourceType } from '../../controller/runtime';
import { policyProblem, policySourceOf, type ConfigMap } from '../../controller/worker-pool/policy-check';
import type { Found } from '../finding';
import { CLAIMS, SERVICE_ACCOUNTS } from '../kinds';
import { sampleOf, type Sample } from '../samples';
import { poolName } from '../scene';
import { subject } from '../subject';
import type { ClusterView, Seen } from '../view';

/** What a run Pod names in its namespace. */
export interface Reference {
  readonly resource: ResourceType;
  readonly name: string;
  /** Where the pool names it. */
  readonly field: string;
  /** What happens where it is missing. */
  readonly weight: 'needed' | 'pull';
}

export interface PodFact extends Sample {
  readonly policy: string | undefined;
  readonly missing: readonly Reference[];
}

const kinds = {
  'pod-refused': {
    level: 'FAILED',
    meaning:
      'The API server would not take a run Pod of a WorkerPool (dry run): Pod security of the namespace, admission policies and webhooks, quotas, LimitRanges, fields that are wrong, a namespace that is being deleted.',
    mend: 'Change spec.pod, or what refuses it.',
  },
  'policy-missing': {
    level: 'FAILED',
    meaning:
      'The ConfigMap of the initialization policy, or the key in it, is missing: no run of the WorkerPool can begin.',
    mend: 'Create the ConfigMap with that key.',
  },
  'reference-missing': {
    level: 'FAILED',
    meaning: 'A ConfigMap, Secret, claim or ServiceAccount that the run Pods of a WorkerPool need is not there.',
    mend: 'Create it in the namespace of the pool, or correct the name.',
  },
  'pull-secret-missing': {
    level: 'WARNING',
    meaning:
      'A pull secret of the run Pods of a WorkerPool is not there: images from a private registry cannot be pulled.',
    mend: 'Create it in the namespace of the pool, or take it out of spec.pod.imagePullSecrets.',
  },
} as const;

type Code = keyof typeof kinds;

export function podFindings(facts: readonly PodFact[]): Found<Code>[] {
  return facts.flatMap(({ pool, refused, policy, missing }): Found<Code>[] => {
    const object = poolName(pool);
    const { namespace } = pool.metadata;
    return [
      ...(refused ? [{ code: 'pod-refused', object, message: refused } as const] : []),
      ...(policy ? [{ code: 'policy-missing', object, message: policy } as const] : []),
      // Without its ServiceAccount a Pod is refused, which says it already.
      ...missing
        .filter(({ resource }) => !refused || resource !== SERVICE_ACCOUNTS)
        .map(({ resource: { kind, plural }, name, field, weight }): Found<Code> => {
          const message = `there is no ${kind} "${name}" in namespace ${namespace}, which ${field} names`;
          const mend = `Create it, or correct ${field}; see with: kubectl --namespace ${namespace} get ${plural}`;
          return { code: weight === 'pull' ? 'pull-secret-missing' : 'reference-missing', object, message, mend };
        }),
    ];
  });
}

/** All that has to be there before the kubelet can start the Pod; what is optional is left out. */
export function referencesOf({ spec }: RunPod): Reference[] {
  const needed = (resource: ResourceType, name: string | undefined, field: string): Reference[] =>
    name ? [{ resource, name, field, weight: 'needed' }] : [];
  const volumes = (spec.volumes ?? []).flatMap(({ name, configMap, secret, persistentVolumeClaim, projected }) => {
    const field = `volume "${name}"`;
    return [
      ...(configMap?.optional ? [] : needed(CONFIG_MAPS, configMap?.name, field)),
      ...(secret?.optional ? [] : needed(SECRETS, secret?.secretName, field)),
      ...needed(CLAIMS, persistentVolumeClaim?.claimName, field),
      // The credentials of the pool are looked at by themselves.
      ...(projected?.sources ?? []).flatMap((source) =>
        source.configMap?.optional ? [] : needed(CONFIG_MAPS, source.configMap?.name, field),
      ),
    ];
  });
  const containers = [...spec.initContainers, ...spec.containers].flatMap(({ name, env = [], envFrom = [] }) => {
    const field = `the environment of container "${name}"`;
    return [
      ...env.flatMap(({ valueFrom: { configMapKeyRef: map, secretKeyRef: secret } = {} }) => [
        ...(map?.optional ? [] : needed(CONFIG_MAPS, map?.name, field)),
        ...(secret?.optional ? [] : needed(SECRETS, secret?.name, field)),
      ]),
      ...envFrom.flatMap(({ configMapRef: map, secretRef: secret }) => [
        ...(map?.optional ? [] : needed(CONFIG_MAPS, map?.name, field)),
        ...(secret?.optional ? [] : needed(SECRETS, secret?.name, field)),
      ]),
    ];
  });
  const pulls = (spec.imagePullSecrets ?? []).flatMap(({ name }): Reference[] =>
    name ? [{ resource: SECRETS, name, field: 'spec.pod.imagePullSecrets', weight: 'pull' }] : [],
  );
  const account = needed(SERVICE_ACCOUNTS, spec.serviceAccountName, 'spec.pod.serviceAccountName');
  const all = [...account, ...volumes, ...containers, ...pulls];
  const isFirst = ({ resource, name }: Reference, index: number): boolean =>
    all.findIndex((each) => each.resource === resource && each.name === name) === index;
  return all.filter(isFirst);
}

async function factOf(view: ClusterView, pool: WorkerPool): Promise<PodFact> {
  const { namespace } = pool.metadata;
  const sample = await sampleOf(view, pool);
  const source = policySourceOf(sample.pod);
  const seen = new Map<string, Seen<KubeObject | undefined>>();
  const references = referencesOf(sample.pod).filter(
    ({ resource, name }) => !(resource === CONFIG_MAPS && name === source?.configMap),
  );
  for (const { resource, name } of references) {
    seen.set(`${resource.plural}/${name}`, await view.get(resource, namespace, name));
  }
  const map = source && (await view.get<ConfigMap>(CONFIG_MAPS, namespace, source.configMap));
  return {
    ...sample,
    policy: source && map !== 'unseen' ? policyProblem(source, namespace, map)?.message : undefined,
    missing: references.filter(({ resource, name }) => seen.get(`${resource.plural}/${name}`) === undefined),
  };
}

export const pods = subject<readonly PodFact[], Code>({
  name: 'pods',
  looksAt:
    'A run Pod of each WorkerPool, which the API server is asked about without making it; and what it names: the initialization policy, ConfigMaps, Secrets (by their names), claims, the ServiceAccount, pull secrets.',
  kinds,
  gather: ({ view, scene }) => Promise.all(scene.pools.map((pool) => factOf(view, pool))),
  findings: podFindings,
});
