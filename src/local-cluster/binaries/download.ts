import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { LocalClusterError } from '../errors';
import type { Download } from './catalogue';

const ANSWER_TIMEOUT_MS = 5_000;
const DOWNLOAD_TIMEOUT_MS = 15 * 60_000;

/** Sites that did not answer: asked once a process, so that nobody waits for the same silence twice. */
const silentSites = new Set<string>();

/** Why a download cannot be had, so that the caller may build instead. A wrong checksum is not among them. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/**
 * Fetches a program, checks it against the published SHA-256 and puts it at `target`.
 * @param scratch a folder on the same file system as `target`, for what is not yet whole
 * @throws Unavailable when the site cannot be reached or does not have the file
 * @throws LocalClusterError when the checksum is not the published one
 */
export async function download(source: Download, target: string, scratch: string): Promise<void> {
  // Small, and it is asked first: it tells quickly whether the site can be reached at all.
  const sums = await (await get(source.checksumUrl, ANSWER_TIMEOUT_MS)).text();
  const expected = checksumFor(sums, basename(new URL(source.url).pathname));
  if (!expected) throw new Unavailable(`${source.checksumUrl} has no checksum of ${basename(source.url)}`);

  const file = join(scratch, 'download');
  const answer = await get(source.url, DOWNLOAD_TIMEOUT_MS);
  if (!answer.body) throw new Unavailable(`${source.url} is empty`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(file)).catch((error: Error) => {
    throw new Unavailable(`${source.url} broke off: ${error.message}`);
  });
  const actual = await sha256(file);
  if (actual !== expected) {
    await rm(file);
    throw new LocalClusterError(
      `${source.url} has the SHA-256 ${actual}, but ${source.checksumUrl} says ${expected}; it was changed on the way and was discarded`,
    );
  }
  if (source.member) await extract({ file, cwd: scratch, gzip: true }, [source.member]);
  const program = source.member ? join(scratch, source.member) : file;
  await chmod(program, 0o755);
  await rename(program, target);
}

/** Reads both published forms: the bare sum, and `sum  name` lines as sha256sum prints them. */
export function checksumFor(text: string, file: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const named = lines.find(([, name]) => name?.replace(/^\*/, '') === file);
  const bare = lines.length > 0 && lines[0]?.length === 1 ? lines[0] : undefined;
  const sum = (named ?? bare)?.[0]?.toLowerCase();
  return sum && /^[0-9a-f]{64}$/.test(sum) ? sum : undefined;
}

async function get(url: string, timeoutMs: number): Promise<Response> {
  const { host } = new URL(url);
  if (silentSites.has(host)) throw new Unavailable(`${host} cannot be reached`);
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch((error: Error) => {
    silentSites.add(host);
    const cause = (error.cause as Error | undefined)?.message ?? error.message;
    throw new Unavailable(`${host} cannot be reached: ${cause}`);
  });
  if (!response.ok) throw new Unavailable(`${url} was answered ${response.status}`);
  return response;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
