/*
 * In place of `node:fs` and `node:fs/promises` for what a run's Pod does with its volumes. A volume outlives its containers,
 * may be full, and keeps of an append that was cut off what was written by then.
 */
import { constants } from 'node:fs';

export { constants };

interface File {
  bytes: Buffer;
  readonly isPipe: boolean;
  /** Of a pipe: who holds it open for writing. */
  writers: number;
}

/** All volumes of a world, by the path of each file. */
export class Volumes {
  readonly files = new Map<string, File>();
  /** Folders whose volume has no room left. */
  readonly full = new Set<string>();
  /** Cut short after so many bytes, once, and what follows from it. */
  cut: { readonly folder: string; readonly bytes: number; readonly then: () => void } | undefined;
  readonly descriptors = new Map<number, File>();
  nextDescriptor = 100;

  write(path: string, text: string): void {
    this.files.set(path, { bytes: Buffer.from(text), isPipe: false, writers: 0 });
  }

  append(path: string, text: string): void {
    const file = this.files.get(path);
    if (file) file.bytes = Buffer.concat([file.bytes, Buffer.from(text)]);
    else this.write(path, text);
  }

  read(path: string): string | undefined {
    return this.files.get(path)?.bytes.toString('utf8');
  }

  pipe(path: string): void {
    this.files.set(path, { bytes: Buffer.alloc(0), isPipe: true, writers: 0 });
  }

  removeFolder(folder: string): void {
    for (const path of this.files.keys()) if (path.startsWith(`${folder}/`)) this.files.delete(path);
  }

  isFull(path: string): boolean {
    for (const folder of this.full) if (path.startsWith(`${folder}/`) || path === folder) return true;
    return false;
  }
}

/** The volumes of the world that runs now. */
export const volumes: { now: Volumes } = { now: new Volumes() };

function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}

function existing(path: string): File {
  const file = volumes.now.files.get(path);
  if (!file) throw failure('ENOENT', path);
  return file;
}

class Handle {
  constructor(
    private readonly path: string,
    private readonly file: File,
  ) {}

  // eslint-disable-next-line @typescript-eslint/require-await
  async stat(): Promise<{ size: number; isFile: () => boolean }> {
    return { size: this.file.bytes.length, isFile: () => !this.file.isPipe };
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async read(buffer: Buffer, offset: number, length: number, position: number) {
    const bytesRead = this.file.bytes.copy(buffer, offset, position, position + length);
    return { bytesRead, buffer };
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async readFile(): Promise<Buffer> {
    return this.file.bytes;
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async writeFile(text: string): Promise<void> {
    if (text.length > 0 && volumes.now.isFull(this.path)) throw failure('ENOSPC', this.path);
    this.file.bytes = Buffer.from(text);
  }

  async appendFile(text: string): Promise<void> {
    if (volumes.now.isFull(this.path)) throw failure('ENOSPC', this.path);
    const { cut } = volumes.now;
    const added = Buffer.from(text);
    if (cut && this.path.startsWith(`${cut.folder}/`)) {
      volumes.now.cut = undefined;
      this.file.bytes = Buffer.concat([this.file.bytes, added.subarray(0, Math.min(cut.bytes, added.length - 1))]);
      cut.then();
      // Whoever wrote it is no more.
      await new Promise(() => undefined);
    }
    this.file.bytes = Buffer.concat([this.file.bytes, added]);
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async truncate(size: number): Promise<void> {
    this.file.bytes = this.file.bytes.subarray(0, size);
  }

  chmod(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

// eslint-disable-next-line @typescript-eslint/require-await
export async function open(path: string, flags: number): Promise<Handle> {
  const { files } = volumes.now;
  const found = files.get(path);
  if (found && (flags & constants.O_EXCL) !== 0) throw failure('EEXIST', path);
  if (found) return new Handle(path, found);
  if ((flags & constants.O_CREAT) === 0) throw failure('ENOENT', path);
  const made: File = { bytes: Buffer.alloc(0), isPipe: false, writers: 0 };
  files.set(path, made);
  return new Handle(path, made);
}

// eslint-disable-next-line @typescript-eslint/require-await
export async function rename(from: string, to: string): Promise<void> {
  volumes.now.files.set(to, existing(from));
  volumes.now.files.delete(from);
}

// eslint-disable-next-line @typescript-eslint/require-await
export async function rm(path: string): Promise<void> {
  volumes.now.files.delete(path);
}

// eslint-disable-next-line @typescript-eslint/require-await
export async function readFile(path: string): Promise<string> {
  return existing(path).bytes.toString('utf8');
}

export function statfs(path: string): Promise<{ bavail: number }> {
  return Promise.resolve({ bavail: volumes.now.isFull(path) ? 0 : 1_000 });
}

export const mkdir = (): Promise<void> => Promise.resolve();
export const copyFile = (): Promise<void> => Promise.resolve();
export const chmod = (): Promise<void> => Promise.resolve();
export const lstat = (path: string): Promise<object> => Promise.resolve().then(() => existing(path));
export const stat = (path: string): Promise<{ size: number }> =>
  Promise.resolve().then(() => ({ size: existing(path).bytes.length }));

export function openSync(path: string): number {
  const file = existing(path);
  const descriptor = volumes.now.nextDescriptor++;
  volumes.now.descriptors.set(descriptor, file);
  return descriptor;
}

export function readSync(descriptor: number, buffer: Buffer): number {
  const file = volumes.now.descriptors.get(descriptor);
  if (!file) throw failure('EBADF', String(descriptor));
  if (file.bytes.length > 0) {
    const length = file.bytes.copy(buffer);
    file.bytes = file.bytes.subarray(length);
    return length;
  }
  if (file.writers > 0) throw failure('EAGAIN', String(descriptor));
  return 0;
}

export const closeSync = (descriptor: number): void => void volumes.now.descriptors.delete(descriptor);

export const fstatSync = (descriptor: number): { isFIFO: () => boolean } => ({
  isFIFO: () => volumes.now.descriptors.get(descriptor)?.isPipe === true,
});

/** As on a node that has no watch left: whoever wants to know of changes looks again and again. */
export function watch(path: string): never {
  throw failure('ENOSPC', path);
}
