import type { MetricDescription } from '../../api';
import type { Query } from './grafana';
import { metricQueries } from './queries';

/** Which control plane, as the variables of the dashboard name it. */
export const ofControlPlane = metricQueries('namespace=~"$namespace",job=~"$job"');
export const WINDOW = '$window';
/** What a line of one process is called. */
export const PROCESS = '{{instance}}';

export const line = { type: 'timeseries', width: 8, unit: 'short' } as const;
export const stat = { type: 'stat', width: 4, unit: 'short' } as const;

/** What the database is asked is the same of every replica, for each value of a label. */
export const alike = (metric: MetricDescription, label: string): Query => ({
  expr: `max by (${label}) (${ofControlPlane.series(metric)})`,
  legend: `{{${label}}}`,
});
/** What each process has of its own. */
export const ofEach = (metric: MetricDescription): Query => ({ expr: ofControlPlane.series(metric), legend: PROCESS });
/** How much a counter grew, for each value of a label. */
export const grown = (metric: MetricDescription, label: string, matchers?: string): Query => ({
  expr: ofControlPlane.increaseBy(label, metric, WINDOW, matchers),
  legend: `{{${label}}}`,
});
/** What these parts of the durations stayed under. */
export const parts = (metric: MetricDescription, what: string, ...of: number[]): Query[] =>
  of.map((part) => ({ expr: ofControlPlane.quantile(part, metric, WINDOW), legend: `${what} p${part * 100}` }));
