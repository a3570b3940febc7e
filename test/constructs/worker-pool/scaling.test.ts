import { describe, expect, it } from '@jest/globals';
import { ApiObject, Size, type Chart } from 'cdk8s';
import {
  HorizontalPodAutoscaler,
  Metric,
  MetricTarget,
  PersistentVolumeAccessMode,
  PersistentVolumeClaim,
} from 'cdk8s-plus-28';
import { BinariesCache, WorkerPool, type WorkerPoolProps } from '../../../src';
import { only, synthesized } from '../support';

const scaled = (chart: Chart, props: WorkerPoolProps): void => {
  const target = new WorkerPool(chart, 'pool', { metadata: { name: 'runs' }, ...props });
  const queued = Metric.external({ name: 'queued_runs', target: MetricTarget.averageValue(1) });
  new HorizontalPodAutoscaler(chart, 'autoscaler', { target, maxReplicas: 10, metrics: [queued] });
};

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
    const objects = synthesized((chart) => {
      const pool = new WorkerPool(chart, 'pool');
      pool.markHasAutoscaler();
      const { name, kind, apiVersion } = pool;
      const spec = { scaleTargetRef: { name, kind, apiVersion }, triggers: [] };
      new ApiObject(chart, 'scaled', { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', ...{ spec } });
    });
    expect(only(objects, 'ScaledObject').spec).toMatchObject({
      scaleTargetRef: { name: only(objects, 'WorkerPool').metadata.name, kind: 'WorkerPool' },
    });
  });
});
