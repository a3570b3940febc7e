import { EXPORTER_METRICS, type MetricDescription } from '../../api';

/** Labels by which the exporter tells pools apart. */
const POOL = 'worker_pool_id, worker_pool_name';

/** Workers and runs of each pool, as the control plane counts them. `of` matches ids of pools, as a regular expression. */
export interface PoolQueries {
  readonly runsPending: string;
  readonly workers: string;
  readonly busy: string;
  readonly drained: string;
  /** Never below 0: a drained Worker that finishes its run is counted as busy, too. */
  readonly free: string;
}

export function poolQueries(of?: string): PoolQueries {
  const matcher = of === undefined ? '' : `{worker_pool_id=~"${of}"}`;
  // Replicas of the exporter tell the same numbers: the highest of them, not their sum.
  const each = ({ name }: MetricDescription): string => `max by (${POOL}) (${name}${matcher})`;
  const [workers, busy, drained] = [
    each(EXPORTER_METRICS.poolWorkers),
    each(EXPORTER_METRICS.poolWorkersBusy),
    each(EXPORTER_METRICS.poolWorkersDrained),
  ];
  return {
    runsPending: each(EXPORTER_METRICS.poolRunsPending),
    workers,
    busy,
    drained,
    free: `clamp_min(${workers} - ${busy} - ${drained}, 0)`,
  };
}

/** Workers of each pool, as the controller sees them in the cluster; replicas of the controller see the same ones. */
export function controllerWorkers(metric: MetricDescription, of: string): string {
  return `max by (pool_ulid) (${metric.name}{pool_ulid=~"${of}"})`;
}

/** Queries of metrics, of the series with certain labels. */
export interface MetricQueries {
  /** The series themselves; `matchers` choose among them. */
  readonly series: (metric: MetricDescription, matchers?: string) => string;
  /** What every replica tells alike: the highest, not the sum. */
  readonly highest: (metric: MetricDescription, matchers?: string) => string;
  /** How much a counter grew, in all replicas together. */
  readonly increase: (metric: MetricDescription, window: string, matchers?: string) => string;
  /** The same for each value of a label. */
  readonly increaseBy: (label: string, metric: MetricDescription, window: string, matchers?: string) => string;
  /** How many durations a histogram took in. */
  readonly count: (metric: MetricDescription, window: string) => string;
  /** The duration that this part of those in the window stayed under. */
  readonly quantile: (part: number, metric: MetricDescription, window: string) => string;
}

/** @param of matches the labels of all series. @default - any labels */
export function metricQueries(of = ''): MetricQueries {
  const named = (name: string, matchers = ''): string => {
    const all = [matchers, of].filter(Boolean).join();
    return all === '' ? name : `${name}{${all}}`;
  };
  return {
    series: ({ name }, matchers) => named(name, matchers),
    highest: ({ name }, matchers) => `max(${named(name, matchers)})`,
    increase: ({ name }, window, matchers) => `sum(increase(${named(name, matchers)}[${window}]))`,
    increaseBy: (label, { name }, window, matchers) =>
      `sum by (${label}) (increase(${named(name, matchers)}[${window}]))`,
    count: ({ name }, window) => `sum(increase(${named(`${name}_count`)}[${window}]))`,
    quantile: (part, { name }, window) =>
      `histogram_quantile(${part}, sum by (le) (rate(${named(`${name}_bucket`)}[${window}])))`,
  };
}

/** Of the controller: only the replica that leads counts. */
export const controllerQueries = metricQueries();

/** Exporters that answered the last scrape; 0 where none did. */
export const EXPORTERS = `count(${EXPORTER_METRICS.buildInfo.name}) or vector(0)`;
