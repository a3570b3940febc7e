import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, readdir, rm, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, copyOut, found, putWhole, readText, removeOlder, setAside } from './cache-files';
import { sharedFolder, UNFINISHED, type Incarnation } from './cache-files';
import { KeptSums, type SignedSums } from './kept-sums';
import type { Release } from './release';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface CacheLimits {
  /** Most of the archives together; those that were not used for the longest time go first. */
  readonly bytes: number;
  /** Most of the volume that they may take, from 0 to 1: the smaller of both counts. */
  readonly shareOfVolume: number;
  /** An archive that was not used for so long goes. */
  readonly unusedMs: number;
}

export const CACHE_LIMITS: CacheLimits = { bytes: 10 * 1024 ** 3, shareOfVolume: 0.8, unusedMs: 30 * DAY_MS };

/** Nobody writes at a file for that long. */
const UNFINISHED_MS = 2 * HOUR_MS;
/** For whoever wants to know what went wrong. */
const SET_ASIDE_MS = DAY_MS;
const LARGEST_ARCHIVE = 512 * 1024 * 1024;
const LARGEST_LIST = 4 * 1024 * 1024;

/**
 * Archives of tools on a volume that many Pods share. Everything in it was checked by the one that put it there, and is
 * checked again by everybody who takes it out: against the publisher's list of checksums, and that against the publisher's
 * signature. So it matters to nobody who can write to the volume, or what became of a file on it.
 *
 *   tools/archives/<sha256>.zip    as published
 *   tools/archives/<sha256>.used   its time: when somebody last took it
 *   tools/releases/<program>_<version>.json   the list of checksums with its signature
 *   tools/set-aside/               what was not what its name said
 */
export class ToolCache {
  private readonly archives: string;
  private readonly releases: string;
  private readonly aside: string;
  private readonly folders: readonly string[];

  /** @param say hears of what others may want to know */
  constructor(
    folder: string,
    private readonly say: (line: string) => void,
    private readonly limits: CacheLimits = CACHE_LIMITS,
  ) {
    const tools = join(folder, 'tools');
    this.archives = join(tools, 'archives');
    this.releases = join(tools, 'releases');
    this.aside = join(tools, 'set-aside');
    this.folders = [tools, this.archives, this.releases, this.aside];
  }

  /** What the publisher signed of a release; undefined when it is not here. */
  async sums(release: Release): Promise<SignedSums | undefined> {
    return this.tolerant('read', async () => {
      const path = join(this.releases, sumsName(release));
      const file = await readText(path, LARGEST_LIST);
      const kept = file && KeptSums.read(file.text);
      if (file && kept === undefined) await this.putAside(path, file.was);
      return kept;
    });
  }

  /** Copies the archive to a file outside of the cache. @returns whether it was there, and is what its name says */
  async take(sha256: string, to: string): Promise<boolean> {
    const from = join(this.archives, `${sha256}.zip`);
    const target = await open(to, 'w', 0o600);
    try {
      const taken = await this.tolerant('read', async () => {
        const file = await copyOut(from, LARGEST_ARCHIVE, target);
        if (file && file.sha256 !== sha256) await this.putAside(from, file.was);
        return file?.sha256 === sha256;
      });
      if (taken) await this.tolerant('write', () => this.noteUse(sha256));
      return taken ?? false;
    } finally {
      await target.close();
    }
  }

  /** Keeps an archive for others, and removes what nobody needs any more. That it cannot is no reason to fail. */
  async keep(release: Release, sums: SignedSums, sha256: string, archive: string): Promise<void> {
    await this.tolerant('write', async () => {
      for (const folder of this.folders) await sharedFolder(folder);
      const path = join(this.archives, `${sha256}.zip`);
      // Another Pod was faster: what it wrote stays, for those who read it at this moment.
      if ((await copyOut(path, LARGEST_ARCHIVE))?.sha256 !== sha256) {
        await putWhole(this.archives, `${sha256}.zip`, (handle) => copyInto(handle, archive));
      }
      const text = KeptSums.write(sums);
      if ((await readText(join(this.releases, sumsName(release)), LARGEST_LIST))?.text !== text) {
        await putWhole(this.releases, sumsName(release), (handle) => handle.writeFile(text));
      }
      await putWhole(this.archives, `${sha256}.used`, () => Promise.resolve());
      // By the clock of the volume, which may be another machine's.
      await this.tidy((await lstat(join(this.archives, `${sha256}.used`))).mtimeMs, sha256);
    });
  }

