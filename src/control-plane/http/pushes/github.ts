import { z } from 'zod';
import { Name, names, nothing, pathsOf, pushOf, PushedCommit, requestOf, Text, type Told } from './event';

/* Events of GitHub, and of Gitea and Forgejo, which are made like those. */

/** Most commits of a push that GitHub tells of. */
const MOST_COMMITS = 2048;

const Repository = z.object({ full_name: Name, clone_url: Name, ssh_url: Name, html_url: Name });
const AnyEvent = z.object({ repository: Repository.nullish() });
const PushEvent = z.object({
  ref: z.string(),
  after: z.string(),
  created: z.boolean().default(false),
  forced: z.boolean().default(false),
  deleted: z.boolean().default(false),
  head_commit: z.object({ message: Text }).nullish(),
  commits: z.array(PushedCommit).nullish(),
  /** Of Gitea, which lists the first few. */
  total_commits: z.number().default(0),
});
const End = z.object({ ref: z.string(), sha: z.string(), repo: z.object({ id: z.number() }).nullish() });
const PullRequestEvent = z.object({
  action: z.string(),
  pull_request: z.object({ title: Text, head: End, base: End }),
});

const NEWS = ['opened', 'reopened', 'synchronize', 'synchronized'];

/** @throws z.ZodError for what is no such event */
export function readHubEvent(event: string, body: unknown): Told {
  const { repository } = AnyEvent.parse(body);
  const repositories = names(repository?.full_name, repository?.clone_url, repository?.ssh_url, repository?.html_url);
  if (event === 'push') return { repositories, of: pushed(PushEvent.parse(body)) };
  if (event === 'pull_request') return { repositories, of: requested(PullRequestEvent.parse(body)) };
  return { repositories, of: nothing(`no run follows the event ${JSON.stringify(event.slice(0, 40))}`) };
}

function pushed({ ref, after, created, forced, deleted, head_commit: head, ...rest }: z.infer<typeof PushEvent>) {
  const commits = rest.commits ?? [];
  const isWhole =
    !created && !forced && commits.length > 0 && commits.length < MOST_COMMITS && rest.total_commits <= commits.length;
  return pushOf(ref, deleted ? '0' : after, {
    message: head?.message ?? commits.at(-1)?.message ?? '',
    paths: isWhole ? pathsOf(commits) : undefined,
  });
}

function requested({ action, pull_request: { title, head, base } }: z.infer<typeof PullRequestEvent>) {
  if (!NEWS.includes(action)) return nothing(`the pull request was ${action.slice(0, 40)}, and has no other commits`);
  return requestOf({
    ...{ branch: base.ref, head: head.ref, hash: head.sha, title, isFetchable: true },
    // The fork may have been deleted.
    isFork: head.repo?.id === undefined || head.repo.id !== base.repo?.id,
  });
}
