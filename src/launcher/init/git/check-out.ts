import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitAddress } from '../../../protocol/git-rules';
import type { GitSource } from '../../../protocol/messages';
import { explained } from './explain';
import { GitError } from './git-error';
import type { Git } from './program';

export interface TreeLimits {
  /** Most bytes of all files together. */
  readonly bytes: number;
  /** Most files. */
  readonly files: number;
}

export interface CheckOut {
  readonly source: GitSource;
  readonly address: GitAddress;
  /** The commit. */
  readonly hash: string;
  /** Folder in which the steps run; '' is the root. */
  readonly projectRoot: string;
  readonly workspace: string;
  readonly limits: TreeLimits;
}

/** Lays down the files of a fetched commit, and leaves nothing of git. */
export async function checkOut(git: Git, { source, address, hash, ...options }: CheckOut): Promise<void> {
  const { workspace, projectRoot, limits } = options;
  const below = source.sparse && projectRoot !== '' ? [`:(literal,top)${projectRoot}`] : [];
  await requireSize(git, hash, { below, limits, address });
  const filters = source.lfs ? await lfsFilters(git, source) : {};
  const said =
    below.length === 0
      ? await git.run(['checkout', '--quiet', '--force', '--detach', hash, '--'], filters)
      : await git.run(['checkout', '--quiet', '--force', hash, '--', ...below], filters);
  if (said.code !== 0) {
    if (below.length > 0 && /did not match any file/.test(said.stderr)) return;
    throw explained('check out the commit', said, address);
  }
  if (source.submodules && below.length === 0) await addSubmodules(git, filters, address);
  await tidy(workspace, limits);
}

/** Before a byte of it is written: what is small as a pack may be huge. */
async function requireSize(
  git: Git,
  hash: string,
  { below, limits, address }: { below: readonly string[]; limits: TreeLimits; address: GitAddress },
): Promise<void> {
  const folder = below.map((path) => path.replace(':(literal,top)', ''));
  const said = await git.run([
    '--literal-pathspecs',
    'ls-tree',
    '-r',
    '-l',
    '-z',
    '--full-tree',
    hash,
    '--',
    ...folder,
  ]);
  if (said.code !== 0) throw explained('list the files of the commit', said, address);
  let [bytes, files] = [0, 0];
  for (const entry of said.stdout.split('\0')) {
    const size = /^\d+ \w+ [0-9a-f]+ +(\d+)\t/.exec(entry)?.[1];
    if (size === undefined) continue;
    bytes += Number(size);
    files += 1;
  }
  requireWithin(bytes, files, limits);
}

function requireWithin(bytes: number, files: number, limits: TreeLimits): void {
  if (bytes > limits.bytes)
    throw new GitError(`The commit holds more than ${limits.bytes} bytes, the most of a source.`);
  if (files > limits.files)
    throw new GitError(`The commit holds more than ${limits.files} files, the most of a source.`);
}

/** What fetches the files that lie in Git LFS, from the host of the repository whatever it says itself. */
async function lfsFilters(git: Git, { url }: GitSource): Promise<Readonly<Record<string, string>>> {
  const { code } = await git.run(['lfs', 'version']);
  if (code !== 0) {
    throw new GitError(
      'The stack wants files of Git LFS, and the launcher image has no git-lfs: give the pool an image that has it, or set the stack to leave them pointers (--no-lfs).',
    );
  }
  return {
    'filter.lfs.smudge': 'git-lfs smudge -- %f',
    'filter.lfs.process': 'git-lfs filter-process',
    'filter.lfs.required': 'true',
    ...(url.startsWith('https://') ? { 'lfs.url': `${url.replace(/(\.git)?\/?$/, '.git')}/info/lfs` } : {}),
  };
}

async function addSubmodules(git: Git, filters: Readonly<Record<string, string>>, address: GitAddress): Promise<void> {
  const update = ['submodule', '--quiet', 'update', '--init', '--recursive', '--force', '--jobs=2'];
  const alone = await git.run([...update, '--depth=1'], filters);
  if (alone.code === 0) return;
  // A commit that is not the head of a branch cannot be had alone from every host.
  const said = await git.run(update, filters);
  if (said.code !== 0) throw explained('check out the submodules', said, address);
}

/** Removes what git keeps for itself, and lets the group of the Pod do what the owner may, as with an uploaded source. */
async function tidy(folder: string, limits: TreeLimits): Promise<void> {
  let [bytes, files] = [0, 0];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      const path = join(next, entry.name);
      if (entry.name === '.git') await rm(path, { recursive: true, force: true, maxRetries: 5 });
      else if (entry.isDirectory()) folders.push(path);
      else {
        files += 1;
        if (entry.isFile()) bytes += (await lstat(path)).size;
      }
    }
    if (next !== folder) await chmod(next, 0o775);
    requireWithin(bytes, files, limits);
  }
}
