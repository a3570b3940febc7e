/**
 * Every metric that the controller serves, those of its runtime included, and of Spacelift's exporter; those of the control
 * plane are in control-plane-metrics.ts. Metrics, dashboards, alerts and reference are made from this.
 */

/** One metric as Prometheus sees it. */
export interface MetricDescription {
  /** The whole name; a histogram's series add `_bucket`, `_sum` and `_count` to it. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence; the unit is in the name, or here. */
  readonly help: string;
  /** Labels that the metric itself has; Prometheus adds those of the target. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

type Metrics = Readonly<Record<string, MetricDescription>>;

/** What the controller serves of Workers and runs, under the names that Spacelift documents, and one more. */
export const CONTROLLER_METRICS = {
  workers: {
    name: 'spacelift_workerpool_controller_worker_total',
    type: 'gauge',
    help: 'Workers of the pool.',
    labels: ['pool_ulid'],
  },
  idleWorkers: {
    name: 'spacelift_workerpool_controller_worker_idle_total',
    type: 'gauge',
    help: 'Workers of the pool that have no run.',
    labels: ['pool_ulid'],
  },
  workerCreationDuration: {
    name: 'spacelift_workerpool_controller_worker_creation_duration_seconds',
    type: 'histogram',
    help: 'Time from the first request for a Worker until it is registered.',
    labels: [],
    buckets: [0.5, 1, 2, 4, 10],
  },
  workerCreationErrors: {
    name: 'spacelift_workerpool_controller_worker_creation_errors_total',
    type: 'counter',
    help: 'Workers that could not be created.',
    labels: [],
  },
  runPodCreationDuration: {
    name: 'spacelift_workerpool_controller_run_pod_creation_duration_seconds',
    type: 'histogram',
    help: 'Time from the assignment of a run, as the controller heard of it, until the API server had its Pod.',
    labels: [],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
  },
  runStartupDuration: {
    name: 'spacelift_workerpool_controller_run_startup_duration_seconds',
    type: 'histogram',
    help: 'Time from the assignment of a run until its worker container started.',
    labels: [],
    buckets: [0.5, 1, 2, 4, 10, 30, 60, 120, 300],
  },
} as const satisfies Metrics;

/** Buckets for what takes milliseconds as a rule and minutes at worst, in seconds. */
const FINE_BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120, 600] as const;

/** What the controller's runtime serves, under the names of client-go and controller-runtime where they have one. */
export const RUNTIME_METRICS = {
  leading: {
    name: 'leader_election_master_status',
    type: 'gauge',
    help: 'Whether this process leads: 1 if so, else 0.',
    labels: ['name'],
  },
  electionFailures: {
    name: 'leader_election_failures_total',
    type: 'counter',
    help: 'Attempts to read or write the Lease that failed.',
    labels: ['name'],
  },
  requests: {
    name: 'rest_client_requests_total',
    type: 'counter',
    help: 'Requests to the API server by method and HTTP status.',
    labels: ['method', 'code'],
  },
  requestDuration: {
    name: 'rest_client_request_duration_seconds',
    type: 'histogram',
    help: 'Time that the API server took to answer.',
    labels: ['method'],
    buckets: FINE_BUCKETS,
  },
  requestThrottling: {
    name: 'rest_client_rate_limiter_duration_seconds',
    type: 'histogram',
    help: 'Time that requests waited for the client’s own budget.',
    labels: [],
    buckets: FINE_BUCKETS,
  },
  requestRetries: {
    name: 'rest_client_request_retries_total',
    type: 'counter',
    help: 'Requests that were repeated after a failure.',
    labels: [],
  },
  queueDepth: { name: 'workqueue_depth', type: 'gauge', help: 'Keys that wait for their turn.', labels: ['name'] },
  queueAdds: {
    name: 'workqueue_adds_total',
    type: 'counter',
    help: 'Keys accepted, duplicates not counted.',
    labels: ['name'],
  },
  queueWait: {
    name: 'workqueue_queue_duration_seconds',
    type: 'histogram',
    help: 'Time that a key waited for its turn.',
    labels: ['name'],
    buckets: FINE_BUCKETS,
  },
  queueWork: {
    name: 'workqueue_work_duration_seconds',
    type: 'histogram',
    help: 'Time that one pass took.',
    labels: ['name'],
    buckets: FINE_BUCKETS,
  },
  queueRetries: {
    name: 'workqueue_retries_total',
    type: 'counter',
    help: 'Passes repeated after an error.',
    labels: ['name'],
  },
  reconcileErrors: {
    name: 'controller_runtime_reconcile_errors_total',
    type: 'counter',
    help: 'Passes that failed.',
    labels: ['name'],
  },
  reflectorLists: {
    name: 'reflector_lists_total',
    type: 'counter',
    help: 'Complete lists read.',
    labels: ['resource'],
  },
  reflectorWatches: {
    name: 'reflector_watches_total',
    type: 'counter',
    help: 'Watches opened.',
    labels: ['resource'],
  },
  reflectorEvents: {
    name: 'reflector_events_total',
    type: 'counter',
    help: 'Watch events received, bookmarks not counted.',
    labels: ['resource'],
  },
  reflectorFailures: {
    name: 'reflector_failures_total',
    type: 'counter',
    help: 'Lists and watches that failed, by reason.',
    labels: ['resource', 'reason'],
  },
  reflectorRepairs: {
    name: 'reflector_repaired_total',
    type: 'counter',
    help: 'Objects that an audit found wrong in the cache.',
    labels: ['resource'],
  },
  reflectorItems: { name: 'reflector_items', type: 'gauge', help: 'Objects in the cache.', labels: ['resource'] },
  eventsWritten: {
    name: 'event_recorder_written_total',
    type: 'counter',
    help: 'Events created or counted up.',
    labels: [],
  },
  eventsDropped: {
    name: 'event_recorder_dropped_total',
    type: 'counter',
    help: 'Events not written, by cause.',
    labels: ['cause'],
  },
} as const satisfies Metrics;

