import { lstat, mkdir, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { create, extract } from 'tar';

/** An archive cannot be unpacked: it is no tar.gz, is cut short, or would write outside of its folder. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

interface Link {
  readonly path: string;
  readonly target: string;
}

/**
 * Unpacks a tar.gz into an existing folder, and nowhere else. Symbolic links are made when everything else is in place:
 * they may point anywhere (a provider cache, say), but nothing can be written through them.
 *
 * @throws ArchiveError about the archive; what the stream itself fails with passes through.
 */
export async function unpack(archive: Readable, folder: string): Promise<void> {
  const links: Link[] = [];
  const unpacking = extract({
    cwd: folder,
    strict: true,
    preserveOwner: false,
    filter: (path, entry) => {
      if (!('type' in entry) || entry.type !== 'SymbolicLink') return true;
      links.push({ path, target: entry.linkpath ?? '' });
      return false;
    },
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      archive.destroy();
      reject(error);
    };
    archive.on('error', fail);
    unpacking.on('error', (error: Error) => fail(new ArchiveError(`The archive cannot be unpacked: ${error.message}`)));
    unpacking.on('close', resolve);
    archive.pipe(unpacking);
  });
  for (const link of links) await makeLink(folder, link);
}

async function makeLink(folder: string, link: Link): Promise<void> {
  const path = normalize(link.path);
  if (isAbsolute(path) || path.split('/').includes('..') || link.target === '') {
    throw new ArchiveError(`The archive cannot be unpacked: the link ${link.path} lies outside of its folder.`);
  }
  const place = join(folder, path);
  await mkdir(dirname(place), { recursive: true });
  if ((await realpath(dirname(place))) !== join(await realpath(folder), dirname(path))) {
    throw new ArchiveError(`The archive cannot be unpacked: ${link.path} would be made through another link.`);
  }
  await symlink(link.target, place);
}

/** The folder as a tar.gz stream; links stay links, sockets and pipes are left out. */
export function pack(folder: string): Readable {
  return Readable.from(create({ cwd: folder, gzip: { level: 4 }, follow: false }, ['.']));
}

/** Empties a folder that itself must stay, because it is a mount point. */
export async function emptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
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
