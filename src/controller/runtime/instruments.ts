import type { Registry } from 'prom-client';
import { RUNTIME_METRICS } from '../../api/metrics';
import { instrument } from '../../metrics/instrument';

export function clientMetrics(registry: Registry | undefined) {
  if (!registry) return undefined;
  return {
    requests: instrument(registry, RUNTIME_METRICS.requests),
    duration: instrument(registry, RUNTIME_METRICS.requestDuration),
    throttled: instrument(registry, RUNTIME_METRICS.requestThrottling),
    retries: instrument(registry, RUNTIME_METRICS.requestRetries),
  };
}

export function queueMetrics(registry: Registry | undefined, name: string) {
  if (!registry) return undefined;
  const labels = { name };
  return {
    depth: instrument(registry, RUNTIME_METRICS.queueDepth).labels(labels),
    adds: instrument(registry, RUNTIME_METRICS.queueAdds).labels(labels),
    waited: instrument(registry, RUNTIME_METRICS.queueWait).labels(labels),
    worked: instrument(registry, RUNTIME_METRICS.queueWork).labels(labels),
    retries: instrument(registry, RUNTIME_METRICS.queueRetries).labels(labels),
    errors: instrument(registry, RUNTIME_METRICS.reconcileErrors).labels(labels),
  };
}

export function reflectorMetrics(registry: Registry | undefined, resource: string) {
  if (!registry) return undefined;
  const labels = { resource };
  return {
    lists: instrument(registry, RUNTIME_METRICS.reflectorLists).labels(labels),
    watches: instrument(registry, RUNTIME_METRICS.reflectorWatches).labels(labels),
    events: instrument(registry, RUNTIME_METRICS.reflectorEvents).labels(labels),
    failures: instrument(registry, RUNTIME_METRICS.reflectorFailures),
    repaired: instrument(registry, RUNTIME_METRICS.reflectorRepairs).labels(labels),
    items: instrument(registry, RUNTIME_METRICS.reflectorItems).labels(labels),
  };
}

export function electionMetrics(registry: Registry | undefined, name: string) {
  if (!registry) return undefined;
  const leading = instrument(registry, RUNTIME_METRICS.leading).labels({ name });
  // Who has never led says so, too.
  leading.set(0);
  return { leading, failures: instrument(registry, RUNTIME_METRICS.electionFailures).labels({ name }) };
}

export function eventMetrics(registry: Registry | undefined) {
  if (!registry) return undefined;
  return {
    written: instrument(registry, RUNTIME_METRICS.eventsWritten),
    dropped: instrument(registry, RUNTIME_METRICS.eventsDropped),
  };
}
