import { describe, expect, it } from '@jest/globals';
import { ALL_METRICS, CONTROLLER_METRICS } from '../../src/api';
import { metricsPage } from '../../src/cli/generate/metrics-docs';

describe('the metrics', () => {
  it('are each named once', () => {
    const names = ALL_METRICS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each(ALL_METRICS.map((metric) => [metric.name, metric] as const))(
    '%s keeps to the rules of Prometheus',
    (_, metric) => {
      expect(metric.name).toMatch(/^[a-z][a-z_0-9]+[a-z]$/);
      expect(metric.help).toMatch(/^[A-Z].*\.$/);
      if (metric.type === 'counter') expect(metric.name).toMatch(/_total$/);
      expect(metric.buckets === undefined).toBe(metric.type !== 'histogram');
      expect(metric.buckets ?? []).toEqual([...(metric.buckets ?? [])].sort((one, other) => one - other));
    },
  );

  it('are all on the page of the reference', () => {
    const page = metricsPage();
    expect(ALL_METRICS.map(({ name }) => name).filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });

  // spec of the official controller: docs.spacelift.io, "Kubernetes workers", "Controller metrics".
  it('of the controller are those that Spacelift documents', () => {
    const { runPodCreationDuration: _ours, ...documented } = CONTROLLER_METRICS;
    expect(Object.values(documented).map(({ name, labels }) => [name, labels])).toEqual([
      ['spacelift_workerpool_controller_worker_total', ['pool_ulid']],
      ['spacelift_workerpool_controller_worker_idle_total', ['pool_ulid']],
      ['spacelift_workerpool_controller_worker_creation_duration_seconds', []],
      ['spacelift_workerpool_controller_worker_creation_errors_total', []],
      ['spacelift_workerpool_controller_run_startup_duration_seconds', []],
    ]);
  });
});
