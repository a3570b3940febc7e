import { Chart, type ChartProps } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { BinariesCache, WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/**
 * All runs share downloaded tools on an EFS file system, which many Pods may write at once. Not yet carried out by the
 * bundled controller: it mounts the volume, and tools come from the runner image.
 */
export class EfsBinariesCache extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const secret = Secret.fromSecretName(this, 'credentials', 'efs-binaries-cache-credentials');
    new WorkerPool(this, 'pool', {
      metadata: { name: 'efs-binaries-cache' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      poolSize: 3,
      pod: { binariesCache: BinariesCache.efs(this, 'cache', { fileSystemId: 'fs-0123456789abcdef0' }) },
    });
  }
}
