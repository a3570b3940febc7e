import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { LABEL } from '../../api';
import { and, isEmpty, isSet, ifSet, merge, not, text, when } from '../template/deferred';
import { addManifest, addManifestForEach } from '../template/manifest';
import { ALL_RUN_PODS } from './defaults';
import { CONTROL_PLANE } from './deployment';
import type { OperatorSettings } from './settings';

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
      },
      spec: {
        minAvailable: ifSet(minAvailable),
        maxUnavailable: when(not(isSet(minAvailable)), maxUnavailable),
        selector: { matchLabels: settings.selectorLabels },
      },
    },
    { when: enabled },
  );
}

function addRunBudget(scope: Construct, settings: OperatorSettings): void {
  const { enabled, minAvailable, maxUnavailable } = settings.runDisruptionBudget;
  const refusal = {
    when: and(isSet(minAvailable), isSet(maxUnavailable)),
    message: 'a PodDisruptionBudget takes minAvailable or maxUnavailable, not both: unset one of them',
  };
  const budget = (namespace: typeof settings.namespace) => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: text(settings.name, '-worker-pdb'), namespace, labels: settings.labels },
    spec: {
      minAvailable: when(not(isSet(maxUnavailable)), when(isSet(minAvailable), minAvailable, ALL_RUN_PODS)),
      maxUnavailable: ifSet(maxUnavailable),
      selector: { matchExpressions: [{ key: LABEL.workerPool, operator: 'Exists' }] },
    },
  });
  addManifest<k8s.KubePodDisruptionBudgetProps>(scope, 'worker-pdb', budget(settings.namespace), {
    when: and(enabled, isEmpty(settings.namespaces)),
    refusals: [refusal],
  });
  addManifestForEach<k8s.KubePodDisruptionBudgetProps>(scope, 'worker-pdb-namespaced', settings.namespaces, budget, {
    when: enabled,
    refusals: [refusal],
  });
}
