import { Chart, type ChartProps } from 'cdk8s';
import { EnvValue, Secret } from 'cdk8s-plus-28';
import { WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/**
 * Source from a Git server that only the cluster can reach: the name is that of the VCS agent pool, the endpoint is where
 * `init` finds the server from inside.
 */
export class VcsAgentsExample extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const secret = Secret.fromSecretName(this, 'credentials', 'vcs-agents-credentials');
    const pool = new WorkerPool(this, 'pool', {
      metadata: { name: 'vcs-agents' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      poolSize: 2,
    });
    const { env } = pool.initContainer;
    env.addVariable('SPACELIFT_PRIVATEVCS_MAPPING_NAME_0', EnvValue.fromValue('gitlab-agents'));
    env.addVariable(
      'SPACELIFT_PRIVATEVCS_MAPPING_BASE_ENDPOINT_0',
      EnvValue.fromValue('https://gitlab.internal.example.com'),
    );
  }
}
