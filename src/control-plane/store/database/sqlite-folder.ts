import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ConfigurationError } from '../../errors';

const PRIVATE = { folder: 0o700, file: 0o600 };
const SQLITE_BUSY = 5;

/**
 * Makes folder and file when they are missing, readable by their owner alone whatever the umask is, and takes the folder
 * for this process: the kernel gives it back when the process ends, however it ends.
 * @returns what gives it back
 * @throws when another process has it
 */
export function takeFolder(path: string): () => void {
  const folder = dirname(path);
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: PRIVATE.folder });
    chmodSync(folder, PRIVATE.folder);
  }
  const release = lock(`${path}.lock`, folder);
  try {
    // SQLite gives its other files the rights of this one.
    for (const file of [path, `${path}-wal`, `${path}-shm`]) makePrivate(file, file === path);
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

function lock(path: string, folder: string): () => void {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  makePrivate(path, true);
  const db: DatabaseSync = new DatabaseSync(path, { timeout: 0 });
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new ConfigurationError(
      `${folder} is in use by another process: stop it first, or name another folder (only PostgreSQL serves several processes)`,
    );
  }
  return () => db.close();
}

/** Never opens a file that is there: closing it again would take away the locks that this process has on it. */
function makePrivate(path: string, make: boolean): void {
  if (make) {
    try {
      closeSync(openSync(path, 'wx', PRIVATE.file));
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
  }
  if (existsSync(path)) chmodSync(path, PRIVATE.file);
}
