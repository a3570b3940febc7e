import { RUN_BUDGET, type WorkerPool } from '../../api';
import { BUDGETS } from '../../controller/disruption/budget';
import type { KubeObject } from '../../controller/runtime';
import { sampleRunPod } from '../../controller/worker-pool/template-check';
import type { Found } from '../finding';
import { poolName } from '../scene';
import { matches, type LabelSelector } from '../selector';
import { subject } from '../subject';
import type { Seen } from '../view';

/** As much of a PodDisruptionBudget as is looked at. */
export interface AnyBudget extends KubeObject {
  readonly spec?: { readonly selector?: LabelSelector };
}

interface BudgetFact {
  readonly pool: WorkerPool;
  readonly labels: Readonly<Record<string, string>>;
  readonly budgets: Seen<readonly AnyBudget[]>;
  /** Whether the controller of the pool makes a budget of its own while runs go on. */
  readonly keepsOwn: boolean;
}

const kinds = {
  'budgets-overlap': {
    level: 'FAILED',
    meaning:
      'Two PodDisruptionBudgets select the run Pods of a WorkerPool: the API server refuses every eviction of such a Pod with an error, so that no drain ends while it is there.',
    mend: 'Leave one of them: the drain protection of the operator (pdb.enabled), or your own.',
  },
} as const;

type Code = keyof typeof kinds;

export function budgetFindings(facts: readonly BudgetFact[]): Found<Code>[] {
  return facts.flatMap(({ pool, labels, budgets, keepsOwn }): Found<Code>[] => {
    if (budgets === 'unseen') return [];
    const names = budgets.filter(({ spec }) => matches(spec?.selector, labels)).map(({ metadata }) => metadata.name);
    const all = keepsOwn ? [...new Set([...names, RUN_BUDGET.name])] : names;
    if (all.length < 2) return [];
    const message = `its run Pods are selected by ${all.length} PodDisruptionBudgets: ${all.join(', ')}`;
    return [{ code: 'budgets-overlap', object: poolName(pool), message }];
  });
}

export const budgets = subject<readonly BudgetFact[], Code>({
  name: 'budgets',
  looksAt: 'The PodDisruptionBudgets of the namespaces of pools: whether several select the same run Pods.',
  kinds,
  gather: async ({ view, scene: { pools, controllers } }) => {
    const keepers = controllers === 'unseen' ? [] : controllers.filter(({ keepsBudgets }) => keepsBudgets);
    const spaces = [...new Set(pools.map(({ metadata }) => metadata.namespace))];
    const found = new Map<string, Seen<readonly AnyBudget[]>>();
    for (const space of spaces) found.set(space, await view.list<AnyBudget>(BUDGETS, space));
    return pools.map((pool) => ({
      pool,
      labels: sampleRunPod(pool).pod.metadata.labels ?? {},
      budgets: found.get(pool.metadata.namespace) ?? [],
      keepsOwn: keepers.some(
        ({ namespaces }) => namespaces.length === 0 || namespaces.includes(pool.metadata.namespace),
      ),
    }));
  },
  findings: budgetFindings,
});
