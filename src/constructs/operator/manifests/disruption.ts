import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { LABEL, RUN_BUDGET } from '../../../api';
import type { ReleaseContext } from '../../../charting/chart';
import { and, equals, ifSet, isEmpty, isSet, merge, not, or, when, type Later } from '../../../charting/deferred';
import { addManifest, addManifestForEach } from '../../../charting/manifest';
import { CONTROL_PLANE } from '../constants';
import { budgetRefusals } from './refusals';
import { metadata, podSelector, type OperatorValues } from '../names';
import { objectLabels } from '../../shared/global-values';

/** Disruption budgets of the run Pods and of the controller. */
export function addDisruptionBudgets(scope: Construct, values: OperatorValues, context: ReleaseContext): void {
  addRunBudget(scope, values, context);
  const { enabled, minAvailable, maxUnavailable } = values.controllerManager.pdb;
  addManifest<k8s.KubePodDisruptionBudgetProps>(
    scope,
    'controller-pdb',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: {
        ...metadata(values, context, '-controller-manager-pdb'),
        labels: merge(CONTROL_PLANE, objectLabels(values, context)),
      },
      spec: {
        minAvailable: ifSet(minAvailable),
        maxUnavailable: when(not(isSet(minAvailable)), when(isSet(maxUnavailable), maxUnavailable, 1)),
        selector: { matchLabels: podSelector(context) },
      },
    },
    { when: enabled },
  );
}

/**
 * Whether the controller keeps the budgets of run Pods, wherever those are. Spacelift's own controller cannot; and a number
 * of somebody's own is written into the namespaces that are known beforehand.
 */
export function keepsRunBudgets(values: OperatorValues): Later<boolean> {
  return and(values.pdb.enabled, not(areStatic(values)));
}

function areStatic({ controllerManager, pdb }: OperatorValues): Later<boolean> {
  const { minAvailable, maxUnavailable } = pdb;
  return or(equals(controllerManager.rbac.rules, 'official'), isSet(minAvailable), isSet(maxUnavailable));
}

function addRunBudget(scope: Construct, values: OperatorValues, context: ReleaseContext): void {
  const { enabled, minAvailable, maxUnavailable } = values.pdb;
  const { namespaces } = values.controllerManager;
  const refusals = budgetRefusals(values.pdb);
  const budget = (namespace: Later<string>) => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { ...metadata(values, context, '-worker-pdb'), namespace },
    spec: {
      minAvailable: when(not(isSet(maxUnavailable)), when(isSet(minAvailable), minAvailable, RUN_BUDGET.minAvailable)),
      maxUnavailable: ifSet(maxUnavailable),
      selector: { matchExpressions: [{ key: LABEL.workerPool, operator: 'Exists' }] },
    },
  });
  addManifest<k8s.KubePodDisruptionBudgetProps>(scope, 'worker-pdb', budget(context.namespace), {
    when: and(enabled, areStatic(values), isEmpty(namespaces)),
    refusals,
  });
  addManifestForEach<k8s.KubePodDisruptionBudgetProps>(scope, 'worker-pdb-namespaced', namespaces, budget, {
    when: and(enabled, areStatic(values)),
    refusals,
  });
}
