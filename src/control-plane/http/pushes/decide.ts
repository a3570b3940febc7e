import type { NewRun } from '../../admin/input';
import type { PushHookSettings } from '../../store/push-hooks';
import type { StackRecord } from '../../store/records';
import type { Push, PullRequest, Told } from './event';

/** The run that follows, or why none does. */
export type Decision = { readonly run: Omit<NewRun, 'stack'> } | { readonly why: string };

type OfStack = Pick<StackRecord, 'name' | 'repository' | 'projectRoot'>;

/** Which run follows what a git host tells of. */
export function decide(stack: OfStack, settings: PushHookSettings, { repositories, of }: Told): Decision {
  const { name, repository } = stack;
  if (repository === null) return { why: `stack ${name} has no git repository` };
  if (!repositories.some((other) => isSameRepository(repository.url, other))) {
    const [other = 'none'] = repositories;
    return { why: `it is of repository ${other.slice(0, 200)}, and that of stack ${name} is ${repository.url}` };
  }
  if (of.kind === 'nothing') return { why: of.why };
  if (of.branch !== repository.branch) {
    return { why: `it is of branch ${of.branch}, and stack ${name} tracks ${repository.branch}` };
  }
  return of.kind === 'push' ? afterPush(stack, settings, of) : afterRequest(stack, settings, of);
}

function afterPush({ projectRoot }: OfStack, { paths }: PushHookSettings, push: Push): Decision {
  const watched = [projectRoot, ...paths];
  if (push.paths !== undefined && !touches(watched, push.paths)) {
    return { why: `it changed nothing in ${watched.join(', ')}` };
  }
  return { run: { type: 'TRACKED', commitSha: push.hash, commitMessage: subjectOf(push.message) } };
}

function afterRequest({ name }: OfStack, settings: PushHookSettings, request: PullRequest): Decision {
  const { isFork, isFetchable, hash, head, title } = request;
  if (isFork && !settings.forks) {
    return {
      why: `it comes from a fork, whose code would run with what stack ${name} may do: it takes none of those, unless it is told to`,
    };
  }
  if (!isFetchable) return { why: 'it comes from a fork, whose commits this git host keeps in the fork alone' };
  const commit = hash === undefined ? {} : { commitSha: hash, commitMessage: subjectOf(title) };
  return { run: { type: 'PROPOSED', branch: head, ...commit } };
}

/** Whether something in one of the folders was changed, or one of the files. */
function touches(watched: readonly string[], paths: readonly string[]): boolean {
  return watched.some(
    (folder) => folder === '' || paths.some((path) => path === folder || path.startsWith(`${folder}/`)),
  );
}

/**
 * Whether both are of the repository with the same path: hosts have many names (one for ssh, one within the cluster, a pool
 * of VCS agents), and who sent it is proved by the secret.
 */
export const isSameRepository = (one: string, other: string): boolean => pathOf(one) === pathOf(other);

function pathOf(address: string): string {
  const path = address
    .replace(/^[a-z]+:\/\/[^/]*\//i, '')
    .replace(/^[^/:]+:(?!\/\/)/, '')
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/i, '')
    .toLowerCase();
  // Bitbucket Data Center, by https.
  return path.replace(/^scm\//, '');
}

/** What fits and can be shown; the whole message comes with the commit. */
function subjectOf(message: string): string {
  const [subject = ''] = message.split('\n', 1);
  return subject
    .replaceAll(/\p{C}/gu, '')
    .slice(0, 500)
    .replace(/[\ud800-\udbff]$/, '');
}
