import { Chart, type ChartProps } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { VcsAgents, WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/**
 * Source from a Git server that only the cluster can reach: the name is that of the VCS agent pool, the endpoint is where
 * `init` finds the server from inside.
 */
export class VcsAgentsExample extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const secret = Secret.fromSecretName(this, 'credentials', 'vcs-agents-credentials');
    new WorkerPool(this, 'pool', {
      metadata: { name: 'vcs-agents' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      poolSize: 2,
      extensions: [
        VcsAgents.fromAgentPools([{ name: 'gitlab-agents', baseEndpoint: 'https://gitlab.internal.example.com' }]),
      ],
    });
  }
}
