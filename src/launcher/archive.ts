import { lstat, mkdir, readdir, realpath, rm, rmdir, symlink } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { create, extract } from 'tar';
import type { ReadEntry } from 'tar';
import { RUN_AS } from '../api/names';
import { sleep, systemClock } from '../time';

/** An archive cannot be unpacked: it is no tar.gz, is cut short, too large, or would write outside of its folder. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** The folder to be unpacked into does not take the files: its volume is full, say, or is another user's. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}

const FOLDER_TROUBLE: Readonly<Record<string, string>> = {
  ENOSPC: 'is full: give it more room',
  EDQUOT: 'is full, because its quota is used up: give it more room',
  EFBIG: 'takes no file as large as one that belongs there',
  EACCES: `cannot be written to (EACCES): it must belong to user or group ${RUN_AS}`,
  EPERM: `cannot be written to (EPERM): it must belong to user or group ${RUN_AS}`,
  EROFS: 'cannot be written to, because it is read-only',
  EIO: 'cannot be written to (EIO): its disk fails',
};

/** The file system's code, which `tar` may have wrapped: `TAR_ENTRY_ERROR: Error: EEXIST: file already exists, mkdir`. */
function codeOf({ code = '', message }: NodeJS.ErrnoException): string {
  return code.startsWith('TAR_') ? (/\bError: (E[A-Z0-9]+): /.exec(message)?.[1] ?? code) : code;
}

/** What an error of the file system says about a volume; undefined when it is no volume's fault. */
export function folderError(error: unknown, volume: 'workspace' | 'exchange' | 'binaries'): FolderError | undefined {
  const trouble = FOLDER_TROUBLE[codeOf(error as NodeJS.ErrnoException)];
  return trouble === undefined ? undefined : new FolderError(`The ${volume} volume of the run's Pod ${trouble}.`);
}

const ENTRY_SENTENCE: Readonly<Record<string, string>> = {
  ENAMETOOLONG: 'has a name that is too long for the file system',
  EEXIST: 'is in the place of another entry',
  EISDIR: 'is in the place of another entry',
  ENOTDIR: 'lies below another entry that is no folder',
  ENOTEMPTY: 'is in the place of a folder that is not empty',
  ENOENT: 'is a link to an entry that is not there',
};

const SHOWN = 100;

/** What an error of the file system says about an archive or about the folder that it goes into. */
function unpackingError(error: NodeJS.ErrnoException, entry?: string): ArchiveError | FolderError {
  const { message, path = '' } = error;
  const code = codeOf(error);
  const ofFolder = folderError(error, 'workspace');
  if (ofFolder !== undefined) return ofFolder;
  const ofEntry = ENTRY_SENTENCE[code];
  const name = (entry ?? path).slice(0, SHOWN);
  return new ArchiveError(
    `The archive cannot be unpacked: ${ofEntry === undefined ? message : `its entry ${name} ${ofEntry}.`}`,
  );
}

export interface UnpackOptions {
  /** Most bytes of all files together. @default - no limit */
  readonly bytes?: number;
  /**
   * Whether the archive is of a workspace: then the group may do in files of another user than this one what that user
   * may, because they are this user's from now on, and the worker container, which made them, goes on with them.
   * @default false
   */
  readonly ofWorkspace?: boolean;
  /** How long what is being written may take to come to its end after a failure. @default 2000 */
  readonly settleMs?: number;
}

/**
 * Unpacks a tar.gz into an existing folder, and nowhere else. Symbolic links are made when everything else is in place:
 * they may point anywhere (a provider cache, say), but nothing can be written through them. Of several entries with one
 * name the last counts. Files keep their mode and time; the group may do in folders what their owner may, so that a
 * worker container with a user of its own can work there.
 *
 * @throws ArchiveError about the archive, FolderError about the folder; what the stream itself fails with passes through.
 */
export async function unpack(archive: Readable, folder: string, options: UnpackOptions = {}): Promise<void> {
  const links = new Map<string, string>();
  const umask = process.umask(0);
  try {
    await unpackFiles(archive, folder, links, options);
    for (const [path, target] of links) {
      await makeLink(folder, path, target).catch((error: unknown) => {
        throw error instanceof ArchiveError ? error : unpackingError(error as NodeJS.ErrnoException, path);
      });
    }
  } finally {
    process.umask(umask);
  }
}

