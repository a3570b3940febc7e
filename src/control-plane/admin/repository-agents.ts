import type { GitRepository } from '../../protocol/messages';
import { parsePrivateUrl } from '../../protocol/private-url';
import { malformed } from '../errors';
import type { Tables } from '../store';

/** @param given what is said of it; undefined: nothing, and nothing is looked at
 * @throws RequestError `malformed` for a repository behind VCS agents that cannot be fetched through them */
export async function requireAgents(
  { vcsAgents }: Pick<Tables, 'vcsAgents'>,
  given: object | undefined,
  repository: GitRepository | null,
): Promise<void> {
  const named = parsePrivateUrl(repository?.url ?? '');
  if (!given || !repository || !named) return;
  if (!(await vcsAgents.findByName(named.pool))) {
    const list = '`worker-pools vcs-agent-pool list` shows those that there are';
    throw malformed('repository', `there is no VCS agent pool ${named.pool}: ${list}`);
  }
  if (repository.lfs) {
    throw malformed('lfs', 'VCS agents carry no files of Git LFS: leave them pointers (--no-lfs)');
  }
}
