import type { IPersistentVolumeClaim, PersistentVolumeClaim, Volume } from 'cdk8s-plus-28';
import type { Volume as VolumeSpec } from '../../api';

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