/** Everything but the symbolic links, which it only notes. */
async function unpackFiles(
  archive: Readable,
  folder: string,
  links: Map<string, string>,
  options: UnpackOptions,
): Promise<void> {
  let failure: Error | undefined;
  let bytes = 0;
  const take = (entry: ReadEntry): boolean => {
    bytes += HEADER + entry.size;
    if (options.bytes !== undefined && bytes > options.bytes) {
      fail(new ArchiveError(`The archive holds more than ${options.bytes} bytes when it is unpacked.`));
    }
    if (failure !== undefined || isLink(entry, links)) return false;
    if (isLinkIntoItself(entry)) {
      fail(unpackingError(Object.assign(new Error(), { code: 'ENOENT' }), entry.path));
      return false;
    }
    shareWithGroup(entry, options);
    return true;
  };
  const unpacking = extract({
    cwd: folder,
    strict: true,
    preserveOwner: false,
    dmode: FOLDER_MODE,
    filter: (_path, entry) => 'type' in entry && take(entry),
  });
  let giveUp = (): void => undefined;
  const failed = new Promise<void>((resolve) => (giveUp = resolve));
  const fail = (error: Error): void => {
    failure ??= error;
    giveUp();
  };
  archive.on('error', fail);
  unpacking.on('error', (error: NodeJS.ErrnoException) => fail(unpackingError(error, nameOf(error))));
  const closed = new Promise<void>((resolve) => void unpacking.on('close', resolve));
  archive.pipe(unpacking);
  await Promise.race([closed, failed]);
  if (failure === undefined) return;
  archive.unpipe(unpacking);
  archive.destroy();
  // What is being written comes to its end, so that whoever tries again does not meet it. A cut gzip has no end.
  unpacking.end();
  await Promise.race([closed, sleep(systemClock, options.settleMs ?? SETTLE_MS)]);
  throw failure;
}

const SETTLE_MS = 2000;

/** What an entry costs beside its content, so that empty ones are not free. */
const HEADER = 512;
const FOLDER_MODE = 0o775;

function isLink(entry: ReadEntry, links: Map<string, string>): boolean {
  const path = normalize(entry.path);
  // A hard link to a symbolic link is another of the same.
  const target = entry.type === 'Link' ? links.get(normalize(entry.linkpath ?? '')) : undefined;
  if (entry.type === 'SymbolicLink' || target !== undefined) {
    links.delete(path);
    links.set(path, target ?? entry.linkpath ?? '');
    return true;
  }
  links.delete(path);
  return false;
}

/** A hard link to what lies below it, or to what it lies below: `tar` would wait for itself without end. */
function isLinkIntoItself({ type, path, linkpath = '' }: ReadEntry): boolean {
  if (type !== 'Link') return false;
  const [own, target] = [path, linkpath].map((one) => `${normalize(one).replace(/\/+$/, '')}/`);
  return own!.startsWith(target!) || target!.startsWith(own!);
}

function shareWithGroup(entry: ReadEntry, { ofWorkspace = false }: UnpackOptions): void {
  const changesHands = ofWorkspace && entry.uid !== undefined && entry.uid !== process.getuid?.();
  if (entry.mode === undefined || !(entry.type === 'Directory' || changesHands)) return;
  entry.mode |= (entry.mode & 0o700) >> 3;
}

function nameOf(error: Error): string | undefined {
  return 'entry' in error ? (error.entry as ReadEntry).path : undefined;
}

async function makeLink(folder: string, path: string, target: string): Promise<void> {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.pop();
  if (path.startsWith('/') || name === undefined || name === '..' || parts.includes('..') || target === '') {
    throw new ArchiveError(`The archive cannot be unpacked: the link ${path} lies outside of its folder.`);
  }
  let place = folder;
  for (const part of parts) {
    place = join(place, part);
    const kind = await kindOf(place);
    if (kind === 'link') {
      throw new ArchiveError(`The archive cannot be unpacked: ${path} would be made through another link.`);
    }
    if (kind !== 'folder') await mkdir(place, { mode: FOLDER_MODE });
  }
  const link = join(place, name);
  const inItsPlace = await kindOf(link);
  if (inItsPlace === 'folder') await rmdir(link);
  else if (inItsPlace !== 'nothing') await rm(link);
  await symlink(target, link);
}

async function kindOf(path: string): Promise<'nothing' | 'folder' | 'link' | 'other'> {
  try {
    const found = await lstat(path);
    if (found.isDirectory()) return 'folder';
    return found.isSymbolicLink() ? 'link' : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'nothing';
    throw error;
  }
}

/** The folder as a tar.gz stream; links stay links, sockets and pipes are left out. */
export function pack(folder: string): Readable {
  return Readable.from(create({ cwd: folder, gzip: { level: 4 }, follow: false }, ['.']));
}

/** Empties a folder that itself must stay, because it is a mount point. */
export async function emptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Whether `path` is a folder below `folder`, with no link on the way that leads out of it. */
export async function isFolderInside(folder: string, path: string): Promise<boolean> {
  try {
    const [root, real] = await Promise.all([realpath(folder), realpath(join(folder, path))]);
    return (real === root || real.startsWith(`${root}/`)) && (await lstat(real)).isDirectory();
  } catch {
    return false;
  }
}
