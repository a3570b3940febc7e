import { App, Chart } from 'cdk8s';
import { WorkerPool, type IWorkerPoolExtension, type RunPodProps } from '../../../src';
import type { Container, WorkerPoolPod } from '../../../src/api';

/** What a pool with these extensions synthesizes to; `of` makes them where they need a scope. */
export function extended(
  of: IWorkerPoolExtension[] | ((chart: Chart) => IWorkerPoolExtension[]),
  pod?: RunPodProps,
  namespace: string | undefined = 'tools',
) {
  const chart = new Chart(new App(), 'chart', namespace === '' ? {} : { namespace });
  const extensions = typeof of === 'function' ? of(chart) : of;
  new WorkerPool(chart, 'pool', { metadata: { name: 'blue' }, pod, extensions });
  const objects = chart.toJson() as SynthesizedObject[];
  const run = (objects.find(({ kind }) => kind === 'WorkerPool')?.spec as { pod: WorkerPoolPod }).pod;
  return { pod: run, objects: objects.filter(({ kind }) => kind !== 'WorkerPool') };
}

export interface SynthesizedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec?: unknown;
  readonly data?: Record<string, string>;
  readonly roleRef?: object;
  readonly subjects?: object[];
}

/** The one object of a kind beside the pool. */
export function beside(objects: readonly SynthesizedObject[], kind: string): SynthesizedObject {
  const found = objects.filter((object) => object.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} objects are a ${kind}`);
  return found[0] as SynthesizedObject;
}

/** Variables of a container by name. */
export function variables(container: Pick<Container, 'env'> | undefined): Record<string, string | undefined> {
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
}
