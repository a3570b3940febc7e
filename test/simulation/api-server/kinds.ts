import { WORKER_POOLS, WORKERS } from '../../../src/controller/resources';
import { BUDGETS } from '../../../src/controller/disruption/budget';
import type { ResourceType } from '../../../src/controller/runtime';
import { CONFIG_MAPS, EVENTS, LEASES, PODS, SECRETS } from '../../../src/controller/runtime/objects';

export const NAMESPACES: ResourceType = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' };

/** How the API server treats the objects of a resource. */
export interface KindRules {
  readonly resource: ResourceType;
  readonly namespaced: boolean;
  /** A subresource of its own for the status, which other writes do not touch. */
  readonly status: boolean;
  /** Counts changes of the spec. */
  readonly generation: boolean;
  /** A PUT may leave out the version that it is based on. */
  readonly unconditionalUpdate: boolean;
  /** Keeps who wrote what: only as far as the controller takes itself off that list again. */
  readonly managedFields: boolean;
  /** Path of the replicas that the scale subresource reads and writes, below `spec` and `status`. */
  readonly scale?: { readonly spec: string; readonly status: string; readonly selector: string };
}

const PLAIN = {
  namespaced: true,
  status: false,
  generation: false,
  unconditionalUpdate: true,
  managedFields: false,
} as const;
const CUSTOM = { ...PLAIN, status: true, generation: true, unconditionalUpdate: false, managedFields: true } as const;

const RULES: readonly KindRules[] = [
  { ...PLAIN, resource: PODS, status: true, generation: true },
  { ...PLAIN, resource: SECRETS },
  { ...PLAIN, resource: CONFIG_MAPS },
  { ...PLAIN, resource: EVENTS },
  { ...PLAIN, resource: LEASES, unconditionalUpdate: false },
  { ...PLAIN, resource: BUDGETS, status: true, generation: true, unconditionalUpdate: false },
  { ...PLAIN, resource: NAMESPACES, namespaced: false, status: true },
  { ...CUSTOM, resource: WORKERS },
  {
    ...CUSTOM,
    resource: WORKER_POOLS,
    scale: { spec: 'poolSize', status: 'actualPoolSize', selector: 'selector' },
  },
];

/** `pods`, or `workers.<group>`. */
export function resourceKey({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

const BY_KEY = new Map(RULES.map((rules) => [resourceKey(rules.resource), rules]));
const BY_PATH = new Map(
  RULES.map((rules) => [`${rules.resource.group}/${rules.resource.version}/${rules.resource.plural}`, rules]),
);

export function rulesOf(key: string): KindRules {
  const rules = BY_KEY.get(key);
  if (!rules) throw new Error(`the simulated API server does not know ${key}: add it to kinds.ts`);
  return rules;
}

export function rulesAt(group: string, version: string, plural: string): KindRules | undefined {
  return BY_PATH.get(`${group}/${version}/${plural}`);
}

export function rulesOfKind(apiVersion: string, kind: string): KindRules | undefined {
  return RULES.find(
    ({ resource: { group, version, kind: own } }) =>
      own === kind && apiVersion === (group === '' ? version : `${group}/${version}`),
  );
}
