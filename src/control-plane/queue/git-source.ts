import type { GitCredentials, GitSource } from '../../protocol/messages';
import { RequestError } from '../errors';
import type { RunRecord, StackRecord } from '../store/records';
import { isGitSource } from '../store/source-names';

/** What `init` clones, of a run whose source is the repository of its stack. */
export function gitSourceOf(
  run: RunRecord,
  { kind, name, repository }: StackRecord,
  credentials: GitCredentials,
): GitSource | undefined {
  if (!isGitSource(run.source)) return undefined;
  if (repository === null) {
    throw new RequestError('malformed', `${kind} ${name} has no repository any more: trigger a new run of its source`);
  }
  const { branch } = commitOf(run, repository.branch);
  return { ...repository, branch, commit: run.gitCommit?.hash ?? run.commitSha, credentials };
}

export interface CommitOfRun {
  readonly hash: string | null;
  readonly message: string | null;
  /** Null where it is not known. */
  readonly author: string | null;
  readonly createdAt: number | null;
}

/** What is known of the commit of a run: what was fetched, or else what was said. @param tracked by its stack, if it tracks one */
export function commitOf<Branch extends string | null>(
  { gitCommit, commitSha, commitMessage, branch }: RunRecord,
  tracked: Branch,
): CommitOfRun & { readonly branch: string | Branch } {
  const { hash = commitSha, message = commitMessage, author = null, createdAt = null } = gitCommit ?? {};
  return { hash, message, author, createdAt, branch: gitCommit?.branch ?? branch ?? tracked };
}
