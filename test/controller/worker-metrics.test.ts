import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { CONTROLLER_METRICS } from '../../src/api';
import { createWorkerMetrics } from '../../src/controller/worker-metrics';

const pools = [
  { ulid: '01A', total: 3, idle: 1 },
  { ulid: '01B', total: 0, idle: 0 },
];

function registered() {
  const registry = new Registry();
  return { registry, metrics: createWorkerMetrics(registry, () => pools) };
}

/** What a metric answers at a scrape: name with labels, then the value. */
async function samples(registry: Registry, name: string): Promise<string[]> {
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line.startsWith(name));
}

describe("the controller's metrics", () => {
  it('count the Workers of each pool at the scrape', async () => {
    const { registry } = registered();
    expect(await samples(registry, CONTROLLER_METRICS.workers.name)).toEqual([
      'spacelift_workerpool_controller_worker_total{pool_ulid="01A"} 3',
      'spacelift_workerpool_controller_worker_total{pool_ulid="01B"} 0',
    ]);
    expect(await samples(registry, CONTROLLER_METRICS.idleWorkers.name)).toEqual([
      'spacelift_workerpool_controller_worker_idle_total{pool_ulid="01A"} 1',
      'spacelift_workerpool_controller_worker_idle_total{pool_ulid="01B"} 0',
    ]);
  });

  it('sort durations into the buckets that src/api names', async () => {
    const { registry, metrics } = registered();
    metrics.runStartupDuration.observe(45);
    const buckets = await samples(registry, `${CONTROLLER_METRICS.runStartupDuration.name}_bucket`);
    expect(buckets.map((line) => Number(/le="([\d.]+)"/.exec(line)?.[1] ?? Infinity))).toEqual([
      ...CONTROLLER_METRICS.runStartupDuration.buckets,
      Infinity,
    ]);
    expect(buckets.filter((line) => line.endsWith(' 1')).map((line) => /le="(.+?)"/.exec(line)?.[1])).toEqual([
      '60',
      '120',
      '300',
      '+Inf',
    ]);
  });
});
