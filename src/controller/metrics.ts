import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const PREFIX = 'spacelift_workerpool_controller_';

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
  const registers = [registry];
  perPool('worker_total', 'Workers of the pool.', (pool) => pool.total);
  perPool('worker_idle_total', 'Workers of the pool that have no run.', (pool) => pool.idle);
  return {
    workerCreationDuration: new Histogram({
      name: `${PREFIX}worker_creation_duration_seconds`,
      help: 'Time from the first request for a Worker until it is registered.',
      buckets: [0.5, 1, 2, 4, 10],
      registers,
    }),
    workerCreationErrors: new Counter({
      name: `${PREFIX}worker_creation_errors_total`,
      help: 'Workers that could not be created.',
      registers,
    }),
    runStartupDuration: new Histogram({
      name: `${PREFIX}run_startup_duration_seconds`,
      help: 'Time from the assignment of a run until its worker container started.',
      buckets: [0.5, 1, 2, 4, 10, 30, 60, 120, 300],
      registers,
    }),
  };

  function perPool(name: string, help: string, value: (pool: PoolWorkers) => number): void {
    new Gauge({
      name: `${PREFIX}${name}`,
      help,
      labelNames: ['pool_ulid'],
      registers,
      collect() {
        this.reset();
        for (const pool of pools()) this.inc({ pool_ulid: pool.ulid }, value(pool));
      },
    });
  }
}
