import { Chart, type ChartProps } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { DockerInDocker, WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/**
 * Runs that need a Docker daemon have one beside them; it is stopped when the run is over. The daemon is privileged: keep
 * such a pool for the stacks that need it. `DockerInDocker.rootless()` keeps root away from what the daemon runs.
 */
export class DockerInDockerExample extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const secret = Secret.fromSecretName(this, 'credentials', 'docker-in-docker-credentials');
    new WorkerPool(this, 'pool', {
      metadata: { name: 'docker-in-docker' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      poolSize: 2,
      extensions: [DockerInDocker.sidecar()],
    });
  }
}
