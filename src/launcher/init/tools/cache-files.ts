import { createHash, randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * Files of a volume that others write to at the same time, without locks: some volumes have none, some have them and lose
 * them. A file appears under its name whole, by a rename, and is never written to again.
 */

/** What a file that is not finished is called; swept by whoever tidies up when it is old. */
export const UNFINISHED = /^\..+\.unfinished$/;

const ORDINARY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Anybody may read, whatever user their Pods have. */
const FILE_MODE = 0o644;
/** And anybody may add, replace and remove: what is read is never trusted for where it lay. */
const FOLDER_MODE = 0o777;
const PIECE = 256 * 1024;

/** Makes a folder that all Pods share, where it is not there. @throws where a link, or what is no folder, is in its place */
export async function sharedFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
    await chmod(path, FOLDER_MODE);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (!(await lstat(path)).isDirectory()) throw Object.assign(new Error(`${path} is no folder`), { code: 'ENOTDIR' });
  }
}

/** Takes what is copied, piece by piece. */
interface Sink {
  appendFile(piece: Buffer): Promise<void>;
}

/** Which of the files that had a name over time: another is not to be touched for the faults of this one. */
export interface Incarnation {
  readonly ino: number;
  readonly mtimeMs: number;
  readonly size: number;
}

/**
 * Copies a file out of the volume, or to nowhere, and says what was in it. Undefined when there is none, or when it went away
 * meanwhile (ESTALE: another client of the file server has removed it).
 */
export async function copyOut(
  from: string,
  most: number,
  to?: Sink,
): Promise<{ readonly sha256: string; readonly was: Incarnation } | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(from, ORDINARY);
    const was = await handle.stat();
    if (!was.isFile() || was.size > most) return { sha256: '', was };
    const hash = createHash('sha256');
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PIECE), 0, PIECE);
      if (bytesRead === 0) return { sha256: hash.digest('hex'), was };
      const piece = buffer.subarray(0, bytesRead);
      hash.update(piece);
      await to?.appendFile(piece);
    }
  } catch (error) {
    if (['ENOENT', 'ESTALE'].includes(codeOf(error))) return undefined;
    // A link, or a socket: nothing of ours.
    if (['ELOOP', 'ENXIO'].includes(codeOf(error))) return { sha256: '', was: await lstat(from) };
    throw error;
  } finally {
    await handle?.close().catch(() => undefined);
  }
}

/** Puts a file under its name: its content is on the disk before its name is. */
export async function putWhole(
  folder: string,
  name: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const unfinished = join(folder, `.${name}.${randomBytes(8).toString('hex')}.unfinished`);
  try {
    const handle = await open(unfinished, 'wx', FILE_MODE);
    try {
      await write(handle);
      await handle.chmod(FILE_MODE);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renamed(unfinished, join(folder, name));
  } finally {
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
  await syncFolder(folder);
}

/** A file server that is asked again, because its answer was lost, finds the old name gone: the new one tells. */
async function renamed(from: string, to: string): Promise<void> {
  const { ino } = await stat(from);
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || (await stat(to)).ino !== ino) throw error;
  }
}

/** Not every file system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}

/** Moves a file out of the way, if it still is the one that was found wanting. @returns whether it was */
export async function setAside(path: string, was: Incarnation, to: string): Promise<boolean> {
  try {
    const { ino, mtimeMs, size } = await lstat(path);
    if (ino !== was.ino || mtimeMs !== was.mtimeMs || size !== was.size) return false;
    await rename(path, to);
    return true;
  } catch (error) {
    if (['ENOENT', 'ESTALE'].includes(codeOf(error))) return false;
    throw error;
  }
}

/** The text of an ordinary file; undefined when there is none, or when it is gone. */
export async function readText(
  path: string,
  most: number,
): Promise<{ readonly text: string; readonly was: Incarnation } | undefined> {
  const pieces: Buffer[] = [];
  const sink = { appendFile: (piece: Buffer): Promise<void> => Promise.resolve(void pieces.push(Buffer.from(piece))) };
  const file = await copyOut(path, most, sink);
  return file && { text: Buffer.concat(pieces).toString('utf8'), was: file.was };
}

/** What is there under a name, of a link the link; undefined when nothing is. */
export async function found(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (['ENOENT', 'ESTALE'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** Removes what was last written before a time, of the names that are meant. */
export async function removeOlder(folder: string, before: number, names = /^/): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!names.test(name)) continue;
    const path = join(folder, name);
    const file = await found(path);
    if (file && file.mtimeMs < before) await rm(path, { force: true, recursive: true });
  }
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
