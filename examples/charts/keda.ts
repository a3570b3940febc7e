import { ApiObject, Chart, type ChartProps } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/**
 * As many Workers as there are runs, waiting or under way, from none to ten. KEDA asks Prometheus, which has the figures
 * from the exporter. Scaling down ends no run.
 */
export class Keda extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const secret = Secret.fromSecretName(this, 'credentials', 'keda-credentials');
    const pool = new WorkerPool(this, 'pool', {
      metadata: { name: 'keda' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      // No poolSize: that is for KEDA to set, and applying this again does not undo it.
    });
    pool.markHasAutoscaler();
    const { apiVersion, kind, name } = pool.toScalingTarget();
    // Its name in the control plane, which the metrics carry; the WorkerPool may be called otherwise.
    const ofPool = '{worker_pool_name="keda"}';
    new ApiObject(this, 'autoscaler', {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'keda' },
      spec: {
        scaleTargetRef: { apiVersion, kind, name },
        minReplicaCount: 0,
        maxReplicaCount: 10,
        triggers: [
          {
            type: 'prometheus',
            metadata: {
              serverAddress: 'http://prometheus-operated.monitoring.svc:9090',
              query: `sum(spacelift_worker_pool_runs_pending${ofPool}) + sum(spacelift_worker_pool_workers_busy${ofPool})`,
              // One Worker a run; without an answer the pool keeps its size.
              threshold: '1',
              ignoreNullValues: 'false',
            },
          },
        ],
      },
    });
  }
}
