import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import type { AddToPod } from '../../shared/shadow-pod';
import type { ControlPlaneValues } from '../names';
import { addBackup } from './backup';
import { addConfig } from './config';
import { addDisruptionBudget } from './disruption';
import { addIngress } from './ingress';
import { addMetrics } from './metrics';
import { addNetworkPolicy } from './network-policy';
import { addPrometheusRule } from './prometheus-rule';
import { addServices } from './services';
import { addWorkload } from './workload';

/** All objects of the control plane. */
export function addControlPlaneManifests(
  scope: Construct,
  values: ControlPlaneValues,
  context: ReleaseContext,
  addToPod?: AddToPod<ControlPlaneValues>,
): void {
  addWorkload(scope, values, context, addToPod);
  addBackup(scope, values, context, addToPod);
  addConfig(scope, values, context);
  addServices(scope, values, context);
  addIngress(scope, values, context);
  addNetworkPolicy(scope, values, context);
  addDisruptionBudget(scope, values, context);
  addMetrics(scope, values, context);
  addPrometheusRule(scope, values, context);
}
