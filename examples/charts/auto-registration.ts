import { Chart, type ChartProps } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { DriftDetection, WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/**
 * Without token and private key the operator makes the pool in the control plane by itself. The Secret has the account's
 * URL under `endpoint` and an API key of the role worker-pool-controller under `keyId` and `keySecret`.
 */
export class AutoRegistration extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    new WorkerPool(this, 'pool', {
      metadata: { name: 'auto-registration', labels: { team: 'platform' } },
      apiCredentials: { secret: Secret.fromSecretName(this, 'api-key', 'spacelift-api-key') },
      space: 'platform-01HPS9HDSWCQ73RPDTVAK0KK0A',
      description: 'Runs of the platform team',
      driftDetection: DriftDetection.limitedTo(1),
      poolSize: 3,
    });
  }
}
