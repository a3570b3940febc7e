import { Chart, type ChartProps } from 'cdk8s';
import type { Construct } from 'constructs';
import { WorkerPool } from '../../src';
import { credentials } from './example-pool';

/** Every run gets a workspace on a disk of its own, which goes with the Pod. */
export class EphemeralWorkspaceExample extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    new WorkerPool(this, 'pool', {
      metadata: { name: 'ephemeral-workspace' },
      ...credentials(this, 'pool-credentials'),
      poolSize: 2,
      pod: {
        // The containers run as user 1983, to whom a fresh disk does not belong.
        securityContext: { fsGroup: 1983 },
        workspaceVolume: {
          name: 'workspace',
          ephemeral: {
            volumeClaimTemplate: {
              spec: {
                accessModes: ['ReadWriteOnce'],
                storageClassName: 'gp2',
                resources: { requests: { storage: '1Gi' } },
              },
            },
          },
        },
      },
    });
  }
}
