import { ApiObject, JsonPatch, Size, SizeRoundingBehavior } from 'cdk8s';
import {
  PersistentVolume,
  PersistentVolumeAccessMode,
  PersistentVolumeClaim,
  Volume,
  type EmptyDirVolumeOptions,
  type IPersistentVolumeClaim,
  type k8s,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { VOLUME } from '../../api';
import { invalidProp } from '../shared/checks';
import type { Manifest } from '../../charting/manifest';
import { refuseTwins } from '../shared/twins';
import type { SpecialVolume } from './special-volume';

const EFS_DRIVER = 'efs.csi.aws.com';

/** Options of `BinariesCache.efs`. */
export interface EfsBinariesCacheOptions {
  /** The file system, for example "fs-0123456789abcdef0". The cluster needs the EFS CSI driver. */
  readonly fileSystemId: string;

  /**
   * Access point of the file system. Let its POSIX user and the owner of its root directory be 1983, the user of the
   * run's containers: the driver does not change owners, so that fsGroup is of no use here.
   *
   * @default - the root of the file system, which has to be writable for user or group 1983
   */
  readonly accessPointId?: string;

  /**
   * Folder of the file system that becomes the cache.
   *
   * @default - its root, or that of the access point
   */
  readonly path?: string;

  /**
   * Size that volume and claim state. EFS grows by itself and does not heed it, but Kubernetes demands one. Parts
   * of a GiB are rounded up.
   *
   * @default Size.gibibytes(5)
   */
  readonly size?: Size;

  /**
   * Namespace of the claim: that of the pools.
   *
   * @default - the chart's namespace
   */
  readonly namespace?: string;

  /**
   * Name of the StorageClass to make.
   *
   * @default - generated from the construct's path
   */
  readonly storageClassName?: string;
}

/**
 * The volume in which runs keep the tools that they downloaded.
 *
 * Not yet carried out by the bundled controller: the cache; the volume is mounted, but tools come from the runner image.
 */
export class BinariesCache {
  /**
   * An EFS file system that all runs share. Adds a StorageClass, a PersistentVolume and a claim to the scope; the
   * cache may serve several pools of the claim's namespace.
   *
   * @param scope where the objects are added
   * @param id of the construct that holds them
   * @param options which file system
   * @throws where an ID is empty or has a colon, or the path does not begin with a slash
   */
  public static efs(scope: Construct, id: string, options: EfsBinariesCacheOptions): BinariesCache {
    const { fileSystemId, accessPointId = 'none', path = '/' } = options;
    for (const [prop, value] of Object.entries({ fileSystemId, accessPointId })) {
      if (value !== '' && !value.includes(':')) continue;
      throw invalidProp(scope, id, prop, value, 'it must be set and be without ":"');
    }
    if (!path.startsWith('/')) throw invalidProp(scope, id, 'path', path, 'it must begin with "/"');
    const objects = new Construct(scope, id);
    refuseTwins(objects);
    return BinariesCache.persistentVolumeClaim(efsClaim(objects, options));
  }

  /**
   * A claim that all runs share; a pool of several Workers needs ReadWriteMany.
   *
   * @param claim in the namespace of the pool
   */
  public static persistentVolumeClaim(claim: IPersistentVolumeClaim): BinariesCache {
    return new BinariesCache((scope) => ({
      volume: Volume.fromPersistentVolumeClaim(scope, 'BinariesCache', claim, { name: VOLUME.binariesCache }),
      claim,
      belongsToRoot: true,
    }));
  }

  /** A folder on the node's disk, or in its memory, which goes with the Pod: nothing is kept between runs. */
  public static emptyDir(options: EmptyDirVolumeOptions = {}): BinariesCache {
    return new BinariesCache((scope) => ({
      volume: Volume.fromEmptyDir(scope, 'BinariesCache', VOLUME.binariesCache, options),
    }));
  }

  /** Any other volume. */
  public static fromVolume(volume: Volume): BinariesCache {
    return new BinariesCache(() => ({ volume }));
  }

  private constructor(private readonly make: (scope: Construct) => SpecialVolume) {}

  /** @internal */
  public _bind(scope: Construct): SpecialVolume {
    return this.make(scope);
  }
}

function efsClaim(scope: Construct, options: EfsBinariesCacheOptions): PersistentVolumeClaim {
  // Whole ones, because the claim of cdk8s-plus throws for any other.
  const { size: wanted = Size.gibibytes(5) } = options;
  const size = Size.gibibytes(Math.ceil(wanted.toGibibytes({ rounding: SizeRoundingBehavior.NONE })));
  const storageClass = addClusterObject<k8s.KubeStorageClassProps>(scope, 'StorageClass', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: options.storageClassName === undefined ? undefined : { name: options.storageClassName },
    provisioner: EFS_DRIVER,
  });
  const volume = addClusterObject<k8s.KubePersistentVolumeProps>(scope, 'Volume', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    spec: {
      capacity: { storage: `${size.toGibibytes()}Gi` },
      accessModes: [PersistentVolumeAccessMode.READ_WRITE_MANY],
      // The file system is not ours to delete.
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: storageClass.name,
      volumeMode: 'Filesystem',
      csi: { driver: EFS_DRIVER, volumeHandle: volumeHandle(options) },
    },
  });
  const { namespace } = options;
  return new PersistentVolumeClaim(scope, 'Claim', {
    metadata: namespace === undefined ? undefined : { namespace },
    accessModes: [PersistentVolumeAccessMode.READ_WRITE_MANY],
    storage: size,
    storageClassName: storageClass.name,
    volume: PersistentVolume.fromPersistentVolumeName(scope, 'VolumeByName', volume.name),
  });
}

/** `<file system>:<path>:<access point>`, as the driver reads it; what is left out at the end needs no colon. */
function volumeHandle({ fileSystemId, path = '', accessPointId = '' }: EfsBinariesCacheOptions): string {
  return [fileSystemId, path, accessPointId].join(':').replace(/:+$/, '');
}

/** cdk8s gives every object the chart's namespace, but these have none. */
function addClusterObject<Props>(scope: Construct, id: string, manifest: Manifest<Props>): ApiObject {
  const object = new ApiObject(scope, id, manifest);
  if (object.metadata.namespace !== undefined) object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  return object;
}
