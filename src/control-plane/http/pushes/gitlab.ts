import { z } from 'zod';
import { Name, names, nothing, pathsOf, pushOf, PushedCommit, requestOf, Text, type Told } from './event';

/** Most commits of a push that GitLab tells of. */
const MOST_COMMITS = 20;

const Project = z.object({ path_with_namespace: Name, git_http_url: Name, git_ssh_url: Name, web_url: Name });
const AnyEvent = z.object({ project: Project.nullish() });
const PushEvent = z.object({
  ref: z.string(),
  before: Text,
  after: z.string(),
  total_commits_count: z.number().default(0),
  commits: z.array(PushedCommit).nullish(),
});
const MergeRequestEvent = z.object({
  object_attributes: z.object({
    action: Text,
    /** Of an update that brought commits. */
    oldrev: z.string().nullish(),
    title: Text,
    source_branch: z.string(),
    target_branch: z.string(),
    source_project_id: z.number().nullish(),
    target_project_id: z.number(),
    last_commit: z.object({ id: z.string() }),
  }),
});

/** @throws z.ZodError for what is no such event */
export function readLabEvent(event: string, body: unknown): Told {
  const { project } = AnyEvent.parse(body);
  const { path_with_namespace: path, git_http_url: http, git_ssh_url: ssh, web_url: web } = project ?? {};
  const repositories = names(path, http, ssh, web);
  if (event === 'Push Hook') return { repositories, of: pushed(PushEvent.parse(body)) };
  if (event === 'Merge Request Hook') return { repositories, of: requested(MergeRequestEvent.parse(body)) };
  return { repositories, of: nothing(`no run follows the event ${JSON.stringify(event.slice(0, 40))}`) };
}

function pushed({ ref, before, after, total_commits_count: total, commits }: z.infer<typeof PushEvent>) {
  const listed = commits ?? [];
  const isNew = /^0*$/.test(before);
  const isWhole = !isNew && listed.length > 0 && total <= Math.min(listed.length, MOST_COMMITS);
  return pushOf(ref, after, {
    message: listed.at(-1)?.message ?? '',
    paths: isWhole ? pathsOf(listed) : undefined,
  });
}

function requested({ object_attributes: request }: z.infer<typeof MergeRequestEvent>) {
  const { action, oldrev, title, source_branch: head, target_branch: branch, last_commit: commit } = request;
  const isNews = action === 'open' || action === 'reopen' || (action === 'update' && typeof oldrev === 'string');
  if (!isNews) return nothing('what was done to the merge request brought no other commits');
  const isFork = request.source_project_id !== request.target_project_id;
  return requestOf({ branch, head, hash: commit.id, title, isFork, isFetchable: true });
}
