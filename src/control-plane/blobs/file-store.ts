import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { open, opendir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  BLOB_KINDS,
  blobGone,
  blobId,
  newBlobId,
  uploadLost,
  type BlobHealth,
  type BlobKind,
  type BlobLimits,
  type BlobStore,
  type Part,
  type PartialUpload,
  type StoredBlob,
} from './blob-store';
import { asRefusal, FreeSpace } from './free-space';
import { digest, Measured } from './streams';

const PARTIAL = '.partial';

/** Blobs as files of one folder, written under another name first. */
export class FileBlobStore implements BlobStore {
  private readonly space: FreeSpace;

  constructor(
    private readonly folder: string,
    private readonly limits: BlobLimits,
    minFreeBytes?: number,
  ) {
    for (const kind of BLOB_KINDS) mkdirSync(join(folder, kind), { recursive: true, mode: 0o700 });
    this.space = new FreeSpace(folder, minFreeBytes);
  }

  async write(kind: BlobKind, owner: string, content: Readable): Promise<string> {
    const id = newBlobId(owner);
    const partial = this.partial(kind, id);
    try {
      await this.space.require();
      const size = await this.pour(kind, content, partial, { flags: 'wx', start: 0 });
      if ((await stat(partial)).size !== size) throw new Error(`${partial} is not as long as what was written to it`);
      await this.complete(kind, id);
      return id;
    } catch (error) {
      await rm(partial, { force: true });
      throw asRefusal(error);
    }
  }

  /** Writes a stream to a file, from `start` on; gives the number of its bytes, all of which are on the disk. */
  private async pour(
    kind: BlobKind,
    content: Readable,
    path: string,
    how: { readonly flags: string; readonly start: number },
  ): Promise<number> {
    // Others upload as well, so that one look at the beginning is not enough.
    const mayGoOn = () => this.space.require();
    const measured = new Measured({ kind, limit: this.limits[kind], start: how.start, mayGoOn });
    await pipeline(content, measured, createWriteStream(path, { ...how, mode: 0o600, flush: true }));
    return measured.counted;
  }

  private async complete(kind: BlobKind, id: string): Promise<void> {
    await rename(this.partial(kind, id), this.path(kind, id));
    await syncFolder(join(this.folder, kind));
  }

  async read(kind: BlobKind, id: string): Promise<{ size: number; stream: Readable }> {
    const file = await open(this.path(kind, id), 'r').catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? blobGone(kind) : error;
    });
    // Of the open file, so that a blob which is removed meanwhile is still read to its end.
    const { size } = await file.stat();
    return { size, stream: file.createReadStream() };
  }

  async remove({ kind, id, isUnfinished }: StoredBlob): Promise<void> {
    await rm(isUnfinished ? this.partial(kind, id) : this.path(kind, id), { force: true });
  }

  async *list(kind: BlobKind): AsyncIterable<StoredBlob> {
    for await (const { name } of await opendir(join(this.folder, kind))) {
      const isUnfinished = name.endsWith(PARTIAL);
      const id = isUnfinished ? name.slice(0, -PARTIAL.length) : name;
      const found = await stat(join(this.folder, kind, name)).catch(ignoreMissing);
      if (found) yield { kind, id, modifiedAt: found.mtimeMs, bytes: found.size, isUnfinished };
    }
  }

  async begin(kind: BlobKind, owner: string): Promise<string> {
    const upload = randomUUID();
    const partial = this.partial(kind, blobId(owner, upload));
    try {
      await this.space.require();
      for await (const blob of this.list(kind)) {
        if (blob.isUnfinished && blob.id.startsWith(`${owner}-`)) await this.remove(blob);
      }
      await (await open(partial, 'wx', 0o600)).close();
      return upload;
    } catch (error) {
      throw asRefusal(error);
    }
  }

  async append({ kind, owner, upload }: PartialUpload, { offset, size, content }: Part): Promise<void> {
    const partial = this.partial(kind, blobId(owner, upload));
    const stored = (await stat(partial).catch(ignoreMissing))?.size;
    if (stored === undefined) throw uploadLost('it was given up, because nothing came for long');
    if (offset > stored) throw uploadLost(`only ${stored} bytes of it are stored`);
    try {
      await this.space.require();
      const written = await this.pour(kind, content, partial, { flags: 'r+', start: offset });
      if (written !== size) throw uploadLost(`a part has ${written} bytes instead of ${size}`);
    } catch (error) {
      throw asRefusal(error);
    }
  }

  async finish(
    { kind, owner, upload }: PartialUpload,
    sent: { readonly size: number; readonly sha256: string },
  ): Promise<string> {
    const id = blobId(owner, upload);
    const isWhole = (await stat(this.path(kind, id)).catch(ignoreMissing)) !== undefined;
    const path = isWhole ? this.path(kind, id) : this.partial(kind, id);
    if ((await stat(path).catch(ignoreMissing)) === undefined) throw uploadLost('it is not known');
    const { size, sha256 } = await digest(createReadStream(path));
    if (size !== sent.size || sha256 !== sent.sha256) {
      await rm(path, { force: true });
      throw uploadLost('what is stored is not what was sent');
    }
    if (!isWhole) await this.complete(kind, id);
    return id;
  }

  async health(): Promise<BlobHealth> {
    const probe = join(this.folder, `.probe-${randomUUID()}`);
    try {
      const file = await open(probe, 'wx', 0o600);
      await file.close();
      await rm(probe);
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      const sentence = `the folder of the blobs cannot be written to (${code})`;
      return { isUsable: code === 'ENOSPC' || code === 'EDQUOT', takesUploads: false, sentence };
    }
    const sentence = await this.space.refusal();
    return { isUsable: true, takesUploads: sentence === '', sentence };
  }

  close(): void {
    // Nothing is held open between calls.
  }

  private path(kind: BlobKind, id: string): string {
    return join(this.folder, kind, id);
  }

  private partial(kind: BlobKind, id: string): string {
    return `${this.path(kind, id)}${PARTIAL}`;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** Makes a rename durable: the entry lives in the folder, not in the file. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
