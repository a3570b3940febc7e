import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { LABEL, RUN_BUDGET } from '../../../api';
import {
  and,
  equals,
  ifAny,
  ifSet,
  isEmpty,
  isSet,
  merge,
  not,
  or,
  text,
  when,
  type Later,
} from '../../../charting/deferred';
import { addManifest, addManifestForEach } from '../../../charting/manifest';
import { CONTROL_PLANE } from '../defaults';
import { budgetRefusals } from './refusals';
import type { OperatorSettings } from '../settings';

/** Disruption budgets of the run Pods and of the controller. */
export function addDisruptionBudgets(scope: Construct, settings: OperatorSettings): void {
  addRunBudget(scope, settings);
  const { enabled, minAvailable, maxUnavailable } = settings.controllerDisruptionBudget;
  addManifest<k8s.KubePodDisruptionBudgetProps>(
    scope,
    'controller-pdb',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: {
        name: text(settings.name, '-controller-manager-pdb'),
        namespace: settings.namespace,
        labels: merge(CONTROL_PLANE, settings.labels),
        annotations: ifAny(settings.annotations),
      },
      spec: {
        minAvailable: ifSet(minAvailable),
        maxUnavailable: when(not(isSet(minAvailable)), when(isSet(maxUnavailable), maxUnavailable, 1)),
        selector: { matchLabels: settings.selectorLabels },
      },
    },
    { when: enabled },
  );
}

/**
 * Whether the controller keeps the budgets of run Pods, wherever those are. Spacelift's own controller cannot; and a number
 * of somebody's own is written into the namespaces that are known beforehand.
 */
export function keepsRunBudgets(settings: OperatorSettings): Later<boolean> {
  return and(settings.runDisruptionBudget.enabled, not(areStatic(settings)));
}

function areStatic({ rbac, runDisruptionBudget }: OperatorSettings): Later<boolean> {
  const { minAvailable, maxUnavailable } = runDisruptionBudget;
  return or(equals(rbac.rules, 'official'), isSet(minAvailable), isSet(maxUnavailable));
}

function addRunBudget(scope: Construct, settings: OperatorSettings): void {
  const { enabled, minAvailable, maxUnavailable } = settings.runDisruptionBudget;
  const refusals = budgetRefusals(settings.runDisruptionBudget);
  const budget = (namespace: typeof settings.namespace) => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name: text(settings.name, '-worker-pdb'),
      namespace,
      labels: settings.labels,
      annotations: ifAny(settings.annotations),
    },
    spec: {
      minAvailable: when(not(isSet(maxUnavailable)), when(isSet(minAvailable), minAvailable, RUN_BUDGET.minAvailable)),
      maxUnavailable: ifSet(maxUnavailable),
      selector: { matchExpressions: [{ key: LABEL.workerPool, operator: 'Exists' }] },
    },
  });
  addManifest<k8s.KubePodDisruptionBudgetProps>(scope, 'worker-pdb', budget(settings.namespace), {
    when: and(enabled, areStatic(settings), isEmpty(settings.namespaces)),
    refusals,
  });
  addManifestForEach<k8s.KubePodDisruptionBudgetProps>(scope, 'worker-pdb-namespaced', settings.namespaces, budget, {
    when: and(enabled, areStatic(settings)),
    refusals,
  });
}
