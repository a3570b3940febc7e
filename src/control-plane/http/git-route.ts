import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { gitRequestOf } from '../../protocol/git-requests';
import { parsePrivateUrl } from '../../protocol/private-url';
import { GIT_AUTHORIZATION_HEADER, VCS_CARRIED_HEADER } from '../../protocol/vcs-agents';
import { bodyStream, type Admission } from '../admission';
import { RequestError } from '../errors';
import { LIMIT } from '../limits';
import type { QueueContext } from '../queue/context';
import { requireRun } from '../queue/lifecycle';
import { requireAttempt, type Attempted } from '../queue/pod-operations';
import type { VcsGateway } from '../vcs-agents';

/**
 * Has the agents of a pool ask their host, for `init` of a run whose stack names the pool. Whatever path of the host it asks for:
 * submodules are repositories, too, and what a run may read there is up to the host, by the credentials of the stack.
 */
export async function askThroughAgents(
  c: Context,
  who: Attempted,
  fence: number,
  { context, admission, gateway }: { context: QueueContext; admission: Admission; gateway: VcsGateway },
): Promise<Response> {
  const tables = context.store.read;
  await requireAttempt(tables, who, fence);
  const { stackId } = await requireRun(tables, who.runId);
  const [stack] = await tables.stacks.findAll([stackId]);
  const named = parsePrivateUrl(stack?.repository?.url ?? '');
  if (!named) throw new RequestError('not-found', `the stack of run ${who.runId} has no repository behind VCS agents`);
  const pool = await tables.vcsAgents.findByName(named.pool);
  if (!pool)
    throw new RequestError('not-found', `there is no VCS agent pool ${named.pool}: it was deleted, or renamed`);
  const { pathname, search } = new URL(c.req.url);
  const git = gitRequestOf(c.req.method, `${pathname.replace(/^.*?\/git\//, '/')}${search}`);
  if (!git)
    throw new RequestError('malformed', 'a VCS agent carries what git clone and git fetch send, and nothing else');
  const busy = `too many requests of git of VCS agent pool ${pool.name} at once`;
  const leave = admission.inFlight.enter(`git ${pool.id}`, LIMIT.vcsRequests, busy);
  try {
    const { status, headers, body } = await gateway.carry(pool, {
      ...git,
      headers: c.req.header(),
      authorization: c.req.header(GIT_AUTHORIZATION_HEADER),
      body: git.operation === 'git-upload-pack' ? bodyStream(c) : undefined,
      signal: c.req.raw.signal,
    });
    body.once('close', leave);
    return new Response(Readable.toWeb(body) as ReadableStream, {
      status,
      headers: { ...headers, [VCS_CARRIED_HEADER]: '1' },
    });
  } catch (error) {
    leave();
    throw error;
  }
}
