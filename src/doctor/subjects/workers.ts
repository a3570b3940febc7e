import { FINALIZER, LABEL, WORKER_CONDITION, WORKER_STATE, type Worker, type WorkerPool } from '../../api';
import { poolUidOf, workerIdOf, workerUidOf } from '../../controller/resources';
import { isLive } from '../../controller/run';
import { spanInWords } from '../../time';
import type { Found } from '../finding';
import { poolName, type Scene } from '../scene';
import { subject } from '../subject';

export interface WorkersFact extends Pick<Scene, 'now' | 'pools' | 'workers' | 'runPods'> {
  /** Whether all pools of the namespaces were looked at, so that a Worker of none has lost its pool. */
  readonly isWhole: boolean;
  /** Ids that a control plane has, by the UID of the WorkerPool. */
  readonly known: ReadonlyMap<string, readonly string[]>;
}

/** How long a Worker may have a run and no Pod: the next one is being made, or the last one is being reported. */
const WITHOUT_POD_MS = 5 * 60_000;
const DELETION_MS = 15 * 60_000;
/** How long a Worker may be there before the control plane knows it, or the other way round. */
const FRESH_MS = 2 * 60_000;

const kinds = {
  'worker-orphaned': {
    level: 'WARNING',
    meaning:
      'The WorkerPool of a Worker is gone: Kubernetes collects such objects, unless a finalizer or a broken garbage collector keeps them.',
    mend: 'See what keeps it: kubectl get worker NAME -o jsonpath={.metadata.finalizers}.',
  },
  'worker-without-pod': {
    level: 'WARNING',
    meaning: 'A Worker has had a run for minutes, and no Pod carries it out.',
    mend: 'See its condition RunPodStarted: kubectl describe worker NAME.',
  },
  'worker-stuck': {
    level: 'WARNING',
    meaning: 'A Worker without a Pod is being deleted for over 15 minutes.',
    mend: 'Its controller has to agree with the control plane first: look at the condition Waiting of the Worker, and at the controller.',
  },
  'pod-orphaned': {
    level: 'WARNING',
    meaning: 'A run Pod belongs to a Worker that is gone.',
    mend: 'Delete the Pod once its log was read; a run that is still in it is lost to its control plane.',
  },
  'worker-ghost': {
    level: 'WARNING',
    meaning: 'The control plane has a worker that no object in the cluster stands for: runs that it gets do not start.',
    mend: 'It is forgotten 10 minutes after its controller was last heard; where it stays, another cluster has the same token.',
  },
  'worker-unknown': {
    level: 'WARNING',
    meaning: 'The control plane does not know a Worker of the cluster: it gets no run.',
    mend: 'Its controller registers it with the next sync; where it stays, look at the condition Registered of the pool.',
  },
} as const;

type Code = keyof typeof kinds;

export function workerFindings(facts: WorkersFact): Found<Code>[] {
  const { workers } = facts;
  if (workers === 'unseen') return [];
  return [
    ...workers.flatMap((worker) => workerFinding(worker, facts)),
    ...orphanedPods(facts, workers),
    ...facts.pools.flatMap((pool) => strangers(pool, workers, facts)),
  ];
}

const nameOf = ({ metadata: { namespace, name } }: Worker): string => `Worker ${namespace}/${name}`;

function workerFinding(worker: Worker, { now, pools, isWhole, runPods }: WorkersFact): Found<Code>[] {
  const object = nameOf(worker);
  const { uid, creationTimestamp } = worker.metadata;
  const pool = poolUidOf(worker);
  if (isWhole && !pools.some(({ metadata }) => metadata.uid === pool) && olderThan(FRESH_MS, creationTimestamp, now)) {
    return [{ code: 'worker-orphaned', object, message: 'the WorkerPool that it belongs to is not there' }];
  }
  if (runPods === 'unseen' || runPods.some((pod) => workerUidOf(pod) === uid && isLive(pod))) return [];
  return [stuckFinding(worker, now) ?? idleFinding(worker, now) ?? []].flat();
}

