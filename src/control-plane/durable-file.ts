import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** The rights of everybody but the owner. */
const OF_OTHERS = 0o077;

/**
 * Writes a small file so that it is whole or not there, whatever happens to the process or the machine, with exactly this
 * mode. @throws when it cannot be written whole (a full disk); what was there before is there still.
 */
export function writeFileDurably(path: string, content: string, mode: number): void {
  // Not the process id: in containers every process has the same.
  const temporary = `${path}.${randomUUID()}.partial`;
  const file = openSync(temporary, 'wx', mode & ~OF_OTHERS);
  try {
    // Unlike writeSync it goes on after a short write.
    writeFileSync(file, content);
    // The mode given to open is only what the umask leaves of it.
    fchmodSync(file, mode);
    fsyncSync(file);
    closeSync(file);
    renameSync(temporary, path);
  } catch (error) {
    closeQuietly(file);
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Makes a rename durable: the entry lies in the folder, not in the file. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function closeQuietly(file: number): void {
  try {
    closeSync(file);
  } catch {
    // It was closed before the rename failed.
  }
}

/** Makes a folder that nobody else may look into. One that is there keeps its rights: it may be shared with others. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/**
 * Leaves a file to its owner alone, who must be this process.
 * @returns the rights that others had: 0 when there was nothing to do.
 */
export function takeRightsOfOthers(path: string): number {
  const mode = statSync(path).mode & 0o7777;
  const others = mode & OF_OTHERS;
  if (others !== 0) chmodSync(path, mode & ~OF_OTHERS);
  return others;
}
