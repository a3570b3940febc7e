import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { CONTROLLER_METRICS, type MetricDescription } from '../api';

/** Workers of one pool, for the gauges. */
export interface PoolWorkers {
  /** The control plane's ULID of the pool. */
  readonly ulid: string;
  readonly total: number;
  readonly idle: number;
}

/** The documented metrics, under Spacelift's names. */
export interface ControllerMetrics {
  /** From the first request for a Worker until it is registered, in seconds. */
  readonly workerCreationDuration: Histogram;
  readonly workerCreationErrors: Counter;
  /** From the assignment of a run until its `worker` container started, in seconds. */
  readonly runStartupDuration: Histogram;
}

/**
 * Registers the controller's metrics.
 * @param pools Counts the Workers of every pool; called at each scrape, so that a gauge can never be stale.
 */
export function createMetrics(registry: Registry, pools: () => Iterable<PoolWorkers>): ControllerMetrics {
  perPool(CONTROLLER_METRICS.workers, (pool) => pool.total);
  perPool(CONTROLLER_METRICS.idleWorkers, (pool) => pool.idle);
  return {
    workerCreationDuration: new Histogram(configuration(CONTROLLER_METRICS.workerCreationDuration)),
    workerCreationErrors: new Counter(configuration(CONTROLLER_METRICS.workerCreationErrors)),
    runStartupDuration: new Histogram(configuration(CONTROLLER_METRICS.runStartupDuration)),
  };

  function perPool(metric: MetricDescription, value: (pool: PoolWorkers) => number): void {
    new Gauge({
      ...configuration(metric),
      collect() {
        this.reset();
        for (const pool of pools()) this.inc({ pool_ulid: pool.ulid }, value(pool));
      },
    });
  }

  function configuration({ name, help, labels, buckets }: MetricDescription) {
    return { name, help, labelNames: [...labels], buckets: buckets && [...buckets], registers: [registry] };
  }
}
