import { Chart, type ChartProps } from 'cdk8s';
import type { Construct } from 'constructs';
import { WorkerPool } from '../../src';
import { credentials } from './example-pool';

/** Runs that need a Docker daemon have one beside them; it is stopped when the run is over. */
export class DockerInDockerExample extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    new WorkerPool(this, 'pool', {
      metadata: { name: 'docker-in-docker' },
      ...credentials(this, 'pool-credentials'),
      poolSize: 2,
      pod: {
        workerContainer: { env: [{ name: 'DOCKER_HOST', value: 'tcp://localhost:2375' }] },
        additionalSidecarContainers: [
          {
            name: 'docker',
            image: 'docker:dind',
            command: ['docker-init', '--', 'dockerd', '--host', 'tcp://127.0.0.1:2375'],
            securityContext: { privileged: true },
          },
        ],
      },
    });
  }
}
