import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, processIdentity, type ProcessIdentity } from './process-identity';

const RETRY_MS = 300;

/**
 * Runs `work` while no other process holds the same lock file; waits for its turn. A lock whose holder has died is
 * taken over; should two waiters take it over in the same instant, both work, so `work` must end in an atomic step.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  while (!take(path)) await sleep(RETRY_MS);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string): boolean {
  try {
    const file = openSync(path, 'wx');
    writeSync(file, JSON.stringify(processIdentity(process.pid)));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = readHolder(path);
  if (holder && !isAlive(holder)) rmSync(path, { force: true });
  return false;
}

/** Undefined while its holder is between making and writing the file. */
function readHolder(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
