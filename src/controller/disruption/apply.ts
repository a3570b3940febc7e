import { API_VERSION, EVENT_REASON, RUN_BUDGET, WORKER_POOL } from '../../api';
import type { Caches } from '../caches';
import {
  deleteObject,
  explainRefusal,
  isAlreadyExists,
  refusalOf,
  type Cache,
  type EventRecorder,
  type KubeClient,
} from '../runtime';
import { BUDGETS, isOwn, runBudget, type Budget } from './budget';
import type { Action } from './decide';

export interface ApplyContext {
  readonly client: KubeClient;
  readonly caches: Pick<Caches, 'pods' | 'pools'>;
  readonly budgets: Cache<Budget>;
  readonly events: EventRecorder;
}

/** Carries out one action for the namespace. */
export async function apply(
  context: ApplyContext,
  namespace: string,
  action: Action,
  signal: AbortSignal,
): Promise<void> {
  switch (action.type) {
    case 'createBudget':
      return createBudget(context, namespace, signal);
    case 'deleteBudget':
      return deleteBudget(context, namespace, action.budget, signal);
  }
}

async function createBudget(context: ApplyContext, namespace: string, signal: AbortSignal): Promise<void> {
  const { client, budgets } = context;
  try {
    budgets.noteWritten(await client.create<Budget>(BUDGETS, namespace, runBudget(namespace), { signal }));
  } catch (error) {
    // That of the leader before us, which the watch has not shown yet.
    const found = isAlreadyExists(error)
      ? await client.get<Budget>(BUDGETS, namespace, RUN_BUDGET.name, { signal })
      : undefined;
    if (found && isOwn(found)) return budgets.noteWritten(found);
    warn(context, namespace, error, found);
    throw error;
  }
}

async function deleteBudget(
  { client, budgets }: ApplyContext,
  namespace: string,
  budget: Budget,
  signal: AbortSignal,
): Promise<void> {
  const { uid = '' } = budget.metadata;
  await deleteObject(client, BUDGETS, { namespace, name: RUN_BUDGET.name, uid }, { signal });
  budgets.noteDeleted(budget);
}

/** Runs go on unprotected: whoever drains a node has to know. */
function warn({ caches, events }: ApplyContext, namespace: string, error: unknown, stranger: Budget | undefined): void {
  const refusal = refusalOf(error);
  if (refusal === undefined || refusal.kind === 'namespace-gone') return;
  const message = stranger
    ? `A PodDisruptionBudget ${RUN_BUDGET.name} that is not this controller's stands in namespace ${namespace}, so that runs are not protected when nodes are drained: delete it; the right one is then made by itself.`
    : explainRefusal(refusal, {
        object: `the PodDisruptionBudget ${RUN_BUDGET.name}, without which runs are not protected when nodes are drained`,
        verb: 'create',
        namespace,
        field: 'pdb.enabled of the chart',
        then: 'it is then made by itself',
      });
  const event = { type: 'Warning', reason: EVENT_REASON.runsUnprotected, message } as const;
  for (const { metadata } of caches.pools.list()) {
    if (metadata.namespace !== namespace) continue;
    events.event({ apiVersion: API_VERSION, kind: WORKER_POOL.kind, metadata }, event);
  }
}
