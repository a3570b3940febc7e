import type { WebSocket } from 'ws';
import type { GitAnswer } from '../../protocol/git-requests';
import { VCS_TIMES } from '../../protocol/vcs-agents';
import { RequestError } from '../errors';
import type { QueueContext } from '../queue/context';
import { vcsAgentPoolTopic } from '../queue/wakeups';
import type { VcsAgentNote, VcsAgentPoolRecord } from '../store/vcs-agents';
import { AgentStream, StreamLost, type Asked, type StreamTimes } from './stream';
import { Streams } from './streams';

/** How long a request waits for a stream of its pool. */
const STREAM_WAIT_MS = 15_000;
/** How long an agent may take to show that it is there, before a request is given to it. */
const ALIVE_MS = 5_000;
/** Agents that went away before they answered, in a row, for one request that can be asked again. */
const MOST_LOST = 3;

export interface GatewayTimes extends StreamTimes {
  readonly pingMs: number;
  readonly noteMs: number;
  readonly streamWaitMs: number;
}

const TIMES: GatewayTimes = { ...VCS_TIMES, streamWaitMs: STREAM_WAIT_MS };

/** An agent, as it names itself. */
export type Agent = Pick<VcsAgentNote, 'id' | 'name' | 'version' | 'address'>;

/**
 * The streams that VCS agents have opened to this process, and who is carried over them. Each replica has streams of its own:
 * an agent opens some to each of them (src/vcs-agent), so that no replica has to ask another.
 */
export class VcsGateway {
  /** By pool. */
  private readonly pools = new Map<string, Streams>();
  private readonly agents = new Map<string, Agent & { readonly poolId: string; readonly connectedAt: number }>();
  private readonly times: GatewayTimes;
  private readonly timers: NodeJS.Timeout[] = [];
  private noting: Promise<void> | undefined;
  private replicas = 1;
  private isClosing = false;

  constructor(
    private readonly context: QueueContext,
    times: Partial<GatewayTimes> = {},
    /** Names this process among the replicas. */
    readonly replica: string = context.newId(),
  ) {
    this.times = { ...TIMES, ...times };
  }

  start(): void {
    const ping = () => {
      for (const streams of this.pools.values()) streams.ping(String(this.replicas));
    };
    this.timers.push(setInterval(ping, this.times.pingMs).unref());
    this.timers.push(setInterval(() => void this.note(), this.times.noteMs).unref());
    this.context.wakeups.onNotify((topic) => {
      for (const poolId of this.pools.keys()) if (topic === vcsAgentPoolTopic(poolId)) void this.cutOff(poolId);
    });
    void this.note();
  }

  /** How many replicas an agent has to reach. */
  get replicaCount(): number {
    return this.replicas;
  }

  /** @throws RequestError `too-many-requests`, or `unavailable` while the control plane stops */
  requireRoom(poolId: string): void {
    if (this.isClosing) throw new RequestError('unavailable', 'the control plane stops');
    this.pools.get(poolId)?.requireRoom();
  }

  /** A stream that an agent of the pool has opened. */
  add(poolId: string, agent: Agent, socket: WebSocket): void {
    const streams = this.pools.get(poolId) ?? new Streams();
    this.pools.set(poolId, streams);
    const stream = new AgentStream(agent.id, socket, this.times);
    stream.onClose(() => this.forget(poolId, agent.id));
    if (this.isClosing) return stream.close();
    streams.add(stream);
    const isNew = !this.agents.has(agent.id);
    this.agents.set(agent.id, {
      ...agent,
      poolId,
      connectedAt: this.agents.get(agent.id)?.connectedAt ?? this.context.now(),
    });
    if (isNew) void this.note();
  }

