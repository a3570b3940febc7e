import type { GitAddress } from '../../../protocol/git-rules';
import {
  LONGEST_COMMIT_AUTHOR,
  LONGEST_COMMIT_MESSAGE,
  type GitCommit,
  type GitSource,
} from '../../../protocol/messages';
import { explained } from './explain';
import { GitError } from './git-error';
import type { Git } from './program';

/** What a host says that gives out no commit by its hash alone. */
const NOT_BY_HASH =
  /unadvertised object|not our ref|couldn't find remote ref|no such remote ref|does not support shallow/i;
const NO_BRANCH = /couldn't find remote ref|no such remote ref/i;

/** Fetches the commit of a source, alone where the host allows that, and gives what it says of itself. */
export async function fetchCommit(git: Git, source: GitSource, address: GitAddress): Promise<GitCommit> {
  const hash = source.commit === null ? await fetchHead(git, source, address) : await fetchByHash(git, source, address);
  const format = ['%H', '%ct', '%an', '%B'].join('%x00');
  const said = await git.run(['log', '-1', '--no-show-signature', `--format=${format}`, hash]);
  if (said.code !== 0) throw explained('read the commit', said, address);
  const [whole = '', seconds = '', author = '', ...message] = said.stdout.split('\0');
  return {
    hash: whole,
    branch: source.branch,
    message: plain(message.join(''), LONGEST_COMMIT_MESSAGE),
    author: plain(author, LONGEST_COMMIT_AUTHOR),
    createdAt: Math.max(0, Number(seconds) || 0) * 1000,
  };
}

const FETCH = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
const FETCHED = 'refs/worker-pools/fetched';

async function fetchHead(git: Git, { branch }: GitSource, address: GitAddress): Promise<string> {
  const refs = `+refs/heads/${branch}:${FETCHED}`;
  const said = await git.run([...FETCH, '--depth=1', '--end-of-options', 'origin', refs]);
  if (said.code === 0) return FETCHED;
  if (NO_BRANCH.test(said.stderr)) throw noBranch(branch, address);
  throw explained('fetch the branch', said, address);
}

async function fetchByHash(git: Git, source: GitSource, address: GitAddress): Promise<string> {
  const { branch } = source;
  const commit = source.commit!;
  const alone = await git.run([...FETCH, '--depth=1', '--end-of-options', 'origin', `+${commit}:${FETCHED}`]);
  if (alone.code === 0) return commit;
  if (!NOT_BY_HASH.test(alone.stderr)) throw explained('fetch the commit', alone, address);
  const said = await git.run([...FETCH, '--end-of-options', 'origin', `+refs/heads/${branch}:${FETCHED}`]);
  if (said.code !== 0) {
    throw NO_BRANCH.test(said.stderr) ? noBranch(branch, address) : explained('fetch the branch', said, address);
  }
  if ((await git.run(['cat-file', '-e', `${commit}^{commit}`])).code === 0) return commit;
  throw new GitError(
    `Commit ${commit} is not in the repository, or no longer: ${address.host} does not give it out, and it is not on branch ${branch}.`,
  );
}

const noBranch = (branch: string, { host }: GitAddress): GitError =>
  new GitError(`The repository at ${host} has no branch ${branch}.`);

/** Without characters that no page and no terminal should show. */
function plain(text: string, most: number): string {
  const clean = text.replaceAll(/[^\P{C}\n\t]|\p{Surrogate}/gu, '').trim();
  return [...clean]
    .slice(0, most)
    .join('')
    .slice(0, most)
    .replace(/[\ud800-\udbff]$/, '');
}
