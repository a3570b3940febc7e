import { ConfigMap } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { EXPORTER_METRICS } from '../../api';
import { refuseDuplicates } from '../shared/duplicates';
import { addDashboard, dashboardJson, queryVariable, type DashboardProps } from './dashboard';
import { WORKER_POOL_ROWS } from './worker-pool-rows';

/** Properties of a `WorkerPoolDashboard`. */
export interface WorkerPoolDashboardProps extends DashboardProps {
  /**
   * Title in Grafana.
   *
   * @default "Worker pools"
   */
  readonly title?: string;

  /**
   * Identifier in Grafana, which is part of the dashboard's address: at most 40 letters, digits, `-` and `_`.
   *
   * @default "worker-pools"
   */
  readonly uid?: string;
}

/**
 * A Grafana dashboard of pools, controller and exporter, in a ConfigMap that Grafana's sidecar picks up.
 *
 * It asks for the documented metrics of the controller and of the exporter, which have to be scraped into the same
 * Prometheus. It needs Grafana 10.4 or later. Data source, pools and the window of rates are chosen at its top.
 *
 * @throws where `uid` is not what Grafana takes
 *
 * @example
 * import { Chart } from 'cdk8s';
 * import { WorkerPoolDashboard } from 'cdk8s-worker-pools';
 *
 * declare const chart: Chart;
 * new WorkerPoolDashboard(chart, 'dashboard', { folder: 'Platform' });
 */
export class WorkerPoolDashboard extends ConfigMap {
  /** The dashboard as JSON, for those who import it by hand or give it to an operator of Grafana. */
  public readonly dashboardJson: string;

  constructor(scope: Construct, id: string, props: WorkerPoolDashboardProps = {}) {
    super(scope, id, { metadata: props.metadata });
    refuseDuplicates(this);
    const uid = props.uid ?? 'worker-pools';
    this.dashboardJson = dashboardJson(scope, id, props, {
      uid,
      title: props.title ?? 'Worker pools',
      description: 'Worker pools: runs that wait, Workers, start of runs, and the health of controller and exporter.',
      variables: [poolVariable()],
      rows: WORKER_POOL_ROWS,
    });
    addDashboard(this, uid, this.dashboardJson, props);
  }
}

/** Shows names and passes ULIDs on; with "All" it matches every pool, where no exporter names them, too. */
function poolVariable(): object {
  const query = `query_result(max by (worker_pool_id, worker_pool_name) (${EXPORTER_METRICS.poolWorkers.name}))`;
  return queryVariable('pool', 'Pool', query, {
    regex: '/worker_pool_id="(?<value>[^"]+)".*worker_pool_name="(?<text>[^"]+)"/',
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { selected: true, text: ['All'], value: ['$__all'] },
  });
}
