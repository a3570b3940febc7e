import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { RequestError } from '../errors';

export type BlobKind = 'sources' | 'workspaces';

const TEMPORARY = '.partial';

/** Large things as files: sources of stacks, sealed workspaces of runs. A blob is whole or not there. */
export class BlobStore {
  constructor(
    private readonly folder: string,
    /** Largest size of each kind, in bytes. */
    private readonly limits: Readonly<Record<BlobKind, number>>,
  ) {
    for (const kind of ['sources', 'workspaces'] as const)
      mkdirSync(join(folder, kind), { recursive: true, mode: 0o700 });
  }

  /**
   * Stores a stream durably, under the SHA-256 of its content and so the same content once.
   * @throws RequestError `too-large` past the limit of its kind.
   */
  async write(kind: BlobKind, content: Readable): Promise<string> {
    const temporary = join(this.folder, kind, `${randomUUID()}${TEMPORARY}`);
    const file = await open(temporary, 'wx', 0o600);
    try {
      const hash = await this.copy(kind, content, file);
      await file.sync();
      await file.close();
      await rename(temporary, this.path(kind, hash));
      await syncFolder(join(this.folder, kind));
      return hash;
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(temporary, { force: true });
      throw error;
    }
  }

  private async copy(kind: BlobKind, content: Readable, file: FileHandle): Promise<string> {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of content as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > this.limits[kind]) {
        throw new RequestError(
          'too-large',
          `the upload is larger than ${this.limits[kind]} bytes, the limit for ${kind}`,
        );
      }
      hash.update(chunk);
      await file.write(chunk);
    }
    return hash.digest('hex');
  }

  /** @throws RequestError `not-found` when it is gone. */
  read(kind: BlobKind, id: string): { size: number; stream: () => Readable } {
    const path = this.path(kind, id);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) throw new RequestError('not-found', `the stored ${kind} file is gone: upload it again`);
    return { size: stat.size, stream: () => createReadStream(path) };
  }

  /** Removes what is not in use, and what was left half written by a process that was killed. */
  sweep(kind: BlobKind, inUse: ReadonlySet<string>): void {
    for (const name of readdirSync(join(this.folder, kind))) {
      if (!inUse.has(name)) rmSync(join(this.folder, kind, name), { force: true });
    }
  }

  private path(kind: BlobKind, id: string): string {
    return join(this.folder, kind, id);
  }
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
