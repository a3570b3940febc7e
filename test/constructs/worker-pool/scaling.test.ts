import { describe, expect, it } from '@jest/globals';
import { ApiObject, Size, type Chart } from 'cdk8s';
import {
  HorizontalPodAutoscaler,
  Metric,
  MetricTarget,
  PersistentVolumeAccessMode,
  PersistentVolumeClaim,
  Role,
} from 'cdk8s-plus-28';
import { BinariesCache, WorkerPool, type IWorkerPool, type WorkerPoolProps } from '../../../src';
import { only, synthesized } from '../support';

const autoscaled = (chart: Chart, target: IWorkerPool): void => {
  const queued = Metric.external({ name: 'queued_runs', target: MetricTarget.averageValue(1) });
  new HorizontalPodAutoscaler(chart, 'autoscaler', { target, maxReplicas: 10, metrics: [queued] });
};

const scaled = (chart: Chart, props: WorkerPoolProps): void =>
  autoscaled(chart, new WorkerPool(chart, 'pool', { metadata: { name: 'runs' }, ...props }));

describe('a WorkerPool with an autoscaler', () => {
  it('is the target, and leaves its size alone', () => {
    const objects = synthesized((chart) => scaled(chart, {}));
    expect(only(objects, 'HorizontalPodAutoscaler').spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'workers.spacelift.io/v1beta1', kind: 'WorkerPool', name: 'runs' },
    });
    expect(only(objects, 'WorkerPool').spec).toEqual({});
  });

  it('may have no size of its own', () => {
    expect(() => synthesized((chart) => scaled(chart, { poolSize: 3 }))).toThrow(
      '[chart/pool] poolSize is 3, but an autoscaler sets the size of this pool; leave poolSize out',
    );
  });

  it('needs a metric, because idle Workers have no Pods to measure', () => {
    const withoutMetric = (chart: Chart): void => {
      new HorizontalPodAutoscaler(chart, 'autoscaler', { target: new WorkerPool(chart, 'pool'), maxReplicas: 2 });
    };
    expect(() => synthesized(withoutMetric)).toThrow(
      '[chart/autoscaler] If HorizontalPodAutoscaler does not have metrics',
    );
  });

  it('needs a cache that many nodes can write', () => {
    const withCache = (chart: Chart): void => {
      const accessModes = [PersistentVolumeAccessMode.READ_WRITE_ONCE];
      const claim = new PersistentVolumeClaim(chart, 'claim', { accessModes, storage: Size.gibibytes(1) });
      scaled(chart, { pod: { binariesCache: BinariesCache.persistentVolumeClaim(claim) } });
    };
    expect(() => synthesized(withCache)).toThrow('of ReadWriteOnce, but the pool has an autoscaler; it must be');
  });

  it('can be one of KEDA, which needs only the names', () => {
    const objects = synthesized((chart) => scaledByKeda(chart, new WorkerPool(chart, 'pool')));
    expect(only(objects, 'ScaledObject').spec).toMatchObject({
      scaleTargetRef: { name: only(objects, 'WorkerPool').metadata.name, kind: 'WorkerPool' },
    });
  });
});

describe('a WorkerPool that is made elsewhere', () => {
  const named = (chart: Chart): IWorkerPool => WorkerPool.fromWorkerPoolName(chart, 'pool', 'runs');

  it.each<[string, (chart: Chart, pool: IWorkerPool) => void]>([
    ['HorizontalPodAutoscaler', autoscaled],
    ['ScaledObject', scaledByKeda],
  ])('is the target of a %s, and no object of this app', (kind, add) => {
    const objects = synthesized((chart) => add(chart, named(chart)));
    expect(objects.map((object) => object.kind)).toEqual([kind]);
    expect(only(objects, kind).spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'workers.spacelift.io/v1beta1', kind: 'WorkerPool', name: 'runs' },
    });
  });

  it('is what a Role grants something on, by its name', () => {
    const objects = synthesized((chart) => new Role(chart, 'role').allow(['patch'], named(chart)));
    expect(only(objects, 'Role')).toMatchObject({
      rules: [
        { apiGroups: ['workers.spacelift.io'], resources: ['workerpools'], resourceNames: ['runs'], verbs: ['patch'] },
      ],
    });
  });

  it('has a name that a WorkerPool can have', () => {
    expect(() => synthesized((chart) => WorkerPool.fromWorkerPoolName(chart, 'pool', 'Runs'))).toThrow(
      'chart/pool: metadata.name is "Runs"; it has lowercase letters',
    );
  });
});

function scaledByKeda(chart: Chart, pool: IWorkerPool): void {
  pool.markHasAutoscaler();
  const { name, kind, apiVersion } = pool.toScalingTarget();
  const spec = { scaleTargetRef: { name, kind, apiVersion }, triggers: [] };
  new ApiObject(chart, 'scaled', { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', spec });
}
