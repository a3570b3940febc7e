import { FINALIZER, LABEL, POOL_CONDITION, type WorkerPool } from '../../api';
import { spanInWords } from '../../time';
import type { Found } from '../finding';
import { groupsOf } from '../group';
import { poolName, type Scene } from '../scene';
import { subject } from '../subject';

export type PoolsFact = Pick<Scene, 'now' | 'pools'>;

/** How long a controller may take to write a first status, or one of a new generation. */
const PATIENCE_MS = 60_000;
/** How long a deletion may take before it is told: a run may end meanwhile. */
const DELETION_MS = 15 * 60_000;

const kinds = {
  'pool-not-ready': {
    level: 'FAILED',
    meaning: 'A condition of a WorkerPool is False: the message is that of the condition.',
    mend: 'Do what the message says; docs/operations/troubleshooting.md has each of them.',
  },
  'pool-unseen': {
    level: 'FAILED',
    meaning: 'No controller has looked at a WorkerPool, or at its last change, for over a minute.',
    mend: 'Look at the controller first: it does not run, does not lead, or does not look after this namespace.',
  },
  'pool-shared': {
    level: 'FAILED',
    meaning: 'Two WorkerPools have the token of the same pool: they take its session from one another.',
    mend: 'Make a pool for each of them: worker-pools pool create.',
  },
  'pool-stuck': {
    level: 'WARNING',
    meaning:
      'A WorkerPool is being deleted for over 15 minutes. It waits for its runs, its control plane or its controller.',
    mend: 'See what it waits for in its condition Ready. A controller has to be there until it is gone: do not take the finalizer off by hand.',
  },
  'finalizer-foreign': {
    level: 'WARNING',
    meaning: 'A WorkerPool that is being deleted waits for a finalizer of somebody else.',
    mend: 'Ask whoever put it there, or take it off once their work is done.',
  },
  'pool-foreground': {
    level: 'FAILED',
    meaning:
      'A WorkerPool is deleted in the foreground: Kubernetes deletes the Pods of its runs before it, which ends them.',
    mend: 'Delete in the background: kubectl delete without --cascade=foreground; for Argo CD the finalizer resources-finalizer.argocd.argoproj.io/background and PrunePropagationPolicy=background.',
  },
} as const;

type Code = keyof typeof kinds;

/** Kubernetes' own: it deletes what the object owns first. */
const FOREGROUND = 'foregroundDeletion';

export function poolFindings({ now, pools }: PoolsFact): Found<Code>[] {
  return [
    ...pools.flatMap((pool) =>
      pool.metadata.deletionTimestamp ? deletionFindings(pool, now) : lifeFindings(pool, now),
    ),
    ...sharedFindings(pools),
  ];
}

function lifeFindings(pool: WorkerPool, now: number): Found<Code>[] {
  const object = poolName(pool);
  const { metadata, status } = pool;
  const { observedGeneration, conditions = [] } = status ?? {};
  if (observedGeneration === undefined) {
    const age = now - Date.parse(metadata.creationTimestamp);
    const message = `it has no status ${spanInWords(age)} after it was made`;
    return age > PATIENCE_MS ? [{ code: 'pool-unseen', object, message }] : [];
  }
  const changed = lastChange(pool);
  if (observedGeneration < (metadata.generation ?? 0) && now - changed > PATIENCE_MS) {
    const message = `its status is of generation ${observedGeneration}, and it has generation ${metadata.generation}`;
    return [{ code: 'pool-unseen', object, message }];
  }
  // Ready repeats what another condition says.
  const bad = conditions.filter(({ status: isTrue }) => isTrue === 'False');
  const told = bad.filter(({ type }) => type !== POOL_CONDITION.ready);
  return (told.length > 0 ? told : bad).map(({ type, reason, message }) => ({
    code: 'pool-not-ready',
    object,
    message: `${type} is False (${reason}): ${message}`,
  }));
}

/** When somebody last wrote anything of it; the time of its making where nobody tells. */
function lastChange({ metadata }: WorkerPool): number {
  const { managedFields = [] } = metadata as { managedFields?: readonly { time?: string; subresource?: string }[] };
  const times = managedFields
    .filter(({ subresource }) => subresource === undefined)
    .map(({ time = '' }) => Date.parse(time));
  return Math.max(Date.parse(metadata.creationTimestamp), ...times.filter((time) => !Number.isNaN(time)));
}

function deletionFindings(pool: WorkerPool, now: number): Found<Code>[] {
  const object = poolName(pool);
  const { deletionTimestamp = '', finalizers = [] } = pool.metadata;
  const since = now - Date.parse(deletionTimestamp);
  const found: Found<Code>[] = [];
  if (finalizers.includes(FOREGROUND)) {
    found.push({ code: 'pool-foreground', object, message: 'it is being deleted in the foreground' });
  }
  if (since <= DELETION_MS) return found;
  const others = finalizers.filter((name) => ![FOREGROUND, 'orphan', FINALIZER.workerPool].includes(name));
  if (others.length > 0) {
    found.push({ code: 'finalizer-foreign', object, message: `its deletion waits for ${others.join(', ')}` });
  }
  if (finalizers.includes(FINALIZER.workerPool)) {
    const ready = pool.status?.conditions?.find(({ type }) => type === POOL_CONDITION.ready);
    const why = ready ? `: ${ready.message}` : '';
    found.push({ code: 'pool-stuck', object, message: `it is being deleted for ${spanInWords(since)}${why}` });
  }
  return found;
}

function sharedFindings(pools: readonly WorkerPool[]): Found<Code>[] {
  const ulidOf = ({ metadata }: WorkerPool): string => metadata.labels?.[LABEL.poolUlid] ?? '';
  const registered = pools.filter((pool) => ulidOf(pool) !== '' && !pool.metadata.deletionTimestamp);
  return groupsOf(registered, ulidOf)
    .filter((same) => same.length > 1)
    .map(([pool, ...others]) => {
      const message = `it is the same pool ${ulidOf(pool)} as ${others.map(poolName).join(', ')}`;
      return { code: 'pool-shared', object: poolName(pool), message };
    });
}

export const pools = subject<PoolsFact, Code>({
  name: 'pools',
  looksAt:
    'The conditions of each WorkerPool, whether a controller looks at it, its finalizers, and how it is deleted.',
  kinds,
  gather: ({ scene }) => Promise.resolve(scene),
  findings: poolFindings,
});
