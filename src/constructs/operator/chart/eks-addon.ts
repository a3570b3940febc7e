import type { EksAddon } from '../../../charting/eks-addon';
import { operatorChart } from './chart';

/**
 * The operator as an EKS add-on: CRDs and controller. An add-on cannot hold custom resources beside their
 * CRDs, so WorkerPools are applied afterwards.
 */
export const operatorEksAddon: EksAddon = {
  chart: operatorChart,
  // It needs the name of a Secret before it can start, and its key is no name that EKS takes.
  without: ['spacelift-promex'],
  // What AWS recommends to offer. Images, probes, security contexts, names and budgets are not for an add-on's user, and
  // facts about the cluster come from EKS.
  configurable: [
    'commonLabels',
    'commonAnnotations',
    'controllerManager.namespaces',
    'controllerManager.replicas',
    'controllerManager.podAnnotations',
    'controllerManager.nodeSelector',
    'controllerManager.tolerations',
    'controllerManager.affinity',
    'controllerManager.topologySpreadConstraints',
    'controllerManager.manager.resources',
    'controllerManager.manager.extraPodLabels',
    'controllerManager.logging',
    'metricsService.enabled',
  ],
};
