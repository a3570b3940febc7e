import { Chart, type ChartProps } from 'cdk8s';
import { EnvValue, Secret } from 'cdk8s-plus-28';
import { WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/** Runs that need a Docker daemon have one beside them; it is stopped when the run is over. */
export class DockerInDocker extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const secret = Secret.fromSecretName(this, 'credentials', 'docker-in-docker-credentials');
    new WorkerPool(this, 'pool', {
      metadata: { name: 'docker-in-docker' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      poolSize: 2,
      pod: {
        workerContainer: { envVariables: { DOCKER_HOST: EnvValue.fromValue('tcp://localhost:2375') } },
        sidecars: [
          {
            name: 'docker',
            image: 'docker:dind',
            command: ['docker-init', '--', 'dockerd', '--host', 'tcp://127.0.0.1:2375'],
            securityContext: {
              privileged: true,
              allowPrivilegeEscalation: true,
              ensureNonRoot: false,
              readOnlyRootFilesystem: false,
            },
          },
        ],
      },
    });
  }
}
