import { SizeRoundingBehavior, type Size } from 'cdk8s';
import {
  PersistentVolumeAccessMode,
  Volume,
  type EmptyDirVolumeOptions,
  type IPersistentVolumeClaim,
} from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { VOLUME } from '../../api';
import { invalidArgument, isWholeNumber, wholeNumber } from '../shared/checks';
import type { SpecialVolume } from './special-volume';

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
  public static fromVolume(volume: Volume): WorkspaceVolume {
    return new WorkspaceVolume(() => ({ volume }));
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
