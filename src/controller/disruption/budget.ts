import { LABEL, RUN_BUDGET } from '../../api';
import { apiVersionOf, type KubeObject, type ResourceType } from '../runtime';

/** As much of a PodDisruptionBudget as is written here. */
export interface Budget extends KubeObject {
  readonly spec: { readonly minAvailable?: number | string; readonly selector: object };
}

export const BUDGETS: ResourceType = {
  group: 'policy',
  version: 'v1',
  plural: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
};

/** Only our own budgets are read; those of others are none of our business. */
export const OWN_BUDGETS = `${RUN_BUDGET.label}=${RUN_BUDGET.value}`;

export function isOwn({ metadata }: Budget): boolean {
  return metadata.labels?.[RUN_BUDGET.label] === RUN_BUDGET.value;
}

/** The budget that keeps every run Pod of a namespace from being evicted. */
export function runBudget(namespace: string): Budget {
  return {
    apiVersion: apiVersionOf(BUDGETS),
    kind: BUDGETS.kind,
    metadata: { name: RUN_BUDGET.name, namespace, labels: { [RUN_BUDGET.label]: RUN_BUDGET.value } },
    spec: {
      minAvailable: RUN_BUDGET.minAvailable,
      selector: { matchExpressions: [{ key: LABEL.workerPool, operator: 'Exists' }] },
    },
  };
}
