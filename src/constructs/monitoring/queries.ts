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

/** How much a counter of the controller grew; only the replica that leads counts. */
export function increase(metric: MetricDescription, window: string): string {
  return `sum(increase(${metric.name}[${window}]))`;
}

/** How many durations a histogram of the controller took in. */
export function count(metric: MetricDescription, window: string): string {
  return `sum(increase(${metric.name}_count[${window}]))`;
}

/** The duration that this part of those in the window stayed under. */
export function quantile(part: number, metric: MetricDescription, window: string): string {
  return `histogram_quantile(${part}, sum by (le) (rate(${metric.name}_bucket[${window}])))`;
}

/** Exporters that answered the last scrape; 0 where none did. */
export const EXPORTERS = `count(${EXPORTER_METRICS.buildInfo.name}) or vector(0)`;
