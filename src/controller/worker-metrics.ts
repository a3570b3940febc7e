import type { Counter, Histogram, Registry } from 'prom-client';
import { CONTROLLER_METRICS, type MetricDescription } from '../api';
import { instrument } from './runtime';

/** Workers of one pool, for the gauges. */
export interface PoolWorkers {
  /** The control plane's ULID of the pool. */
  readonly ulid: string;
  readonly total: number;
  readonly idle: number;
}

/** What passes measure and count. */
export interface WorkerMetrics {
  readonly workerCreationDuration: Histogram;
  readonly workerCreationErrors: Counter;
  readonly runPodCreationDuration: Histogram;
  readonly runStartupDuration: Histogram;
}

/**
 * Registers the metrics of Workers and runs.
 * @param pools Counts the Workers of every pool; called at each scrape, so that a gauge can never be stale.
 */
export function createWorkerMetrics(registry: Registry, pools: () => Iterable<PoolWorkers>): WorkerMetrics {
  perPool(CONTROLLER_METRICS.workers, (pool) => pool.total);
  perPool(CONTROLLER_METRICS.idleWorkers, (pool) => pool.idle);
  return {
    workerCreationDuration: instrument(registry, CONTROLLER_METRICS.workerCreationDuration),
    workerCreationErrors: instrument(registry, CONTROLLER_METRICS.workerCreationErrors),
    runPodCreationDuration: instrument(registry, CONTROLLER_METRICS.runPodCreationDuration),
    runStartupDuration: instrument(registry, CONTROLLER_METRICS.runStartupDuration),
  };

  function perPool(metric: MetricDescription, value: (pool: PoolWorkers) => number): void {
    instrument(registry, metric, function () {
      this.reset();
      for (const pool of pools()) this.inc({ pool_ulid: pool.ulid }, value(pool));
    });
  }
}
