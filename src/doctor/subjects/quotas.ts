import { DEFAULTS, type WorkerPool } from '../../api';
import { isLive, type RunPod } from '../../controller/run';
import type { KubeObject } from '../../controller/runtime';
import type { Found } from '../finding';
import { QUOTAS } from '../kinds';
import { numberOf, usageOf, type Usage } from '../resources';
import { sampleOf } from '../samples';
import { poolName } from '../scene';
import { subject } from '../subject';
import type { Seen } from '../view';

/** As much of a ResourceQuota as is looked at. */
export interface Quota extends KubeObject {
  readonly spec?: { readonly scopes?: readonly string[]; readonly scopeSelector?: object };
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
}

interface QuotaFact {
  readonly pool: WorkerPool;
  readonly size: number;
  /** What one of its run Pods takes. */
  readonly each: Usage;
  /** Run Pods of the pool that are counted in what is used. */
  readonly live: number;
  readonly quotas: Seen<readonly Quota[]>;
}

const kinds = {
  'quota-no-room': {
    level: 'FAILED',
    meaning: 'A ResourceQuota has no room for a single run Pod of a WorkerPool.',
    mend: 'Raise the quota, free what others use of it, or ask for less in spec.pod.',
  },
  'quota-too-small': {
    level: 'WARNING',
    meaning: 'A ResourceQuota has less room than all Workers of a WorkerPool need at once: the other runs wait.',
    mend: 'Raise the quota, or make the pool smaller.',
  },
} as const;

type Code = keyof typeof kinds;

export function quotaFindings(facts: readonly QuotaFact[]): Found<Code>[] {
  return facts.flatMap(({ pool, size, each, live, quotas }) =>
    (quotas === 'unseen' ? [] : quotas).filter(appliesToRuns).flatMap(({ metadata, status }): Found<Code>[] => {
      const { hard = {}, used = {} } = status ?? {};
      const rooms = Object.entries(hard).flatMap(([resource, most]) => {
        const one = each[resource];
        const whole = numberOf(most);
        if (!one || whole === undefined) return [];
        const ofOthers = Math.max(0, (numberOf(used[resource]) ?? 0) - live * one);
        // Quantities are not exact as floating numbers.
        return [{ resource, most, room: Math.floor((whole - ofOthers) / one + 1e-9) }];
      });
      const narrowest = rooms.sort((a, b) => a.room - b.room)[0];
      if (!narrowest || narrowest.room >= size) return [];
      const { resource, most, room } = narrowest;
      const place = `ResourceQuota "${metadata.name}" (${resource} ${most}, ${used[resource] ?? 0} used)`;
      return room <= 0
        ? [{ code: 'quota-no-room', object: poolName(pool), message: `${place} has no room for a run Pod` }]
        : [
            {
              code: 'quota-too-small',
              object: poolName(pool),
              message: `${place} has room for ${room} of its ${size} run Pods`,
            },
          ];
    }),
  );
}

/** Run Pods have a deadline; whether other scopes take them in depends on more than is looked at. */
function appliesToRuns({ spec }: Quota): boolean {
  return spec?.scopeSelector === undefined && (spec?.scopes ?? []).every((scope) => scope === 'Terminating');
}

export const quotas = subject<readonly QuotaFact[], Code>({
  name: 'quotas',
  looksAt:
    'The ResourceQuotas of the namespaces of pools: whether all Workers of a pool could have their Pods at once, with the defaults of LimitRanges, beside what others use.',
  kinds,
  gather: async ({ view, scene }) => {
    const spaces = [...new Set(scene.pools.map(({ metadata }) => metadata.namespace))];
    const found = new Map<string, Seen<readonly Quota[]>>();
    for (const space of spaces) found.set(space, await view.list<Quota>(QUOTAS, space));
    const limited = scene.pools.filter(({ metadata }) => (found.get(metadata.namespace)?.length ?? 0) > 0);
    return Promise.all(
      limited.map(async (pool) => ({
        pool,
        size: pool.spec?.poolSize ?? DEFAULTS.poolSize,
        // What could not be asked is told of by the Pods already.
        each: usageOf((await sampleOf(view.apart(), pool)).pod),
        live: livePods(scene.runPods, pool),
        quotas: found.get(pool.metadata.namespace) ?? [],
      })),
    );
  },
  findings: quotaFindings,
});

const livePods = (runPods: Seen<readonly RunPod[]>, { metadata }: WorkerPool): number =>
  runPods === 'unseen'
    ? 0
    : runPods.filter((pod) => pod.metadata.namespace === metadata.namespace && isLive(pod) && isOf(pod, metadata.name))
        .length;

/** By the name of the Worker, which begins with that of its pool. */
const isOf = ({ metadata }: RunPod, pool: string): boolean =>
  metadata.ownerReferences?.some(({ name }) => name.slice(0, -27) === pool) ?? false;
