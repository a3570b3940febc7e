import { rm } from 'node:fs/promises';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TOOL_VARIABLE } from '../../../protocol/environment';
import type { StackTool, ToolVersion } from '../../../protocol/messages';
import type { Clock } from '../../../time';
import type { SignedSums } from './kept-sums';
import { checksumIn, releaseOf, type Release } from './release';
import { ReleaseFiles } from './release-files';
import type { ReleaseKey } from './release-keys';
import { isSignedBy } from './signature';
import { ToolCache, type CacheLimits } from './tool-cache';
import { ToolMissing, ToolRefused } from './tool-error';
import { unpackProgram } from './unpack-program';

export interface BringOptions {
  /** Variables of the `init` container. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the program goes: the Pod's own. */
  readonly binaries: string;
  /** Where archives are kept for other Pods. */
  readonly cache: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** In place of those of the publishers. */
  readonly keys?: Partial<Record<StackTool, ReleaseKey>> | undefined;
  readonly limits?: CacheLimits | undefined;
}

/** No download: what the cache and the runner image have has to do. */
const OFF = 'off';

/**
 * Puts the tool of a stack into the Pod: from the cache, or from its publisher. Whatever comes from where, its archive has the
 * checksum that its publisher signed.
 *
 * @throws ToolMissing where it cannot be had; ToolRefused where what was offered is not the publisher's
 */
export async function bringTool(tool: ToolVersion, options: BringOptions): Promise<void> {
  const { binaries, cache: folder, say, keys, limits } = options;
  const release = releaseOf(tool, keys);
  const address = addressOf(release, options.environment);
  const cache = new ToolCache(folder, say, limits);
  await mkdir(binaries, { recursive: true });
  const archive = join(binaries, `.${release.program}.zip`);
  try {
    const from =
      (await fromCache(release, cache, archive)) ?? (await fromPublisher(release, cache, archive, address, options));
    await unpackProgram(archive, release.program, binaries);
    say(`${release.title} ${from}.`);
  } finally {
    await rm(archive, { force: true });
  }
}

async function fromCache(release: Release, cache: ToolCache, archive: string): Promise<string | undefined> {
  const kept = await keptSums(release, cache);
  const sha256 = kept && checksumIn(kept.sums, release.archive);
  return sha256 !== undefined && (await cache.take(sha256, archive)) ? 'comes from the binaries cache' : undefined;
}

/** What is kept of the release, if its publisher signed it. */
async function keptSums(release: Release, cache: ToolCache): Promise<SignedSums | undefined> {
  const kept = await cache.sums(release);
  if (kept === undefined || (await isSignedBy(release.key, kept.sums, kept.signature))) return kept;
  await cache.refuseSums(release);
  return undefined;
}

async function fromPublisher(
  release: Release,
  cache: ToolCache,
  archive: string,
  address: URL | undefined,
  { clock, signal }: BringOptions,
): Promise<string> {
  if (address === undefined) throw new ToolMissing('It is not in the binaries cache, and downloads are switched off.');
  const files = new ReleaseFiles(address, clock, signal);
  try {
    const sums = await files.read(release, release.sums);
    const signed = { sums, signature: await files.read(release, release.signature) };
    if (!(await isSignedBy(release.key, sums, signed.signature))) {
      throw new ToolRefused(
        `${release.sums} from ${address.host} is not signed by its publisher's key ${release.key.fingerprint}.`,
      );
    }
    const sha256 = checksumIn(sums, release.archive);
    if (sha256 === undefined) throw new ToolMissing(`It is not published for this platform: no ${release.archive}.`);
    if ((await files.save(release, release.archive, archive)) !== sha256) {
      throw new ToolRefused(`${release.archive} from ${address.host} has not the checksum that its publisher signed.`);
    }
    await cache.keep(release, signed, sha256, archive);
    return `comes from ${address.host}; its checksum and signature are right`;
  } finally {
    await files.close();
  }
}

/** Undefined: nobody is asked. @throws ToolRefused */
function addressOf({ tool, address }: Release, environment: BringOptions['environment']): URL | undefined {
  const variable = TOOL_VARIABLE[tool];
  const chosen = environment[variable] || address;
  if (chosen === OFF) return undefined;
  const url = URL.canParse(chosen) ? new URL(chosen) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new ToolRefused(
    `The variable ${variable} of the container init is no address: it begins with https:// or http://, or is "${OFF}".`,
  );
}
