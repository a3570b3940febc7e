import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { ulid } from 'ulid';
import { Backoff, sleep } from '../time';
import { VcsAgentError, type VcsAgentOptions } from './options';
import { NoStream, Stream } from './stream';
import { Target } from './target';

const GRACE_MS = 25_000;
/** Streams that went to a replica that has enough, in a row, before the agent says that it does not reach the others. */
const MANY = 20;

/**
 * Keeps streams open to each replica of the control plane and answers what it asks over them, until the signal. Which replica
 * takes a stream is up to the load balancer in front: one that went to a replica with enough streams is given up, and
 * the next may go to another.
 *
 * @throws VcsAgentError when the control plane knows no such pool
 */
export async function runVcsAgent(options: VcsAgentOptions): Promise<void> {
  const agent = new VcsAgent(options);
  try {
    await agent.run();
  } finally {
    await agent.close();
  }
}

class VcsAgent {
  private readonly id = ulid();
  private readonly target: Target;
  private readonly server: Server;
  /** Open ones, busy or not. */
  private readonly streams = new Set<Stream>();
  private readonly busy = new Set<Stream>();
  private readonly byFlow = new WeakMap<Duplex, Stream>();
  private replicas = 1;
  private wake: () => void = () => undefined;

  constructor(private readonly options: VcsAgentOptions) {
    this.target = new Target(options);
    // The control plane is on the other side, and has the time limits; a stream may wait for a request for days.
    this.server = createServer({ headersTimeout: 0, requestTimeout: 0 });
    this.server.on('request', (request, response) => {
      this.begin(request.socket);
      void this.target.answer(request, response);
    });
  }

  async run(): Promise<void> {
    const { signal, logger, token } = this.options;
    const backoff = new Backoff({ firstMs: 200, longestMs: 30_000 });
    let fruitless = 0;
    let trouble = '';
    signal.addEventListener('abort', () => this.wake());
    while (!signal.aborted) {
      if (this.missing === 0) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      const opened = await this.open();
      if (opened === 'kept') {
        if (trouble !== '' || this.streams.size === 1) {
          logger.info({ endpoint: token.endpoint, replicas: this.replicas }, 'connected to the control plane');
        }
        [fruitless, trouble] = [0, ''];
        backoff.reset();
        continue;
      }
      fruitless += 1;
      const said = opened === 'surplus' ? (fruitless < MANY ? '' : this.unreached()) : opened.message;
      if (said !== '' && said !== trouble) logger.warn({ endpoint: token.endpoint }, said);
      if (said !== '') trouble = said;
      // The first few go to the others as a rule.
      if (opened !== 'surplus' || fruitless > 2 * this.replicas) await this.pause(backoff.next());
    }
  }

  /** Idle streams end at once; what is carried has the grace time. */
  async close(): Promise<void> {
    const { clock, graceMs = GRACE_MS } = this.options;
    for (const stream of this.streams) if (!this.busy.has(stream)) stream.close();
    const until = clock.monotonic() + graceMs;
    while (this.streams.size > 0 && clock.monotonic() < until) {
      await this.pause(until - clock.monotonic());
    }
    for (const stream of this.streams) stream.end();
    await this.target.close();
  }

  private begin(flow: Duplex): void {
    const stream = this.byFlow.get(flow);
    if (!stream) return;
    this.busy.add(stream);
    stream.begin();
  }

  private async open(): Promise<'kept' | 'surplus' | NoStream> {
    let stream: Stream;
    try {
      stream = await Stream.open({ ...this.options, id: this.id }, (count) => this.learn(count));
    } catch (error) {
      if (!(error instanceof NoStream)) throw error;
      if (error.isFinal) throw new VcsAgentError(error.message);
      return error;
    }
    if (this.counts.get(stream.replica) === this.options.parallelism) {
      stream.close();
      return 'surplus';
    }
    this.keep(stream);
    return 'kept';
  }

  private keep(stream: Stream): void {
    this.streams.add(stream);
    stream.onClose(() => {
      this.streams.delete(stream);
      this.busy.delete(stream);
      this.wake();
    });
    const flow = stream.flow();
    this.byFlow.set(flow, stream);
    this.server.emit('connection', flow);
  }

  private learn(replicas: number): void {
    if (!Number.isSafeInteger(replicas) || replicas < 1 || replicas === this.replicas) return;
    this.replicas = replicas;
    this.wake();
  }

  /** How many streams are to be opened yet, to whichever replica. */
  private get missing(): number {
    const { parallelism } = this.options;
    const { counts } = this;
    const enough = [...counts.values()].reduce((sum, count) => sum + Math.min(count, parallelism), 0);
    return Math.max(0, Math.max(this.replicas, counts.size) * parallelism - enough);
  }

  private get counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { replica } of this.streams) counts.set(replica, (counts.get(replica) ?? 0) + 1);
    return counts;
  }

  private unreached(): string {
    return `the agent reaches ${this.counts.size} of ${this.replicas} replicas of the control plane: runs that ask the others wait for it. Does the load balancer in front give all connections of an address to one replica?`;
  }

  /** Until the time is over, or something has changed. */
  private async pause(milliseconds: number): Promise<void> {
    const woken = new AbortController();
    this.wake = () => woken.abort();
    if (!this.options.signal.aborted || this.streams.size > 0)
      await sleep(this.options.clock, milliseconds, woken.signal);
  }
}
