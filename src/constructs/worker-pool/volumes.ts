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
import { VOLUME, type Volume as VolumeSpec } from '../../api';
import type { Manifest } from '../../charting/manifest';
import { isWholeNumber, wholeNumber } from '../../charting/rule';
import { invalidArgument, invalidProp } from '../shared/checks';
import { asVolume, type IPodStorage } from '../shared/pod-storage';
import { refuseDuplicates } from '../shared/duplicates';

/** The volume of the workspace or of the binaries cache, as a pool uses it. */
export interface SpecialVolume {
  /** What containers mount. */
  readonly volume: Volume;
  /** Stands in the manifest in the place of `volume`'s own source: cdk8s-plus has no ephemeral volumes. */
  readonly source?: Omit<VolumeSpec, 'name'>;
  /** The claim behind it, where many Pods would share it. */
  readonly claim?: IPersistentVolumeClaim;
  /** A fresh file system belongs to root, so that the built-in containers could not write to it. */
  readonly belongsToRoot?: boolean;
}

/** Access modes of a claim that was made in this app; undefined for one that is only named. */
export function accessModes(claim: IPersistentVolumeClaim | undefined): readonly string[] | undefined {
  // Not instanceof: an app may have a second copy of cdk8s-plus.
  return (claim as Partial<PersistentVolumeClaim> | undefined)?.accessModes;
}

/** A disk that Kubernetes makes for each run Pod and deletes with it. */
export interface EphemeralWorkspaceOptions {
  /** Size of the disk, in whole MiB. */
  readonly size: Size;

  /**
   * StorageClass of the disk, for example "gp2".
   *
   * @default - the cluster's default StorageClass
   */
  readonly storageClass?: string;

  /**
   * How the disk may be mounted.
   *
   * @default - ReadWriteOnce
   */
  readonly accessModes?: PersistentVolumeAccessMode[];
}

/**
 * The volume that holds source and state of a run while it is worked on. The data is sensitive: prefer a volume that
 * lives and dies with the Pod.
 */
export class WorkspaceVolume {
  /**
   * A disk of its own for each run, made and deleted with its Pod. Run Pods get fsGroup 1983, to be able to write.
   *
   * @throws where the size is not a whole number of MiB from 1 up
   */
  public static ephemeral(options: EphemeralWorkspaceOptions): WorkspaceVolume {
    const source = { ephemeral: { volumeClaimTemplate: { spec: claimSpec(options) } } };
    return new WorkspaceVolume((scope) => ({
      // What cdk8s-plus mounts; only its name reaches the manifest.
      volume: Volume.fromEmptyDir(scope, 'Workspace', VOLUME.workspace),
      source,
      belongsToRoot: true,
    }));
  }

  /** A folder on the node's disk, or in its memory. */
  public static emptyDir(options: EmptyDirVolumeOptions = {}): WorkspaceVolume {
    return new WorkspaceVolume((scope) => ({
      volume: Volume.fromEmptyDir(scope, 'Workspace', VOLUME.workspace, options),
    }));
  }

  /**
   * A claim that all runs of the pool use, one after the other: each run empties it. Only for a pool of one Worker.
   *
   * @param claim in the namespace of the pool
   */
  public static persistentVolumeClaim(claim: IPersistentVolumeClaim): WorkspaceVolume {
    return new WorkspaceVolume((scope) => ({
      volume: Volume.fromPersistentVolumeClaim(scope, 'Workspace', claim, { name: VOLUME.workspace }),
      claim,
      belongsToRoot: true,
    }));
  }

  /** Any other volume. */
  public static fromVolume(volume: IPodStorage): WorkspaceVolume {
    return new WorkspaceVolume(() => ({ volume: asVolume(volume) }));
  }

  private constructor(private readonly make: (scope: Construct) => SpecialVolume) {}

  /** @internal */
  public _bind(scope: Construct): SpecialVolume {
    return this.make(scope);
  }
}

function claimSpec({ size, storageClass, accessModes }: EphemeralWorkspaceOptions) {
  const mebibytes = size.toMebibytes({ rounding: SizeRoundingBehavior.NONE });
  if (!isWholeNumber(mebibytes, 1)) {
    throw invalidArgument('WorkspaceVolume.ephemeral', 'size', `${mebibytes}Mi`, `${wholeNumber(1)}, in MiB`);
  }
  return {
    accessModes: accessModes ?? [PersistentVolumeAccessMode.READ_WRITE_ONCE],
    storageClassName: storageClass,
    resources: { requests: { storage: `${mebibytes}Mi` } },
  };
}

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
   * Size that volume and claim state. EFS grows by itself and ignores it, but Kubernetes demands one. Parts
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
 * The volume in which runs keep the tools that stacks name by their version. The container `init` downloads, checks and keeps
 * them; the steps see the volume read-only.
 * Providers come from a `ProviderMirror`.
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
    refuseDuplicates(objects);
    return BinariesCache.persistentVolumeClaim(efsClaim(objects, options));
  }

  /**
   * A claim that all runs share. A pool of several Workers needs ReadWriteMany.
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
  public static fromVolume(volume: IPodStorage): BinariesCache {
    return new BinariesCache(() => ({ volume: asVolume(volume) }));
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
