import { Chart, Size, type ChartProps } from 'cdk8s';
import { PersistentVolumeAccessMode, PersistentVolumeClaim } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { WorkerPool } from '../../src';
import { credentials } from './example-pool';

/** All runs share downloaded tools on an EFS file system, which many Pods may write at once. */
export class EfsBinariesCacheExample extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, props);
    const cache = new PersistentVolumeClaim(this, 'cache', {
      metadata: { name: 'binaries-cache' },
      storageClassName: 'efs-sc',
      accessModes: [PersistentVolumeAccessMode.READ_WRITE_MANY],
      storage: Size.gibibytes(5),
    });
    new WorkerPool(this, 'pool', {
      metadata: { name: 'efs-binaries-cache' },
      ...credentials(this, 'pool-credentials'),
      poolSize: 3,
      pod: {
        securityContext: { fsGroup: 1983 },
        binariesCacheVolume: { name: 'binaries-cache', persistentVolumeClaim: { claimName: cache.name } },
      },
    });
  }
}
