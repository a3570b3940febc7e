import { Chart, type ChartProps } from 'cdk8s';
import { Secret, ServiceAccount } from 'cdk8s-plus-28';
import { AwsRole, WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/** Runs have an AWS role, and no key lies anywhere. The role's trust policy names the ServiceAccount. */
export class AwsRoleExample extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const secret = Secret.fromSecretName(this, 'credentials', 'aws-role-credentials');
    new WorkerPool(this, 'pool', {
      metadata: { name: 'aws-role' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      poolSize: 2,
      pod: { serviceAccount: new ServiceAccount(this, 'account', { metadata: { name: 'infrastructure-runs' } }) },
      extensions: [AwsRole.irsa({ roleArn: 'arn:aws:iam::123456789012:role/infrastructure-runs' })],
    });
  }
}
