import type { Chart } from 'cdk8s';
import type { WorkerPoolPod, WorkerPoolSpec } from '../../../src/api';
import { WorkerPool, type WorkerPoolProps } from '../../../src';
import { only, synthesized } from '../support';

/** Says what a test does to a pool in a chart. */
export type Change = (pool: WorkerPool, chart: Chart) => void;

/** `spec` of a pool that is made of the props and then changed, as it stands in the synthesized manifest. */
export function specOf(
  props: WorkerPoolProps | ((chart: Chart) => WorkerPoolProps) = {},
  change?: Change,
): WorkerPoolSpec {
  const objects = synthesized((chart) => {
    const pool = new WorkerPool(chart, 'pool', typeof props === 'function' ? props(chart) : props);
    change?.(pool, chart);
  });
  return only(objects, 'WorkerPool').spec;
}

/** `spec.pod` of such a pool; undefined where nothing is set. */
export function podOf(...given: Parameters<typeof specOf>): WorkerPoolPod | undefined {
  return specOf(...given).pod;
}
