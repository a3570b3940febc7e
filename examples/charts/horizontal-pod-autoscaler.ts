import { Chart, type ChartProps } from 'cdk8s';
import { HorizontalPodAutoscaler, Metric, MetricTarget, Secret } from 'cdk8s-plus-28';
import { WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/**
 * The same by cdk8s-plus's HorizontalPodAutoscaler. It needs an adapter that serves the exporter's figures as an external
 * metric, here as `worker_pool_demand`: runs that wait and runs under way.
 */
export class HorizontalPodAutoscalerExample extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const secret = Secret.fromSecretName(this, 'credentials', 'autoscaled-credentials');
    const pool = new WorkerPool(this, 'pool', {
      metadata: { name: 'autoscaled' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
    });
    new HorizontalPodAutoscaler(this, 'autoscaler', {
      metadata: { name: 'autoscaled' },
      target: pool,
      minReplicas: 1,
      maxReplicas: 10,
      // The load of Pods says nothing here, because idle Workers have none.
      metrics: [Metric.external({ name: 'worker_pool_demand', target: MetricTarget.averageValue(1) })],
    });
  }
}
