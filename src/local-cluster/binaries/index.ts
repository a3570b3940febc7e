import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cachePath } from '../cache';
import { withLock } from '../lock';
import { thisPlatform, type Platform } from '../platform';
import { plainLines, task, type Progress } from '../progress';
import { goBuild } from './build';
import { CATALOGUE, cacheName, type Binary, type BinaryName } from './catalogue';
import { download, Unavailable } from './download';

export { CATALOGUE, VERSIONS, type BinaryName } from './catalogue';

/**
 * Paths of the named programs in the cache; what is missing is downloaded, or built from source where the download
 * cannot be had. Safe to call from several processes at once: they wait for each other.
 * @throws LocalClusterError when a program can be had neither way
 */
export async function ensureBinaries<N extends BinaryName>(
  names: readonly N[],
  progress: Progress = plainLines,
): Promise<Record<N, string>> {
  const platform = thisPlatform();
  const paths = {} as Record<N, string>;
  const missing: readonly N[] = missingBinaries(names, platform);
  for (const name of names) {
    const at = missing.length > 1 ? missing.indexOf(name) : -1;
    const place = at === -1 ? '' : ` (${at + 1} of ${missing.length})`;
    paths[name] = await ensure(CATALOGUE[name], platform, place, progress);
  }
  return paths;
}

/** How long it takes to build what the cache lacks of `names`, should nothing of it be had ready-made; undefined: nothing. */
export function buildTime(names: readonly BinaryName[], platform: Platform = thisPlatform()): string | undefined {
  const missing = missingBinaries(names, platform);
  if (missing.length === 0) return undefined;
  return timeFor(missing.reduce((sum, name) => sum + CATALOGUE[name].build.minutes, 0));
}

/** Nobody knows what else the machine does meanwhile. */
function timeFor(minutes: number): string {
  const about = (number: number): string => (number < 1 ? 'a minute' : `${Math.ceil(number)} minutes`);
  return `about ${about(minutes)} on two idle cores, ${about(minutes * 3)} on busy ones`;
}

/** The programs among `names` that the cache does not hold. */
export function missingBinaries<N extends BinaryName>(names: readonly N[], platform: Platform = thisPlatform()): N[] {
  return names.filter((name) => !existsSync(join(cachePath('bin'), cacheName(CATALOGUE[name], platform))));
}

async function ensure(binary: Binary, platform: Platform, place: string, progress: Progress): Promise<string> {
  const folder = cachePath('bin');
  const target = join(folder, cacheName(binary, platform));
  if (existsSync(target)) return target;
  await withLock(`${target}.lock`, async () => {
    if (existsSync(target)) return;
    // On the same file system as the target, so that the last step is one rename: whole or not there.
    const scratch = join(folder, `.unfinished-${cacheName(binary, platform)}`);
    // An interrupted attempt may have left its own.
    await rm(scratch, { recursive: true, force: true });
    await mkdir(scratch);
    try {
      await obtain(binary, platform, place, { target, scratch }, progress);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
  return target;
}

async function obtain(
  binary: Binary,
  platform: Platform,
  place: string,
  { target, scratch }: { readonly target: string; readonly scratch: string },
  progress: Progress,
): Promise<void> {
  const time = timeFor(binary.build.minutes);
  const hint = `once; from source, where it cannot be downloaded: ${time}`;
  await task(progress, `getting ${binary.name} ${binary.version}${place}`, hint, async () => {
    const source = binary.download(platform);
    if (source) {
      try {
        return await download(source, target, scratch);
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        progress.update(`${error.message}; building it from source, which takes ${time}`);
      }
    }
    await goBuild(binary, platform, target, scratch, (line) => progress.update(line));
  });
}
