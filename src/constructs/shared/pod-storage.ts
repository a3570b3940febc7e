import type { IStorage, MountOptions, Volume, VolumeMount } from 'cdk8s-plus-28';
import type { IConstruct } from 'constructs';

/**
 * What a Pod can mount: a `Volume`, a `PersistentVolume` and so on, of any release of cdk8s-plus. The classes of cdk8s-plus
 * have private fields, by which TypeScript tells those of one release from those of another.
 */
export interface IPodStorage {
  /** The volume, as `IStorage` of cdk8s-plus has it. */
  asVolume(): IConstruct;
}

/** Where a volume appears in a container. */
export interface PodVolumeMount extends MountOptions {
  /** Absolute path in the container, without ":". */
  readonly path: string;

  /** The volume. */
  readonly volume: IPodStorage;
}

/** The same to cdk8s-plus-28, which calls what all releases have. */
export const asStorage = (storage: IPodStorage): IStorage => storage as IStorage;

export const asVolume = (storage: IPodStorage): Volume => asStorage(storage).asVolume();

export function asVolumeMounts(mounts: readonly PodVolumeMount[] = []): VolumeMount[] {
  return mounts.map(({ volume, ...mount }) => ({ ...mount, volume: asVolume(volume) }));
}
