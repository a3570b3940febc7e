import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bringTool } from '../../../src/launcher/init/tools/bring-tool';
import { releaseOf } from '../../../src/launcher/init/tools/release';
import type { CacheLimits } from '../../../src/launcher/init/tools/tool-cache';
import { TOOL_VARIABLE } from '../../../src/protocol/environment';
import type { ToolVersion } from '../../../src/protocol/messages';
import { systemClock, type Clock } from '../../../src/time';
import { removeFolder, temporaryFolder } from '../../support/folder';
import type { SigningKey } from './signing-key';
import { keysOf, ToolReleases } from './tool-releases';

export const TOFU: ToolVersion = { name: 'OPENTOFU', version: '1.10.6' };
export const TERRAFORM: ToolVersion = { name: 'TERRAFORM', version: '1.11.4' };

const BEGAN = Date.now();
/** A minute of it takes a second of this machine. */
const HURRIED: Clock = {
  ...systemClock,
  now: () => BEGAN + (Date.now() - BEGAN) * 60,
  setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / 60, callback),
};

interface How {
  /** @default that of `releases` */
  readonly address?: string;
  readonly limits?: CacheLimits;
}

/** Pods with a cache that they share, and a publisher whose releases they trust. */
export class Cluster {
  readonly lines: string[] = [];
  private readonly pods: string[] = [];

  private constructor(
    readonly root: string,
    readonly releases: ToolReleases,
    private readonly key: SigningKey,
  ) {}

  static async make(key: SigningKey): Promise<Cluster> {
    const root = temporaryFolder();
    await mkdir(join(root, 'cache'));
    return new Cluster(root, await ToolReleases.open(), key);
  }

  /** In a Pod of its own. @returns its folder of binaries */
  async bring(tool: ToolVersion, { address = this.releases.address, limits }: How = {}): Promise<string> {
    const binaries = join(this.root, `pod-${this.pods.length}`);
    this.pods.push(binaries);
    await bringTool(tool, {
      environment: { [TOOL_VARIABLE[tool.name]]: address },
      binaries,
      cache: join(this.root, 'cache'),
      clock: HURRIED,
      signal: new AbortController().signal,
      say: (line) => void this.lines.push(line),
      keys: keysOf(this.key),
      limits,
    });
    return binaries;
  }

  /** The program that a Pod gets. */
  async brought(tool: ToolVersion, how?: How): Promise<string> {
    return readFile(join(await this.bring(tool, how), releaseOf(tool).program), 'utf8');
  }

  inCache(...path: string[]): string {
    return join(this.root, 'cache', 'tools', ...path);
  }

  archive(sha256: string): string {
    return this.inCache('archives', `${sha256}.zip`);
  }

  /** What the folders of all Pods hold. */
  async inPods(): Promise<string[]> {
    return (await Promise.all(this.pods.map((pod) => readdir(pod).catch(() => [])))).flat();
  }

  async remove(): Promise<void> {
    await this.releases.close();
    removeFolder(this.root);
  }
}
