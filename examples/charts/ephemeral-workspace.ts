import { Chart, Size, type ChartProps } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { WorkerPool, WorkspaceVolume } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/** Every run gets a workspace on a gp2 disk of its own, which goes with the Pod. */
export class EphemeralWorkspace extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const secret = Secret.fromSecretName(this, 'credentials', 'ephemeral-workspace-credentials');
    new WorkerPool(this, 'pool', {
      metadata: { name: 'ephemeral-workspace' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      poolSize: 2,
      pod: { workspace: WorkspaceVolume.ephemeral({ storageClass: 'gp2', size: Size.gibibytes(1) }) },
    });
  }
}
