import { Chart, Size, type ChartProps } from 'cdk8s';
import { PersistentVolumeAccessMode, PersistentVolumeClaim, Secret } from 'cdk8s-plus-28';
import { BinariesCache, WorkerPool } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/** All runs share downloaded tools on an EFS file system, which many Pods may write at once. */
export class EfsBinariesCache extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const cache = new PersistentVolumeClaim(this, 'cache', {
      metadata: { name: 'binaries-cache' },
      storageClassName: 'efs-sc',
      accessModes: [PersistentVolumeAccessMode.READ_WRITE_MANY],
      storage: Size.gibibytes(5),
    });
    const secret = Secret.fromSecretName(this, 'credentials', 'efs-binaries-cache-credentials');
    new WorkerPool(this, 'pool', {
      metadata: { name: 'efs-binaries-cache' },
      token: { secret, key: 'token' },
      privateKey: { secret, key: 'privateKey' },
      poolSize: 3,
      pod: { binariesCache: BinariesCache.persistentVolumeClaim(cache) },
    });
  }
}
