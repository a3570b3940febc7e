import { pipeline, Transform, type Readable } from 'node:stream';
import type { BlobKind, BlobStore } from '../blobs';

/** Told of what goes into a store of blobs, and out of it. */
export interface BlobTraffic {
  /** So many more uploads, or fewer, are under way. */
  uploads(kind: BlobKind, change: 1 | -1): void;
  transferred(kind: BlobKind, direction: 'in' | 'out', bytes: number): void;
}

/** A store of blobs, with what goes in and out counted. */
export function measuredBlobs(store: BlobStore, traffic: BlobTraffic): BlobStore {
  const during = async <T>(kind: BlobKind, upload: () => Promise<T>): Promise<T> => {
    traffic.uploads(kind, 1);
    try {
      return await upload();
    } finally {
      traffic.uploads(kind, -1);
    }
  };
  return {
    write: (kind, owner, content) =>
      during(kind, () =>
        store.write(
          kind,
          owner,
          counted(content, (bytes) => traffic.transferred(kind, 'in', bytes)),
        ),
      ),
    append: async (upload, part) => {
      await during(upload.kind, () => store.append(upload, part));
      traffic.transferred(upload.kind, 'in', part.size);
    },
    read: async (kind, id) => {
      const blob = await store.read(kind, id);
      blob.stream.once('end', () => traffic.transferred(kind, 'out', blob.size));
      return blob;
    },
    begin: (kind, owner) => store.begin(kind, owner),
    finish: (upload, sent) => store.finish(upload, sent),
    remove: (blob) => store.remove(blob),
    list: (kind) => store.list(kind),
    health: () => store.health(),
    close: () => store.close(),
  };
}

function counted(content: Readable, count: (bytes: number) => void): Readable {
  const counter = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      count(chunk.length);
      done(null, chunk);
    },
  });
  // Whoever reads the counter hears of every failure.
  return pipeline(content, counter, () => undefined);
}
