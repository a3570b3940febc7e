import { z } from 'zod';
import { parseJson } from './json';
import { Ulid } from './messages';
import { HttpAddress } from './token';

/**
 * How a VCS agent opens its streams: `GET` with `Upgrade: websocket` and `Authorization: Bearer <secret of the pool>`. Over the
 * stream, whose messages are pieces of one flow of bytes, the control plane sends one HTTP/1.1 request and the agent answers
 * it; then the stream ends, and the agent opens another. Each ping of the control plane says how many replicas it has.
 */
export const VCS_AGENT_PATH = '/vcs-agent/v1/stream';

/** How an agent names itself, and the control plane the replica that took a stream. */
export const VCS_HEADER = {
  pool: 'worker-pools-vcs-agent-pool',
  agent: 'worker-pools-vcs-agent',
  name: 'worker-pools-vcs-agent-name',
  version: 'worker-pools-vcs-agent-version',
  replica: 'worker-pools-replica',
  replicas: 'worker-pools-replicas',
} as const;

/** On what an agent answers in the place of its host: the sentence, as a part of a URL is written. */
export const VCS_REFUSAL_HEADER = 'worker-pools-refusal';

/** On what came from an agent, as the control plane hands it on: whatever its status, it is none of the control plane's. */
export const VCS_CARRIED_HEADER = 'worker-pools-carried';

/** A run Pod's `Authorization` is the pool's: what git has for its host goes by this name as far as the control plane. */
export const GIT_AUTHORIZATION_HEADER = 'worker-pools-git-authorization';

export const VCS_TIMES = {
  /** Between two pings of the control plane. */
  pingMs: 20_000,
  /** Between two notes of the control plane of who is connected. */
  noteMs: 15_000,
  /** An agent, or a replica, that was not noted for so long is gone. */
  goneMs: 60_000,
  /** Without a ping for so long, an agent gives a stream up that waits for a request. */
  silentStreamMs: 60_000,
  /** How long the host may take to begin its answer. */
  answerMs: 60_000,
  /** How long nothing may move in a request or an answer. */
  silenceMs: 90_000,
} as const;

/** Bytes of a message of a stream; a piece of a flow has 64 KiB as a rule. */
export const LARGEST_STREAM_MESSAGE = 1024 * 1024;

/** What an agent is given of its pool: `SPACELIFT_VCS_AGENT_POOL_TOKEN`, base64 of JSON. Secret. */
export const VcsAgentToken = z.object({
  version: z.literal(1),
  poolId: Ulid,
  endpoint: HttpAddress,
  /** PEM of the authority that signed the control plane's certificate; '' trusts those that Node.js knows. */
  ca: z.string(),
  secret: z.string().min(1).max(200),
});
export type VcsAgentToken = z.infer<typeof VcsAgentToken>;

export const encodeVcsAgentToken = (token: VcsAgentToken): string =>
  Buffer.from(JSON.stringify(token)).toString('base64');

/** Undefined for what is none. */
export function parseVcsAgentToken(base64: string): VcsAgentToken | undefined {
  const parsed = VcsAgentToken.safeParse(parseJson(Buffer.from(base64.trim(), 'base64').toString('utf8')));
  return parsed.success ? parsed.data : undefined;
}
