import { RequestError } from '../errors';
import { LIMIT } from '../limits';
import type { AgentStream } from './stream';

/** Whoever waits for a stream. */
interface Waiter {
  give(stream: AgentStream): void;
}

/** The streams of the agents of one pool that this process has. */
export class Streams {
  /** In the order in which they came: those of several agents take turns. */
  private readonly idle = new Set<AgentStream>();
  private readonly all = new Set<AgentStream>();
  private readonly waiting = new Set<Waiter>();

  /** @throws RequestError `too-many-requests` */
  requireRoom(): void {
    if (this.all.size < LIMIT.vcsAgentStreams) return;
    throw new RequestError('too-many-requests', 'too many streams of the VCS agent pool at once', 10);
  }

  add(stream: AgentStream): void {
    this.all.add(stream);
    stream.onClose(() => {
      this.all.delete(stream);
      this.idle.delete(stream);
    });
    const [first] = this.waiting;
    if (!first) return void this.idle.add(stream);
    this.waiting.delete(first);
    first.give(stream);
  }

  /** A stream that waits, or the next that comes; undefined when none came in time. */
  take(waitMs: number, signal: AbortSignal): Promise<AgentStream | undefined> {
    const [first] = this.idle;
    if (first) {
      this.idle.delete(first);
      return Promise.resolve(first);
    }
    return new Promise((resolve) => {
      const end = (stream?: AgentStream) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        this.waiting.delete(waiter);
        resolve(stream);
      };
      const giveUp = () => end();
      const waiter: Waiter = { give: end };
      const timer = setTimeout(giveUp, waitMs);
      signal.addEventListener('abort', giveUp);
      this.waiting.add(waiter);
      if (signal.aborted) giveUp();
    });
  }

  /** How many each agent has. */
  get counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { agentId } of this.all) counts.set(agentId, (counts.get(agentId) ?? 0) + 1);
    return counts;
  }

  get size(): number {
    return this.all.size;
  }

  ping(text: string): void {
    for (const stream of [...this.idle]) stream.ping(text);
  }

  /** Of idle ones the agents are told; what is carried goes on. */
  closeIdle(): void {
    for (const stream of [...this.idle]) stream.close();
    this.idle.clear();
  }

  end(): void {
    for (const stream of [...this.all]) stream.end();
  }
}
