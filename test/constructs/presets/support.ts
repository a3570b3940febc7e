import type { Chart } from 'cdk8s';
import { WorkerPool, type IWorkerPoolExtension, type RunPodProps } from '../../../src';
import type { Container, WorkerPoolPod } from '../../../src/api';
import { only, synthesized } from '../support';

/** What a pool with these extensions synthesizes to; `of` makes them where they need a scope. */
export function extended(
  of: IWorkerPoolExtension[] | ((chart: Chart) => IWorkerPoolExtension[]),
  pod?: RunPodProps,
  namespace?: string,
) {
  const all = synthesized((chart) => {
    const extensions = typeof of === 'function' ? of(chart) : of;
    new WorkerPool(chart, 'pool', { metadata: { name: 'blue' }, pod, extensions });
  }, namespace);
  return {
    pod: only(all, 'WorkerPool').spec.pod as WorkerPoolPod,
    /** What lies beside the pool. */
    objects: all.filter(({ kind }) => kind !== 'WorkerPool'),
  };
}

/** Variables of a container by name. */
export function variables(container: Pick<Container, 'env'> | undefined): Record<string, string | undefined> {
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
}
