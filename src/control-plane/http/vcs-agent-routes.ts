import { timingSafeEqual } from 'node:crypto';
import { upgradeWebSocket } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { WebSocketServer, type WebSocket } from 'ws';
import { Ulid } from '../../protocol/messages';
import { LARGEST_STREAM_MESSAGE, VCS_AGENT_PATH, VCS_HEADER } from '../../protocol/vcs-agents';
import type { Admission } from '../admission';
import { RequestError } from '../errors';
import { hashOf } from '../identity/api-keys';
import type { ProofChecks } from '../identity/proof-checks';
import type { QueueContext } from '../queue/context';
import type { VcsGateway } from '../vcs-agents';
import { bearer, refusingApp } from './app';

/** Of a name or a version that an agent says of itself. */
const MOST_WORDS = 100;

export interface VcsAgentRoutesParts {
  readonly context: QueueContext;
  readonly admission: Admission;
  readonly proofs: ProofChecks;
  readonly gateway: VcsGateway;
}

/** What takes the streams of agents that `vcsAgentRoutes` let in. */
export const streamServer = (): WebSocketServer =>
  new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LARGEST_STREAM_MESSAGE,
  });

/** Where VCS agents open their streams (src/protocol/vcs-agents.ts). */
export function vcsAgentRoutes({ context, admission, proofs, gateway }: VcsAgentRoutesParts): Hono {
  const app = refusingApp(context.logger);
  const takeStream = upgradeWebSocket(async (c: Context) => {
    const poolId = await poolOf(c);
    admission.proved(c, `VCS agent pool ${poolId}`);
    gateway.requireRoom(poolId);
    const id = said(c, 'agent');
    if (!Ulid.safeParse(id).success) throw new RequestError('malformed', 'a VCS agent must name itself by a ULID');
    const agent = {
      id,
      name: said(c, 'name'),
      version: said(c, 'version'),
      address: admission.originOf(c).address,
    };
    return { onOpen: (_event, { raw }) => gateway.add(poolId, agent, raw as WebSocket) };
  });
  app.use(VCS_AGENT_PATH, async (c, next) => {
    await next();
    // Those of before are not in the answer that begins a stream.
    c.header(VCS_HEADER.replica, gateway.replica);
    c.header(VCS_HEADER.replicas, String(gateway.replicaCount));
  });
  app.get(VCS_AGENT_PATH, takeStream, () => {
    throw new RequestError('malformed', 'a VCS agent opens a stream here, by Upgrade: websocket');
  });

  /** @throws RequestError `unauthorized`, or `too-many-requests` after many failures */
  async function poolOf(c: Context): Promise<string> {
    const poolId = said(c, 'pool');
    const secret = bearer(c.req.header('Authorization')) ?? '';
    const expected = Ulid.safeParse(poolId).success ? await context.store.read.vcsAgents.secretHash(poolId) : undefined;
    const { attempt } = proofs.from(admission.addressOf(c), 'pool');
    return attempt(expected === undefined ? '' : poolId, () => {
      if (expected !== undefined && isSame(hashOf(secret), expected)) return poolId;
      throw new RequestError(
        'unauthorized',
        'unauthorized: the VCS agent pool of this token is not known: it was deleted',
      );
    });
  }

  return app;
}

/** What can be seen of it. */
const said = (c: Context, what: keyof typeof VCS_HEADER): string =>
  (c.req.header(VCS_HEADER[what]) ?? '').slice(0, MOST_WORDS).replace(/[^ -~]/g, '?');

function isSame(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
