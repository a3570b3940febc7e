import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { BLOB_LIMITS } from '../blobs/blob-store';
import { malformed } from '../errors';

/** Bytes of a source, as it is uploaded. */
export const LARGEST_SOURCE = BLOB_LIMITS.sources;

/** What gzip begins with. */
const GZIP = [0x1f, 0x8b] as const;

/** What is uploaded as a source, as long as it may be an archive. The stream fails with a RequestError for anything else. */
export function archiveOf(content: Readable): Readable {
  const archive = new Archive();
  // It may fail before anybody reads it, who is told then.
  archive.on('error', () => content.unpipe(archive));
  content.once('error', (error) => archive.destroy(error));
  content.once('close', () => content.readableEnded || archive.destroy(malformed('source', 'the upload broke off')));
  return content.pipe(archive);
}

class Archive extends Transform {
  private seen = 0;

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    for (const byte of chunk.subarray(0, Math.max(0, GZIP.length - this.seen))) {
      if (byte !== GZIP[this.seen]) return done(noArchive());
      this.seen += 1;
    }
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    done(this.seen === GZIP.length ? null : noArchive());
  }
}

const noArchive = () =>
  malformed('source', 'the source is no tar.gz: `tar czf source.tar.gz -C FOLDER .` makes one of a folder');
