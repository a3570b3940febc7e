import { BUDGETS } from '../../../src/controller/disruption/budget';
import type { Core } from './core';
import { removeObject } from './deletion';
import { resourceKey } from './kinds';
import { notFound, refuse } from './refusals';
import type { Parsed } from './request';
import { keyOfStored, storeKey } from './store';
import type { Stored } from './types';

const BUDGETS_KEY = resourceKey(BUDGETS);

interface Term {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

interface BudgetSpec {
  readonly minAvailable?: number;
  readonly selector?: {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly Term[];
  };
}

const TOO_EARLY = "Cannot evict pod as it would violate the pod's disruption budget.";
/** How long the disruption controller takes to look at a budget, at most. */
const LOOK_MS = 500;

/** What the disruption controller says of a budget. Of the Pods it knows what the eviction looks at itself. */
export function followBudgets({ store, clock, random, faults }: Core): void {
  store.onChange(({ resource, type, object }) => {
    const { generation } = object.metadata;
    if (resource !== BUDGETS_KEY || type === 'DELETED' || object.status?.observedGeneration === generation) return;
    clock.setTimer(faults.collectorDelayMs?.() ?? LOOK_MS * random(), () => {
      const live = store.get(resource, keyOfStored(object));
      if (live?.metadata.uid !== object.metadata.uid) return;
      const status = { ...live.status, observedGeneration: live.metadata.generation };
      store.put(resource, keyOfStored(live), { ...live, status }, 'disruption-controller');
    });
  });
}

/** The eviction API, which `kubectl drain` and autoscalers use: it asks the budgets. */
export function evict(core: Core, { rules, seen, text }: Parsed): string {
  const pod = core.store.get('pods', storeKey(seen.namespace, seen.name ?? ''));
  if (!pod) throw notFound(rules, seen.name ?? '');
  if (!isFree(pod)) askBudgets(core, pod);
  const { deleteOptions } = JSON.parse(text ?? '{}') as { deleteOptions?: object };
  removeObject(core, seen, pod, deleteOptions ?? {});
  return '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}';
}

/** Of what has not begun, has ended, or goes anyway no budget says anything. */
function isFree({ metadata, status }: Stored): boolean {
  const phase = status?.phase as string;
  return metadata.deletionTimestamp !== undefined || ['Pending', 'Succeeded', 'Failed'].includes(phase);
}

/** @throws ApiRefusal */
function askBudgets({ store }: Core, pod: Stored): void {
  const budgets = [...store.all(BUDGETS_KEY).values()].filter(
    (budget) => budget.metadata.namespace === pod.metadata.namespace && selects(budget, pod),
  );
  if (budgets.length > 1) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw refuse(500, 'InternalError', message);
  }
  const budget = budgets[0];
  if (!budget) return;
  if (budget.status?.observedGeneration !== budget.metadata.generation) {
    throw refuse(429, 'TooManyRequests', TOO_EARLY, undefined, 10);
  }
  const { minAvailable = 0 } = budget.spec as BudgetSpec;
  const healthy = [...store.all('pods').values()].filter(
    (other) => other.metadata.namespace === pod.metadata.namespace && selects(budget, other) && isReady(other),
  ).length;
  const hasRoom = isReady(pod) ? healthy > minAvailable : healthy >= minAvailable && minAvailable > 0;
  if (!hasRoom) {
    const { name } = budget.metadata;
    const message = "Cannot evict pod as it would violate the pod's disruption budget.";
    throw refuse(429, 'TooManyRequests', message, [
      {
        reason: 'DisruptionBudget',
        message: `The disruption budget ${name} needs ${minAvailable} healthy pods and has ${healthy} currently`,
      },
    ]);
  }
}

function selects(budget: Stored, pod: Stored): boolean {
  const { matchLabels = {}, matchExpressions = [] } = (budget.spec as BudgetSpec).selector ?? {};
  const labels = pod.metadata.labels ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((term) => isMet(term, labels[term.key]))
  );
}

function isMet({ operator, values = [] }: Term, value: string | undefined): boolean {
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && values.includes(value);
    default:
      return value === undefined || !values.includes(value);
  }
}

function isReady({ metadata, status }: Stored): boolean {
  const conditions = (status?.conditions ?? []) as readonly { type: string; status: string }[];
  return (
    metadata.deletionTimestamp === undefined &&
    conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True')
  );
}
