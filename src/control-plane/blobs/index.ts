import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../time';
import { BLOB_LIMITS, type BlobStore } from './blob-store';
import { FileBlobStore } from './file-store';
import type { S3Options } from './s3-client';
import { S3BlobStore } from './s3-store';
import { UnusedBlobs, type BlobObserver, type BlobReferences } from './unused-blobs';

export { BLOB_KINDS, type BlobHealth, type BlobKind, type BlobStore, PART_BYTES } from './blob-store';
export { type S3Options } from './s3-client';
export { type BlobObserver, type BlobReferences, UnusedBlobs } from './unused-blobs';

export interface BlobOptions {
  /** Bytes that uploads leave free on the volume of the data folder. @default 5 % of the volume, at most 1 GiB */
  readonly minFreeBytes?: number;
  /** Keeps them in S3. @default - files of the data folder */
  readonly s3?: S3Options;
}

/** The store of blobs, and who removes from it what nobody needs. */
export interface Blobs {
  readonly store: BlobStore;
  readonly unused: UnusedBlobs;
}

export async function openBlobs(
  dataDir: string,
  options: BlobOptions,
  parts: {
    readonly references: BlobReferences;
    readonly clock: Pick<Clock, 'now' | 'monotonic'>;
    readonly logger: Logger;
    readonly observer?: BlobObserver;
  },
): Promise<Blobs> {
  const { s3, minFreeBytes } = options;
  const store = s3
    ? await S3BlobStore.open(s3, BLOB_LIMITS)
    : new FileBlobStore(join(dataDir, 'blobs'), BLOB_LIMITS, minFreeBytes);
  return { store, unused: new UnusedBlobs({ store, ...parts }) };
}
