import { App, Chart, Yaml } from 'cdk8s';
import { OLDEST_GRAFANA } from './grafana';
import { ControlPlaneDashboard } from './control-plane-dashboard';
import { WorkerPoolDashboard } from './worker-pool-dashboard';
import { WorkerPoolAlerts } from './worker-pool-alerts';
import type { ChartFiles } from '../../charting/chart';

interface Dashboard {
  readonly panels: readonly { readonly type: string }[];
}

/** Dashboard and alerts as the constructs make them by default, for those who have the operator's chart alone. */
export function workerPoolMonitoringFiles(): ChartFiles {
  const rule = new Chart(new App(), 'alerts');
  new WorkerPoolAlerts(rule, 'rule', { metadata: { name: 'worker-pools' } });
  const notice = '# Made by `npm run generate`: what the construct WorkerPoolAlerts gives by default.\n';
  return new Map([
    dashboardFile('worker-pools', (scope) => new WorkerPoolDashboard(scope, 'dashboard')),
    ['alerts/worker-pools.yaml', notice + Yaml.stringify(...(rule.toJson() as unknown[]))],
  ]);
}

/** The dashboard of the control plane's chart; its alerts are a template of it. */
export function controlPlaneMonitoringFiles(): ChartFiles {
  return new Map([dashboardFile('control-plane', (scope) => new ControlPlaneDashboard(scope, 'dashboard'))]);
}

function dashboardFile(
  name: string,
  make: (scope: Chart) => { readonly dashboardJson: string },
): [path: string, content: string] {
  const { dashboardJson } = make(new Chart(new App(), 'dashboard', { disableResourceNameHashes: true }));
  return [`dashboards/${name}.json`, `${JSON.stringify(shared(JSON.parse(dashboardJson) as Dashboard), null, 2)}\n`];
}

/** As Grafana exports a dashboard for others. There is nothing to fill in: the data source is a variable of it. */
function shared(dashboard: Dashboard): object {
  const types = new Set(dashboard.panels.map(({ type }) => type).filter((type) => type !== 'row'));
  return {
    __inputs: [],
    __requires: [
      { type: 'grafana', id: 'grafana', name: 'Grafana', version: OLDEST_GRAFANA },
      { type: 'datasource', id: 'prometheus', name: 'Prometheus', version: '1.0.0' },
      ...[...types].sort().map((id) => ({ type: 'panel', id, name: id, version: '' })),
    ],
    ...dashboard,
  };
}