  /** Puts the list of a release out of the way, whose signature is not the publisher's. */
  async refuseSums(release: Release): Promise<void> {
    await this.tolerant('write', async () => {
      const path = join(this.releases, sumsName(release));
      await this.putAside(path, await lstat(path));
    });
  }

  private async putAside(path: string, was: Incarnation): Promise<void> {
    await sharedFolder(this.aside);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const moved = await setAside(path, was, join(this.aside, `${name}.${randomBytes(4).toString('hex')}`));
    if (moved)
      this.say(`In the binaries cache, ${name} is not what it should be; it was set aside and is fetched anew.`);
  }

  private async noteUse(sha256: string): Promise<void> {
    const used = await found(join(this.archives, `${sha256}.used`));
    if (used && Math.abs(Date.now() - used.mtimeMs) < DAY_MS) return;
    await putWhole(this.archives, `${sha256}.used`, () => Promise.resolve());
  }

  private async tidy(now: number, justKept: string): Promise<void> {
    for (const folder of this.folders.slice(1)) await removeOlder(folder, now - UNFINISHED_MS, UNFINISHED);
    await removeOlder(this.aside, now - SET_ASIDE_MS);
    const kept = (await this.kept()).filter(({ sha256 }) => sha256 !== justKept);
    const most = await this.mostBytes();
    let bytes = kept.reduce(
      (sum, one) => sum + one.bytes,
      (await found(join(this.archives, `${justKept}.zip`)))?.size ?? 0,
    );
    for (const { sha256, usedAt, bytes: size } of kept.sort((a, b) => a.usedAt - b.usedAt)) {
      if (bytes <= most && usedAt >= now - this.limits.unusedMs) break;
      // Whoever reads it has it open, or finds it gone and fetches it anew.
      await rm(join(this.archives, `${sha256}.zip`), { force: true });
      await rm(join(this.archives, `${sha256}.used`), { force: true });
      bytes -= size;
    }
  }

  private async kept(): Promise<{ sha256: string; usedAt: number; bytes: number }[]> {
    const names = (await readdir(this.archives)).filter((name) => /^[0-9a-f]{64}\.zip$/.test(name));
    const kept = await Promise.all(
      names.map(async (name) => {
        const sha256 = name.slice(0, 64);
        const file = await found(join(this.archives, name));
        if (file === undefined) return [];
        const used = await found(join(this.archives, `${sha256}.used`));
        return [{ sha256, usedAt: Math.max(file.mtimeMs, used?.mtimeMs ?? 0), bytes: file.size }];
      }),
    );
    return kept.flat();
  }

  private async mostBytes(): Promise<number> {
    const { blocks, bsize } = await statfs(this.archives);
    return Math.min(this.limits.bytes, blocks * bsize * this.limits.shareOfVolume);
  }

  /** A cache that fails costs time, never the run. */
  private async tolerant<T>(what: 'read' | 'write', work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const code = codeOf(error);
      if (code === '') throw error;
      if (code !== 'ENOENT')
        this.say(`The binaries cache cannot be ${PARTICIPLE[what]} (${code}); the run goes on without.`);
      return undefined;
    }
  }
}

const PARTICIPLE = { read: 'read', write: 'written to' } as const;

function sumsName({ program, version }: Release): string {
  return `${program}_${version}.json`;
}

async function copyInto(handle: FileHandle, from: string): Promise<void> {
  for await (const piece of createReadStream(from)) await handle.appendFile(piece as Buffer);
}
