import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { backup, type Place } from './backup';

/** How a backup is called; what else is in the folder is left alone. */
const OURS = /^control-plane-\d{8}T\d{6}Z\.db$/;
const BROKEN_OFF = /^control-plane-\d{8}T\d{6}Z\.db\.partial/;

/** Longer than any backup takes: what was not finished by then was broken off. */
const GIVEN_UP_MS = 24 * 60 * 60 * 1000;

interface Kept {
  readonly folder: string;
  /** The newest ones, that just made included. */
  readonly keep: number;
  readonly now: number;
}

/** Makes a backup that is called by the time, and then removes those that are no longer kept. */
export async function backupInto(
  from: Place,
  { folder, keep, now }: Kept,
): Promise<{ readonly made: string; readonly removed: readonly string[] }> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Before it needs the room that they take.
  for (const name of readdirSync(folder).filter((each) => BROKEN_OFF.test(each))) {
    const path = join(folder, name);
    if (statSync(path).mtimeMs < now - GIVEN_UP_MS) rmSync(path, { force: true });
  }
  const made = join(folder, `control-plane-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}.db`);
  await backup(from, made);
  const ours = readdirSync(folder).filter((name) => OURS.test(name));
  const removed = ours
    .sort()
    .slice(0, -keep)
    .map((name) => join(folder, name));
  for (const path of removed) rmSync(path, { force: true });
  return { made, removed };
}