const POOL_LABELS = ['worker_pool_id', 'worker_pool_name'] as const;

/** What the exporter reads from the control plane; `worker_pool_id` is the ULID that the controller calls `pool_ulid`. */
export const EXPORTER_METRICS = {
  poolRunsPending: gauge('spacelift_worker_pool_runs_pending', 'Runs that wait for a Worker of the pool.', POOL_LABELS),
  poolWorkers: gauge('spacelift_worker_pool_workers', 'Workers of the pool that are registered.', POOL_LABELS),
  poolWorkersBusy: gauge('spacelift_worker_pool_workers_busy', 'Workers of the pool that have a run.', POOL_LABELS),
  poolWorkersDrained: gauge(
    'spacelift_worker_pool_workers_drained',
    'Workers of the pool that get no further run.',
    POOL_LABELS,
  ),
  publicPoolRunsPending: gauge(
    'spacelift_public_worker_pool_runs_pending',
    'Runs that wait for a Worker of the public pool; 0 where there is none.',
  ),
  publicPoolWorkersBusy: gauge(
    'spacelift_public_worker_pool_workers_busy',
    'Workers of the public pool that have a run of this account.',
  ),
  publicPoolParallelism: gauge(
    'spacelift_public_worker_pool_parallelism',
    'Workers of the public pool that this account may have at a time.',
  ),
  billingPeriodStart: gauge(
    'spacelift_current_billing_period_start_timestamp_seconds',
    'Start of the billing period, in Unix time.',
  ),
  billingPeriodEnd: gauge(
    'spacelift_current_billing_period_end_timestamp_seconds',
    'End of the billing period, in Unix time.',
  ),
  billingPeriodUsedPrivate: gauge(
    'spacelift_current_billing_period_used_private_seconds',
    'Time that Workers of private pools were used in the billing period.',
  ),
  billingPeriodUsedPublic: gauge(
    'spacelift_current_billing_period_used_public_seconds',
    'Time that Workers of the public pool were used in the billing period.',
  ),
  billingPeriodUsedSeats: gauge(
    'spacelift_current_billing_period_used_seats',
    'Seats that were used in the billing period.',
  ),
  stacksByState: gauge('spacelift_current_stacks_count_by_state', 'Stacks in each state.', ['state']),
  resourcesByDrift: gauge('spacelift_current_resources_count_by_drift', 'Resources in each state of drift.', ['state']),
  averageStackSize: gauge('spacelift_current_avg_stack_size_by_resource_count', 'Resources of a stack, on average.'),
  averageRunDuration: gauge(
    'spacelift_current_average_run_duration',
    'Average duration of a run, in the unit of the control plane: it looks like nanoseconds.',
  ),
  medianRunDuration: gauge(
    'spacelift_current_median_run_duration',
    'Median duration of a run, in the unit of the control plane: it looks like nanoseconds.',
  ),
  scrapeDuration: gauge('spacelift_scrape_duration_seconds', 'Time that the control plane took for this scrape.'),
  buildInfo: gauge('spacelift_build_info', 'Always 1; the labels say which exporter answered.', [
    'version',
    'commit',
    'goversion',
  ]),
} as const satisfies Metrics;

function gauge(name: string, help: string, labels: readonly string[] = []): MetricDescription {
  return { name, type: 'gauge', help, labels };
}
