import type { Duration } from 'cdk8s';
import { ConfigMap, type ResourceProps } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { EXPORTER_METRICS } from '../../api';
import { invalidProp } from '../shared/checks';
import { refuseDuplicates } from '../shared/duplicates';
import { DASHBOARD_ROWS } from './dashboard-rows';
import { layOut, SCHEMA_VERSION } from './grafana';

/** Properties of a `WorkerPoolDashboard`. */
export interface WorkerPoolDashboardProps extends ResourceProps {
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

  /**
   * Folder in Grafana. It needs a sidecar that is told to read `folderAnnotation`.
   *
   * @default - Grafana's general folder
   */
  readonly folder?: string;

  /**
   * Annotation that names the folder.
   *
   * @default "grafana_folder"
   */
  readonly folderAnnotation?: string;

  /**
   * Label by which Grafana's sidecar finds the ConfigMap.
   *
   * @default "grafana_dashboard"
   */
  readonly sidecarLabel?: string;

  /**
   * Value of the label.
   *
   * @default "1"
   */
  readonly sidecarLabelValue?: string;

  /**
   * Tags in Grafana.
   *
   * @default ["worker-pools"]
   */
  readonly tags?: string[];

  /**
   * How often an open dashboard asks again.
   *
   * @default - every 30 seconds
   */
  readonly refresh?: Duration;
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
    if (!/^[\w-]{1,40}$/.test(uid)) {
      throw invalidProp(scope, id, 'uid', uid, 'it must be 1 to 40 letters, digits, "-" or "_"');
    }
    this.dashboardJson = JSON.stringify(dashboard(uid, props), null, 2);
    this.addData(`${uid}.json`, this.dashboardJson);
    this.metadata.addLabel(props.sidecarLabel ?? 'grafana_dashboard', props.sidecarLabelValue ?? '1');
    if (props.folder !== undefined) {
      this.metadata.addAnnotation(props.folderAnnotation ?? 'grafana_folder', props.folder);
    }
  }
}

function dashboard(uid: string, props: WorkerPoolDashboardProps): object {
  return {
    uid,
    title: props.title ?? 'Worker pools',
    description: 'Worker pools: runs that wait, Workers, start of runs, and the health of controller and exporter.',
    tags: props.tags ?? ['worker-pools'],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    graphTooltip: 1,
    refresh: `${props.refresh?.toSeconds() ?? 30}s`,
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: { list: [datasourceVariable(), poolVariable(), windowVariable()] },
    panels: layOut(DASHBOARD_ROWS),
  };
}

function datasourceVariable(): object {
  return { name: 'datasource', type: 'datasource', label: 'Data source', query: 'prometheus', refresh: 1 };
}

/** Shows names and passes ULIDs on; with "All" it matches every pool, where no exporter names them, too. */
function poolVariable(): object {
  const query = `query_result(max by (worker_pool_id, worker_pool_name) (${EXPORTER_METRICS.poolWorkers.name}))`;
  return {
    name: 'pool',
    type: 'query',
    label: 'Pool',
    datasource: { type: 'prometheus', uid: '${datasource}' },
    query: { query, refId: 'pool' },
    regex: '/worker_pool_id="(?<value>[^"]+)".*worker_pool_name="(?<text>[^"]+)"/',
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { selected: true, text: ['All'], value: ['$__all'] },
  };
}

function windowVariable(): object {
  const windows = ['5m', '15m', '1h', '6h', '1d'];
  return {
    name: 'window',
    type: 'interval',
    label: 'Window',
    query: windows.join(','),
    current: { selected: true, text: '15m', value: '15m' },
    options: windows.map((value) => ({ selected: value === '15m', text: value, value })),
  };
}
