import { Counter, Gauge, Histogram, type CollectFunction, type Registry } from 'prom-client';
import type { MetricDescription } from '../api/metrics';

interface Instruments {
  counter: Counter;
  gauge: Gauge;
  histogram: Histogram;
}

/** The metric that the catalogue describes; of several parts that share a registry the first to ask makes it. */
export function instrument<D extends MetricDescription>(
  registry: Registry,
  { name, type, help, labels, buckets }: D,
  collect?: CollectFunction<Gauge>,
): Instruments[D['type']] {
  const registers = [registry];
  const configuration = { name, help, labelNames: [...labels], registers };
  const make: { readonly [T in MetricDescription['type']]: () => Instruments[T] } = {
    counter: () => new Counter(configuration),
    gauge: () => new Gauge({ ...configuration, ...(collect && { collect }) }),
    histogram: () => new Histogram({ ...configuration, ...(buckets && { buckets: [...buckets] }) }),
  };
  return (registry.getSingleMetric(name) ?? make[type]()) as Instruments[D['type']];
}