  /**
   * Has an agent of a pool ask its host. What an agent answers that was asked, and what its host did, comes as it is.
   * @throws RequestError with a sentence when no agent can
   */
  async carry({ id, name }: VcsAgentPoolRecord, asked: Asked): Promise<GitAnswer> {
    for (let lost = 0; ; lost += 1) {
      const stream = await this.streamOf(id, asked.signal);
      if (!stream) throw noAgent(name, this.pools.get(id)?.size ?? 0);
      try {
        return await stream.carry(asked);
      } catch (error) {
        if (!(error instanceof StreamLost)) throw error;
        // What was sent of a body is gone.
        if (asked.body || lost + 1 === MOST_LOST) {
          throw new RequestError('unavailable', `${error.message}: try again`, 1);
        }
      }
    }
  }

  /** Tells the agents that nothing more is given to them. What is carried goes on: it is over with the request for it. */
  drain(): Promise<void> {
    this.isClosing = true;
    for (const streams of this.pools.values()) streams.closeIdle();
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.drain();
    for (const timer of this.timers) clearInterval(timer);
    for (const streams of this.pools.values()) streams.end();
    await this.noting;
    const { store, logger } = this.context;
    await store
      .transaction((tx) => tx.vcsAgents.forgetReplica(this.replica))
      .catch((error: unknown) => logger.warn({ err: error }, 'it could not be noted that no VCS agent is connected'));
  }

  private async streamOf(poolId: string, signal: AbortSignal): Promise<AgentStream | undefined> {
    const streams = this.pools.get(poolId) ?? new Streams();
    this.pools.set(poolId, streams);
    const until = performance.now() + this.times.streamWaitMs;
    for (;;) {
      const stream = await streams.take(Math.max(0, until - performance.now()), signal);
      if (!stream || (await stream.isAlive(ALIVE_MS))) return stream;
    }
  }

  private forget(poolId: string, agentId: string): void {
    if (this.pools.get(poolId)?.counts.has(agentId)) return;
    this.agents.delete(agentId);
  }

  /** Ends all streams of a pool that is there no more. */
  private async cutOff(poolId: string): Promise<void> {
    const { store, logger } = this.context;
    try {
      if (!(await store.read.vcsAgents.find(poolId))) this.endPool(poolId);
    } catch (error) {
      // The next note looks again.
      logger.warn({ err: error }, 'it could not be looked up whether a VCS agent pool is still there');
    }
  }

  private endPool(poolId: string): void {
    const streams = this.pools.get(poolId);
    this.pools.delete(poolId);
    streams?.end();
  }

  /** Notes who is connected, for people and for other replicas, and looks whose pool is gone. One after the other. */
  private note(): Promise<void> {
    const noted = (this.noting ?? Promise.resolve()).then(() => this.noteOnce());
    this.noting = noted.catch((error: unknown) =>
      this.context.logger.warn({ err: error }, 'it could not be noted which VCS agents are connected'),
    );
    return this.noting;
  }

  private async noteOnce(): Promise<void> {
    if (this.isClosing) return;
    const { store } = this.context;
    const there = new Set((await store.read.vcsAgents.list()).map(({ id }) => id));
    for (const poolId of this.pools.keys()) if (!there.has(poolId)) this.endPool(poolId);
    if (there.size === 0) return;
    const seenAt = await store.now();
    const agents = [...this.agents.values()].map(({ poolId, ...agent }) => ({
      ...agent,
      poolId,
      streams: this.pools.get(poolId)?.counts.get(agent.id) ?? 0,
    }));
    const note = { replica: this.replica, seenAt, agents: agents.filter(({ streams }) => streams > 0) };
    this.replicas = await store.transaction((tx) => tx.vcsAgents.note(note, seenAt - VCS_TIMES.goneMs));
  }
}

function noAgent(pool: string, streams: number): RequestError {
  const why =
    streams === 0
      ? `no agent of VCS agent pool ${pool} is connected to this replica of the control plane`
      : `all ${streams} streams of the agents of VCS agent pool ${pool} are in use: more agents, or a higher SPACELIFT_VCS_AGENT_PARALLELISM, carry more at once`;
  return new RequestError('unavailable', why, 5);
}
