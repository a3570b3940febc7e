import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  branchRule,
  gitAddress,
  gitUrlRule,
  isBranchName,
  isWholeHash,
  type GitAddress,
} from '../../../protocol/git-rules';
import type { GitCommit, GitSource } from '../../../protocol/messages';
import { parsePrivateUrl } from '../../../protocol/private-url';
import { Backoff, sleep, type Clock } from '../../../time';
import { emptyFolder } from '../../archive';
import type { LauncherClient } from '../../client';
import { layDownAccess } from './access';
import { wayTo } from './agents';
import { checkOut, type TreeLimits } from './check-out';
import { Door } from './door';
import { explained } from './explain';
import { fetchCommit } from './fetch';
import { GitError } from './git-error';
import { Git } from './program';

export { GitError } from './git-error';

/** One command of git, such as the transfer of a commit. */
export const GIT_WITHIN_MS = 10 * 60_000;
/** How long a host may not answer until the run is given up. */
export const GIT_PATIENCE_MS = 3 * 60_000;
const PAUSES = { firstMs: 1000, longestMs: 30_000 };
/** Beside the limit of bytes: each file takes room for its name and its attributes as well. */
const MOST_FILES = 500_000;

export interface CloneOptions {
  readonly workspace: string;
  /** Folder in which the steps run; '' is the root. */
  readonly projectRoot: string;
  /** Most bytes of all files together. */
  readonly bytes: number;
  /** Variables of the `init` container. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Asks hosts behind VCS agents. */
  readonly client: LauncherClient;
  /** Hears what delays the run, for its log. */
  readonly say: (line: string) => Promise<void>;
}

/** A git repository on its way into the workspace. */
export class Clone {
  private constructor(
    private readonly git: Git,
    private readonly source: GitSource,
    private readonly address: GitAddress,
    private readonly options: CloneOptions,
    readonly commit: GitCommit,
    private readonly door: Door | undefined,
  ) {}

  /**
   * Fetches the commit; no file of it lies in the workspace yet.
   *
   * @throws GitError, once what may pass by itself has not for `GIT_PATIENCE_MS`
   */
  static async fetch(source: GitSource, options: CloneOptions): Promise<Clone> {
    const { workspace, environment, clock, signal, say } = options;
    const address = allowed(source);
    const door = await doorTo(source, options);
    const backoff = new Backoff(PAUSES);
    const until = clock.monotonic() + GIT_PATIENCE_MS;
    for (;;) {
      try {
        await emptyFolder(workspace);
        const repository = join(workspace, '.git');
        await mkdir(repository, { mode: 0o700 });
        const { credentials } = source;
        const folder = join(repository, 'worker-pools');
        const access = await layDownAccess({ address, credentials, folder, environment, door: door?.environment });
        const limits = { withinMs: GIT_WITHIN_MS, largestFileBytes: options.bytes };
        const git = new Git(workspace, access, limits, signal);
        await begin(git, source, address);
        return new Clone(git, source, address, options, await fetchCommit(git, source, address), door);
      } catch (thrown) {
        const error = (thrown instanceof GitError && door?.refusal) || thrown;
        if (!(error instanceof GitError) || !error.isPassing) {
          await door?.close();
          throw error;
        }
        const wait = backoff.next();
        if (clock.monotonic() + wait >= until) {
          await door?.close();
          throw error;
        }
        await say(`${error.message} It is tried again.`);
        await sleep(clock, wait, signal);
      }
    }
  }

  /** Lays down the files of the commit, and removes everything of git, the credentials among it. */
  async checkOut(): Promise<void> {
    const { workspace, projectRoot, bytes } = this.options;
    const limits: TreeLimits = { bytes, files: MOST_FILES };
    const { hash } = this.commit;
    try {
      await checkOut(this.git, { source: this.source, address: this.address, hash, projectRoot, workspace, limits });
    } catch (thrown) {
      throw (thrown instanceof GitError && this.door?.refusal) || thrown;
    } finally {
      await this.door?.close();
    }
  }
}

/** For a repository behind VCS agents. @throws GitError */
async function doorTo(
  { url, credentials }: GitSource,
  { client, environment }: CloneOptions,
): Promise<Door | undefined> {
  const named = parsePrivateUrl(url);
  return named && Door.open(named.pool, wayTo(named, client, environment), credentials);
}

/** @throws GitError; the control plane has refused such already, and a word that git takes for an option is none for it */
function allowed({ url, branch, commit }: GitSource): GitAddress {
  const address = gitAddress(url);
  if (!address) throw new GitError(`The address of the stack's repository is not allowed: ${gitUrlRule}.`);
  if (!isBranchName(branch)) throw new GitError(`The branch of the stack is not allowed: ${branchRule}.`);
  if (commit !== null && !isWholeHash(commit)) throw new GitError('The commit of the run is no whole hash.');
  return address;
}

async function begin(git: Git, { url, commit }: GitSource, address: GitAddress): Promise<void> {
  const format = commit?.length === 64 ? ['--object-format=sha256'] : [];
  const made = await git.run(['init', '--quiet', '--template=', ...format]);
  if (made.code !== 0) throw explained('begin a repository', made, address);
  const named = await git.run(['remote', 'add', '--end-of-options', 'origin', url]);
  if (named.code !== 0) throw explained('name the repository', named, address);
}
