import { App, Chart, Yaml } from 'cdk8s';
import { WorkerPoolDashboard } from './worker-pool-dashboard';
import { WorkerPoolAlerts } from './worker-pool-alerts';
import type { ChartFiles } from '../../charting/chart';

/** Dashboard and alerts as the constructs make them by default, for those who have the chart alone. */
export function monitoringFiles(): ChartFiles {
  const scope = new Chart(new App(), 'monitoring', { disableResourceNameHashes: true });
  const { dashboardJson } = new WorkerPoolDashboard(scope, 'dashboard');
  const rule = new Chart(new App(), 'alerts');
  new WorkerPoolAlerts(rule, 'rule', { metadata: { name: 'worker-pools' } });
  const notice = '# Made by `npm run generate`: what the construct WorkerPoolAlerts gives by default.\n';
  return new Map([
    ['dashboards/worker-pools.json', `${JSON.stringify(JSON.parse(dashboardJson), null, 2)}\n`],
    ['alerts/worker-pools.yaml', notice + Yaml.stringify(...(rule.toJson() as unknown[]))],
  ]);
}
