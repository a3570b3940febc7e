import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../time';
import { BLOB_LIMITS, type BlobStore } from './blob-store';
import { FileBlobStore } from './file-store';
import { UnusedBlobs, type BlobReferences } from './unused-blobs';

export { type BlobHealth, type BlobStore, PART_BYTES } from './blob-store';
export { type BlobReferences, UnusedBlobs } from './unused-blobs';

export interface BlobOptions {
  /** Bytes that uploads leave free on the volume of the data folder. @default 5 % of the volume, at most 1 GiB */
  readonly minFreeBytes?: number;
}

/** The store of blobs, and who removes from it what nobody needs. */
export interface Blobs {
  readonly store: BlobStore;
  readonly unused: UnusedBlobs;
}

export function openBlobs(
  dataDir: string,
  options: BlobOptions,
  parts: {
    readonly references: BlobReferences;
    readonly clock: Pick<Clock, 'now' | 'monotonic'>;
    readonly logger: Logger;
  },
): Blobs {
  const store = new FileBlobStore(join(dataDir, 'blobs'), BLOB_LIMITS, options.minFreeBytes);
  return { store, unused: new UnusedBlobs({ store, ...parts }) };
}
