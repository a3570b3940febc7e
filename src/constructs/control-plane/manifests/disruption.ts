import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import { ifSet, isSet, not, when } from '../../../charting/deferred';
import { addManifest } from '../../../charting/manifest';
import { metadata, type ControlPlaneValues } from '../names';
import { budgetRefusals } from './refusals';

/** How many Pods stay when nodes are drained. */
export function addDisruptionBudget(scope: Construct, values: ControlPlaneValues, context: ReleaseContext): void {
  const { enabled, minAvailable, maxUnavailable } = values.pdb;
  addManifest<k8s.KubePodDisruptionBudgetProps>(
    scope,
    'pdb',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadata(values, context),
      spec: {
        minAvailable: ifSet(minAvailable),
        maxUnavailable: when(not(isSet(minAvailable)), when(isSet(maxUnavailable), maxUnavailable, 1)),
        selector: { matchLabels: context.selectorLabels },
      },
    },
    { when: enabled, refusals: budgetRefusals(values.pdb) },
  );
}