function stuckFinding(worker: Worker, now: number): Found<Code> | undefined {
  const { deletionTimestamp, finalizers = [] } = worker.metadata;
  const waits = finalizers.includes(FINALIZER.worker) && olderThan(DELETION_MS, deletionTimestamp, now);
  if (!deletionTimestamp || !waits) return undefined;
  const message = `it is being deleted for ${spanInWords(now - Date.parse(deletionTimestamp))}, and has no Pod`;
  return { code: 'worker-stuck', object: nameOf(worker), message };
}

/** A run without a Pod. */
function idleFinding(worker: Worker, now: number): Found<Code> | undefined {
  const { state, currentRunID, conditions = [] } = worker.status ?? {};
  const changes = conditions.map(({ lastTransitionTime }) => lastTransitionTime).sort();
  const began = changes.at(-1) ?? worker.metadata.creationTimestamp;
  if (state !== WORKER_STATE.busy || !currentRunID || !olderThan(WITHOUT_POD_MS, began, now)) return undefined;
  const why = conditions.find(({ type, status }) => type === WORKER_CONDITION.runPodStarted && status === 'False');
  const message = `it has run ${currentRunID} and no Pod${why ? `: ${why.message}` : ''}`;
  return { code: 'worker-without-pod', object: nameOf(worker), message };
}

function orphanedPods({ now, runPods }: WorkersFact, workers: readonly Worker[]): Found<Code>[] {
  if (runPods === 'unseen') return [];
  const uids = new Set(workers.map(({ metadata }) => metadata.uid));
  return runPods
    .filter((pod) => !uids.has(workerUidOf(pod) ?? '') && olderThan(FRESH_MS, pod.metadata.creationTimestamp, now))
    .map(({ metadata: { namespace, name } }) => {
      return { code: 'pod-orphaned', object: `Pod ${namespace}/${name}`, message: 'its Worker is not there' };
    });
}

/** What only one of the two sides has. */
function strangers(pool: WorkerPool, workers: readonly Worker[], { now, known }: WorkersFact): Found<Code>[] {
  const there = known.get(pool.metadata.uid);
  if (!there) return [];
  const own = workers.filter((worker) => poolUidOf(worker) === pool.metadata.uid);
  const ids = new Set(own.map(workerIdOf));
  const ghosts = there.filter((id) => !ids.has(id));
  const settled = own.filter(
    ({ metadata }) => !metadata.deletionTimestamp && olderThan(FRESH_MS, metadata.creationTimestamp, now),
  );
  const unknown = settled.filter((worker) => !there.includes(workerIdOf(worker) ?? ''));
  return [
    ...(ghosts.length > 0
      ? [
          {
            code: 'worker-ghost',
            object: poolName(pool),
            message: `${told(ghosts)} in the control plane alone`,
          } as const,
        ]
      : []),
    ...unknown.map((worker): Found<Code> => {
      return { code: 'worker-unknown', object: nameOf(worker), message: 'the control plane does not know it' };
    }),
  ];
}

const told = (ids: readonly string[]): string =>
  ids.length === 1 ? `worker ${ids[0]} is` : `${ids.length} workers, such as ${ids[0]}, are`;

const olderThan = (age: number, time: string | undefined, now: number): boolean => now - Date.parse(time ?? '') > age;

export const workers = subject<WorkersFact, Code>({
  name: 'workers',
  looksAt:
    'Workers and run Pods that belong together, deletions that do not end; and, where a profile or an API key is there, the workers of the control plane against those of the cluster.',
  kinds,
  gather: async ({ view, scene: { now, pools, workers: all, runPods, scope, knownWorkers } }) => {
    const known = new Map<string, readonly string[]>();
    try {
      for (const { metadata } of knownWorkers ? pools : []) {
        const ulid = metadata.labels?.[LABEL.poolUlid];
        const ids = ulid === undefined ? undefined : await knownWorkers?.(ulid);
        if (ids) known.set(metadata.uid, ids);
      }
    } catch (error) {
      const why = `the control plane was not asked for its workers: ${(error as Error).message}`;
      view.noteOther({ why, mend: 'Correct the profile, or the flags that say which control plane.' });
    }
    return { now, pools, workers: all, runPods, isWhole: scope.pool === undefined, known };
  },
  findings: workerFindings,
});
