import { createHash } from 'node:crypto';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { PART_BYTES, tooLarge, type BlobKind } from './blob-store';

export interface MeasuredOptions {
  readonly kind: BlobKind;
  /** Largest size of the whole blob, in bytes. */
  readonly limit: number;
  /** Where in the blob the stream begins. @default 0 */
  readonly start?: number;
  /** Asked once for each part's worth of bytes; the stream fails as it does. @default - nobody is asked */
  readonly mayGoOn?: () => Promise<void>;
}

/** Counts what passes, and lets no more pass than may. */
export class Measured extends Transform {
  /** Not `size`: the SDK for S3 would take that for the size of the whole. */
  counted = 0;

  constructor(private readonly options: MeasuredOptions) {
    super();
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    const { kind, limit, start = 0, mayGoOn } = this.options;
    const before = this.counted;
    this.counted += chunk.length;
    const isNextPart = Math.floor(before / PART_BYTES) !== Math.floor(this.counted / PART_BYTES);
    if (start + this.counted > limit) done(tooLarge(kind, limit));
    else if (isNextPart && mayGoOn) mayGoOn().then(() => done(null, chunk), done);
    else done(null, chunk);
  }
}

/** Size and hash of what a stream gives. */
export async function digest(content: Readable): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of content as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    hash.update(chunk);
  }
  return { size, sha256: hash.digest('hex') };
}
