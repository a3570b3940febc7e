import { ConfigMap } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { CONTROL_PLANE_METRICS } from '../../api';
import { refuseDuplicates } from '../shared/duplicates';
import { CONTROL_PLANE_ROWS } from './control-plane-rows';
import { addDashboard, dashboardJson, queryVariable, type DashboardProps } from './dashboard';

/** Properties of a `ControlPlaneDashboard`. */
export interface ControlPlaneDashboardProps extends DashboardProps {
  /**
   * Title in Grafana.
   *
   * @default "Control plane of worker pools"
   */
  readonly title?: string;

  /**
   * Identifier in Grafana, which is part of the dashboard's address: at most 40 letters, digits, `-` and `_`.
   *
   * @default "worker-pools-control-plane"
   */
  readonly uid?: string;
}

/**
 * A Grafana dashboard of a control plane itself, in a ConfigMap that Grafana's sidecar picks up: its queue, the leases of
 * controllers and runs, database, requests, processes, and room.
 *
 * It asks for the documented metrics of the control plane, as its ServiceMonitor has them scraped. It needs Grafana 10.4
 * or later. Data source, control plane and the window of rates are chosen at its top.
 *
 * @throws where `uid` is not what Grafana takes
 *
 * @example
 * import { Chart } from 'cdk8s';
 * import { ControlPlaneDashboard } from 'cdk8s-worker-pools';
 *
 * declare const chart: Chart;
 * new ControlPlaneDashboard(chart, 'dashboard', { folder: 'Platform' });
 */
export class ControlPlaneDashboard extends ConfigMap {
  /** The dashboard as JSON, for those who import it by hand or give it to an operator of Grafana. */
  public readonly dashboardJson: string;

  constructor(scope: Construct, id: string, props: ControlPlaneDashboardProps = {}) {
    super(scope, id, { metadata: props.metadata });
    refuseDuplicates(this);
    const uid = props.uid ?? 'worker-pools-control-plane';
    this.dashboardJson = dashboardJson(scope, id, props, {
      uid,
      title: props.title ?? 'Control plane of worker pools',
      description: 'The control plane of worker pools: queue, leases, database, requests, processes, and room.',
      variables: controlPlaneVariables(),
      rows: CONTROL_PLANE_ROWS,
    });
    addDashboard(this, uid, this.dashboardJson, props);
  }
}

/** The labels by which Prometheus knows its Pods; the first is empty where it runs outside of a cluster. */
function controlPlaneVariables(): object[] {
  const { name } = CONTROL_PLANE_METRICS.buildInfo;
  return [
    queryVariable('namespace', 'Namespace', `label_values(${name}, namespace)`, {}),
    queryVariable('job', 'Control plane', `label_values(${name}{namespace=~"$namespace"}, job)`, {}),
  ];
}
