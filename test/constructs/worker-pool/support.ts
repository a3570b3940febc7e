import { Chart, App } from 'cdk8s';
import type { WorkerPoolPod, WorkerPoolSpec } from '../../../src/api';
import { WorkerPool, type WorkerPoolProps } from '../../../src';

/** Says what a test does to a pool in a chart. */
export type Change = (pool: WorkerPool, chart: Chart) => void;

/** `spec` of a pool that is made of the props and then changed, as it stands in the synthesized manifest. */
export function specOf(
  props: WorkerPoolProps | ((chart: Chart) => WorkerPoolProps) = {},
  change?: Change,
): WorkerPoolSpec {
  const chart = new Chart(new App(), 'chart', { namespace: 'tools' });
  const pool = new WorkerPool(chart, 'pool', typeof props === 'function' ? props(chart) : props);
  change?.(pool, chart);
  const objects = chart.toJson() as { readonly kind: string; readonly spec: WorkerPoolSpec }[];
  return objects.find(({ kind }) => kind === 'WorkerPool')?.spec as WorkerPoolSpec;
}

/** `spec.pod` of such a pool; undefined where nothing is set. */
export function podOf(...given: Parameters<typeof specOf>): WorkerPoolPod | undefined {
  return specOf(...given).pod;
}
