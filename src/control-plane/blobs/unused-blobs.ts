import type { Logger } from 'pino';
import type { Clock } from '../../time';
import { BLOB_KINDS, type BlobKind, type BlobStore, type StoredBlob } from './blob-store';

/** A blob that no row names is removed when it was stored so long ago; an upload, when nothing came for so long. */
export const UNUSED_BLOB_AGE_MS = 2 * 60 * 60_000;
/** And when it was seen so for so long by a clock that nobody sets. */
export const UNUSED_BLOB_SEEN_MS = 10 * 60_000;

/** Blobs that are asked about together. */
const BATCH = 500;

export interface BlobReferences {
  /** Those of the ids that a row names. */
  named(kind: BlobKind, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Told of what there is, and of what is removed. */
export interface BlobObserver {
  removed(): void;
  /** What a whole look found, finished or not. */
  found(kind: BlobKind, bytes: number): void;
}

export interface UnusedBlobsParts {
  readonly store: BlobStore;
  readonly references: BlobReferences;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly logger: Logger;
  readonly observer?: BlobObserver;
}

/** Removes blobs that nobody needs any more. */
export class UnusedBlobs {
  private seen = new Map<string, { readonly modifiedAt: number; readonly since: number }>();

  constructor(private readonly parts: UnusedBlobsParts) {}

  /** Removes a blob that a row has named, unless another still does. What fails here is left to the sweep. */
  async release(kind: BlobKind, id: string | null): Promise<void> {
    const { store, references, logger, observer } = this.parts;
    if (id === null) return;
    try {
      if ((await references.named(kind, [id])).has(id)) return;
      await store.remove({ kind, id, isUnfinished: false });
      observer?.removed();
    } catch (error) {
      logger.warn({ err: error, kind, blob: id }, 'a blob could not be removed; it is tried again later');
    }
  }

  /**
   * Removes what was left over: by processes that were killed, by uploads that broke off. An upload under way, of this
   * process or another, is never among that, and neither a restart nor a clock that is set makes anything go.
   */
  async sweep(): Promise<void> {
    const { store, clock, logger, observer } = this.parts;
    const before = this.seen;
    this.seen = new Map();
    for (const kind of BLOB_KINDS) {
      for await (const blob of this.unnamed(kind)) {
        const key = `${kind}/${blob.id}`;
        const known = before.get(key);
        const sighting =
          known?.modifiedAt === blob.modifiedAt ? known : { modifiedAt: blob.modifiedAt, since: clock.monotonic() };
        if (clock.monotonic() - sighting.since >= UNUSED_BLOB_SEEN_MS) {
          await store.remove(blob);
          observer?.removed();
          logger.info({ kind, blob: blob.id, unfinished: blob.isUnfinished }, 'removed a blob that nobody needs');
        } else this.seen.set(key, sighting);
      }
    }
  }

  private async *unnamed(kind: BlobKind): AsyncIterable<StoredBlob> {
    const { store, clock, observer } = this.parts;
    let batch: StoredBlob[] = [];
    let bytes = 0;
    for await (const blob of store.list(kind)) {
      bytes += blob.bytes;
      if (clock.now() - blob.modifiedAt < UNUSED_BLOB_AGE_MS) continue;
      batch.push(blob);
      if (batch.length < BATCH) continue;
      yield* await this.withoutNamed(kind, batch);
      batch = [];
    }
    if (batch.length > 0) yield* await this.withoutNamed(kind, batch);
    observer?.found(kind, bytes);
  }

  private async withoutNamed(kind: BlobKind, batch: readonly StoredBlob[]): Promise<StoredBlob[]> {
    const whole = batch.filter(({ isUnfinished }) => !isUnfinished).map(({ id }) => id);
    const named = await this.parts.references.named(kind, whole);
    return batch.filter(({ id, isUnfinished }) => isUnfinished || !named.has(id));
  }
}
