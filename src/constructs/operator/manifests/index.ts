import type { Construct } from 'constructs';
import { addDeployment } from './deployment';
import { addDisruptionBudgets } from './disruption';
import { addMetrics } from './metrics';
import { addNetworkPolicy } from './network-policy';
import { addRbac, addUserRoles } from './rbac';
import type { OperatorSettings } from '../settings';

/** All objects of the operator except the definitions of its kinds. */
export function addOperatorManifests(scope: Construct, settings: OperatorSettings): void {
  addDeployment(scope, settings);
  addRbac(scope, settings);
  addUserRoles(scope, settings);
  addMetrics(scope, settings);
  addNetworkPolicy(scope, settings);
  addDisruptionBudgets(scope, settings);
}
