import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import type { AddToPod } from '../../shared/shadow-pod';
import type { OperatorValues } from '../names';
import { addDeployment } from './deployment';
import { addDisruptionBudgets } from './disruption';
import { addMetrics } from './metrics';
import { addNetworkPolicy } from './network-policy';
import { addRbac, addUserRoles } from './rbac';

/** All objects of the operator except the CRDs. */
export function addOperatorManifests(
  scope: Construct,
  values: OperatorValues,
  context: ReleaseContext,
  addToPod?: AddToPod<OperatorValues>,
): void {
  addDeployment(scope, values, context, addToPod);
  addRbac(scope, values, context);
  addUserRoles(scope, values, context);
  addMetrics(scope, values, context);
  addNetworkPolicy(scope, values, context);
  addDisruptionBudgets(scope, values, context);
}
