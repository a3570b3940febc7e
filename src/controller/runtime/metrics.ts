import type { Counter, Gauge, Histogram, Metric, Registry } from 'prom-client';
import { Counter as CounterMetric, Gauge as GaugeMetric, Histogram as HistogramMetric } from 'prom-client';

// Names are those of client-go and controller-runtime where they have one, so that existing dashboards fit.

/** Several parts share one registry: the first one to ask makes the metric. */
function shared<M extends Metric>(registry: Registry, name: string, make: () => M): M {
  return (registry.getSingleMetric(name) as M | undefined) ?? make();
}

function counter<L extends string>(registry: Registry, name: string, help: string, labelNames: L[]): Counter<L> {
  return shared(registry, name, () => new CounterMetric({ name, help, labelNames, registers: [registry] }));
}

function gauge<L extends string>(registry: Registry, name: string, help: string, labelNames: L[]): Gauge<L> {
  return shared(registry, name, () => new GaugeMetric({ name, help, labelNames, registers: [registry] }));
}

function seconds<L extends string>(registry: Registry, name: string, help: string, labelNames: L[]): Histogram<L> {
  const buckets = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120, 600];
  return shared(registry, name, () => new HistogramMetric({ name, help, labelNames, buckets, registers: [registry] }));
}

export function clientMetrics(registry: Registry | undefined) {
  if (!registry) return undefined;
  return {
    requests: counter(registry, 'rest_client_requests_total', 'Requests to the API server by method and HTTP status.', [
      'method',
      'code',
    ]),
    duration: seconds(registry, 'rest_client_request_duration_seconds', 'Time that the API server took to answer.', [
      'method',
    ]),
    throttled: seconds(
      registry,
      'rest_client_rate_limiter_duration_seconds',
      'Time that requests waited for the client’s own budget.',
      [],
    ),
    retries: counter(registry, 'rest_client_request_retries_total', 'Requests that were repeated after a failure.', []),
  };
}

export function queueMetrics(registry: Registry | undefined, name: string) {
  if (!registry) return undefined;
  const labels = { name };
  return {
    depth: gauge(registry, 'workqueue_depth', 'Keys that wait for their turn.', ['name']).labels(labels),
    adds: counter(registry, 'workqueue_adds_total', 'Keys accepted, duplicates not counted.', ['name']).labels(labels),
    waited: seconds(registry, 'workqueue_queue_duration_seconds', 'Time that a key waited for its turn.', [
      'name',
    ]).labels(labels),
    worked: seconds(registry, 'workqueue_work_duration_seconds', 'Time that one pass took.', ['name']).labels(labels),
    retries: counter(registry, 'workqueue_retries_total', 'Passes repeated after an error.', ['name']).labels(labels),
    errors: counter(registry, 'controller_runtime_reconcile_errors_total', 'Passes that failed.', ['name']).labels(
      labels,
    ),
  };
}

export function reflectorMetrics(registry: Registry | undefined, resource: string) {
  if (!registry) return undefined;
  const labels = { resource };
  return {
    lists: counter(registry, 'reflector_lists_total', 'Complete lists read.', ['resource']).labels(labels),
    watches: counter(registry, 'reflector_watches_total', 'Watches opened.', ['resource']).labels(labels),
    events: counter(registry, 'reflector_events_total', 'Watch events received, bookmarks not counted.', [
      'resource',
    ]).labels(labels),
    failures: counter(registry, 'reflector_failures_total', 'Lists and watches that failed, by reason.', [
      'resource',
      'reason',
    ]),
    repaired: counter(registry, 'reflector_repaired_total', 'Objects that an audit found wrong in the cache.', [
      'resource',
    ]).labels(labels),
    items: gauge(registry, 'reflector_items', 'Objects in the cache.', ['resource']).labels(labels),
  };
}

export function electionMetrics(registry: Registry | undefined, name: string) {
  if (!registry) return undefined;
  return {
    leading: gauge(registry, 'leader_election_master_status', '1 while this process leads.', ['name']).labels({ name }),
    failures: counter(registry, 'leader_election_failures_total', 'Attempts to read or write the Lease that failed.', [
      'name',
    ]).labels({ name }),
  };
}

export function eventMetrics(registry: Registry | undefined) {
  if (!registry) return undefined;
  return {
    written: counter(registry, 'event_recorder_written_total', 'Events created or counted up.', []),
    dropped: counter(registry, 'event_recorder_dropped_total', 'Events not written, by cause.', ['cause']),
  };
}
