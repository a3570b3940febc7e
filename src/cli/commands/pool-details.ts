import type { ResultOf } from 'gql.tada';
import type { ApiClient } from '../api/client';
import { POOL_DETAILS } from '../api/documents';
import { table, when } from '../api/output';
import { poolNotFound } from './find-pool';

type Answer = ResultOf<typeof POOL_DETAILS>;
type QueuedRun = Answer['searchRuns']['edges'][number]['node'] & {
  /** Null for one that waits for something else than a worker. */
  readonly position: number | null;
};

interface PoolDetails extends Omit<NonNullable<Answer['workerPool']>, 'searchSchedulableRuns'> {
  /** In progress first, then those whose turn it is, then those that wait for something else. */
  readonly queue: readonly QueuedRun[];
  readonly hasMoreRuns: boolean;
  readonly usedBy: Answer['stacks'];
}

/** A pool with its queue, and what it is used by. @throws UserError when it went away meanwhile */
export async function poolDetails(client: ApiClient, id: string): Promise<PoolDetails> {
  const predicates = [
    { field: 'workerPool', constraint: { stringMatches: [id] } },
    { field: 'finished', constraint: { booleanEquals: [false] } },
  ];
  const { workerPool, stacks, modules, searchRuns } = await client.query(POOL_DETAILS, { id, predicates });
  if (!workerPool) throw poolNotFound(id);
  const { searchSchedulableRuns, ...pool } = workerPool;
  const inTurn = searchSchedulableRuns.edges.map(({ node: { position, run } }) => ({ ...run, position }));
  const known = new Set(inTurn.map((run) => run.id));
  const others = searchRuns.edges.flatMap(({ node }) => (known.has(node.id) ? [] : [{ ...node, position: null }]));
  const { hasNextPage } = searchSchedulableRuns.pageInfo;
  // What comes behind the shown page of the queue is no other run.
  const queue = hasNextPage ? inTurn : [...inTurn, ...others];
  return { ...pool, queue, hasMoreRuns: hasNextPage, usedBy: [...stacks, ...modules] };
}

export function poolText(pool: PoolDetails): string {
  const { driftDetectionRunLimit: limit } = pool;
  const facts: [string, string][] = [
    ['Name', pool.name],
    ['Id', pool.id],
    ['Description', pool.description ?? '(none)'],
    ['Labels', pool.labels.join(', ') || '(none)'],
    ['Space', pool.space],
    ['Drift runs', limit === null || limit < 0 ? 'without limit' : limit === 0 ? 'none' : `${limit} at once`],
    ['Workers', `${pool.workersCount}: ${pool.busyWorkers} busy, ${pool.drainedWorkers} drained`],
    ['Managed by', pool.managedBy === null ? '(people)' : `WorkerPool ${pool.managedBy} of a cluster`],
    ['Created', when(pool.createdAt)],
    ['Used by', usedBy(pool)],
  ];
  return `${table(facts)}\n\n${queueText(pool)}`;
}

function usedBy({ usedBy: users, usersCount }: PoolDetails): string {
  if (users.length === 0) return '(no stack, no module)';
  const more = usersCount - users.length;
  return `${users.map(({ name }) => name).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

function queueText({ queue, hasMoreRuns }: PoolDetails): string {
  if (queue.length === 0) return 'No run is queued or in progress.';
  const rows = queue.map((run) => [
    run.position === null ? '-' : String(run.position),
    run.id,
    run.stackName,
    run.isPrioritized ? `${run.type} (prioritized)` : run.type,
    run.state,
    run.waitsFor ?? '',
  ]);
  const more = hasMoreRuns ? '\nand more' : '';
  return `${table([['QUEUE', 'RUN', 'STACK', 'TYPE', 'STATE', 'WAITS FOR'], ...rows])}${more}`;
}
