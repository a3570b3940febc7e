import {
  classify,
  type HttpRequest,
  type KubeAnswer,
  type KubeTransport,
} from '../../../src/controller/runtime/transport';
import { KubeError, REASON } from '../../../src/controller/runtime/errors';
import type { Clock } from '../../../src/time';
import type { Parsed } from './request';
import { rawAnswer, type RawAnswer } from './answers';
import type { RequestFate, WatchFate } from './types';
import type { Watch } from './watch';

/** The server as a transport meets it. */
export interface ServerEnd {
  readonly clock: Clock;
  readonly random: () => number;
  parse(request: { by: string } & Pick<HttpRequest, 'method' | 'path' | 'body' | 'contentType'>): Parsed | RawAnswer;
  carryOut(request: Parsed, staleBy: number): RawAnswer;
  fateOf(request: Parsed): RequestFate;
  fateOfWatch(request: Parsed): WatchFate;
  openWatch(request: Parsed, fate: WatchFate, clock: Clock): Watch;
}

export interface SimulatedTransportOptions {
  readonly server: ServerEnd;
  readonly name: string;
  /** Of the process. */
  readonly clock: Clock;
  /** Aborted when the process dies. */
  readonly signal: AbortSignal | undefined;
  /** How long an answer is waited for; 0 for ever. */
  readonly timeoutMs: number;
}

/** How one process reaches the simulated server: every way is as long and as unsafe as its fate says. */
export class SimulatedTransport implements KubeTransport {
  private closed = false;

  constructor(private readonly options: SimulatedTransportOptions) {}

  async send(request: HttpRequest): Promise<KubeAnswer> {
    const title = `${request.method} ${request.path}`;
    const { server, name } = this.options;
    if (this.closed) throw failure(title, REASON.aborted, 'the client is closed');
    if (request.signal?.aborted) throw failure(title, REASON.aborted, 'aborted');
    if (request.mayBeSent && !request.mayBeSent()) {
      throw failure(title, REASON.notLeading, 'not sent, because this process does not lead at this moment');
    }
    const parsed = server.parse({ ...request, by: name });
    if ('text' in parsed && 'status' in parsed) return new TextAnswer(parsed);
    const exchange = new Exchange(this.options, request, title);
    return parsed.seen.verb === 'watch' ? exchange.watch(parsed) : exchange.ask(parsed);
  }

  text(_request: HttpRequest, answer: KubeAnswer): Promise<string> {
    return Promise.resolve(answer instanceof TextAnswer ? answer.text : '');
  }

  refreshCredentials(): void {
    // There are none.
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

class TextAnswer implements KubeAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
  readonly body = NOTHING;

  constructor({ status, text, retryAfterSeconds }: RawAnswer) {
    this.status = status;
    this.text = text;
    this.retryAfter = retryAfterSeconds === undefined ? undefined : String(retryAfterSeconds);
  }
}

const NOTHING: KubeAnswer['body'] = {
  async *[Symbol.asyncIterator]() {},
  destroy() {},
};

/** One request on its way there and back. */
class Exchange {
  private readonly promise: Promise<KubeAnswer>;
  private resolve!: (answer: KubeAnswer) => void;
  private reject!: (error: unknown) => void;
  private settled = false;
  private cancelTimeout: (() => void) | undefined;

  constructor(
    private readonly options: SimulatedTransportOptions,
    private readonly request: HttpRequest,
    private readonly title: string,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    request.signal?.addEventListener('abort', this.abort);
  }

  ask(parsed: Parsed): Promise<KubeAnswer> {
    const { server } = this.options;
    const fate = server.fateOf(parsed);
    if (fate.unreachable) return this.unreachable(fate.toServerMs);
    const { toServerMs = this.usualMs(), toClientMs = this.usualMs(), lost, refusal, staleBy = 0 } = fate;
    this.limit(toServerMs + toClientMs, lost === 'silent-before' || lost === 'silent-after');
    server.clock.setTimer(toServerMs, () => {
      if (lost === 'silent-before') return;
      if (lost === 'reset-before')
        return this.toClient(toClientMs, () => this.fail('UND_ERR_SOCKET', 'other side closed'));
      const answer = refusal ? rawAnswer(refusal) : server.carryOut(parsed, staleBy);
      if (lost === 'silent-after') return;
      if (lost === 'reset-after')
        return this.toClient(toClientMs, () => this.fail('UND_ERR_SOCKET', 'other side closed'));
      this.toClient(toClientMs, () => this.settle(() => this.resolve(new TextAnswer(answer))));
    });
    return this.promise;
  }

  watch(parsed: Parsed): Promise<KubeAnswer> {
    const { server, clock, signal } = this.options;
    const fate = server.fateOfWatch(parsed);
    if (fate.unreachable) return this.unreachable(fate.toServerMs);
    const { toServerMs = this.usualMs(), refusal } = fate;
    this.limit(toServerMs, false);
    server.clock.setTimer(toServerMs, () => {
      if (refusal) return this.toClient(0, () => this.settle(() => this.resolve(new TextAnswer(rawAnswer(refusal)))));
      if (this.settled || signal?.aborted) return;
      const watch = server.openWatch(parsed, fate, clock);
      const abort = (): void => watch.body.fail(new Error('aborted'));
      this.request.signal?.addEventListener('abort', abort);
      signal?.addEventListener('abort', () => watch.close());
      this.toClient(0, () => this.settle(() => this.resolve({ status: 200, retryAfter: undefined, body: watch.body })));
    });
    return this.promise;
  }

  private unreachable(afterMs = this.usualMs()): Promise<KubeAnswer> {
    this.toClient(afterMs, () => this.fail('ECONNREFUSED', 'connect ECONNREFUSED'));
    return this.promise;
  }

  private usualMs(): number {
    return 1 + 4 * this.options.server.random();
  }

  /** Sets a timer only where it would fire. */
  private limit(answerMs: number, silent: boolean): void {
    const { timeoutMs, clock } = this.options;
    if (timeoutMs === 0 || (!silent && answerMs < timeoutMs)) return;
    this.cancelTimeout = clock.setTimer(timeoutMs, () => this.fail('UND_ERR_HEADERS_TIMEOUT', 'Headers Timeout Error'));
  }

  private toClient(ms: number, arrive: () => void): void {
    this.options.clock.setTimer(ms, arrive);
  }

  private readonly abort = (): void => {
    this.settle(() => this.reject(failure(this.title, REASON.aborted, 'aborted')));
  };

  private fail(code: string, message: string): void {
    const error = Object.assign(new Error(message), { code });
    this.settle(() => this.reject(classify(this.title, error, this.request.signal)));
  }

  /** A process that is dead hears nothing. */
  private settle(how: () => void): void {
    if (this.settled || this.options.signal?.aborted) return;
    this.settled = true;
    this.cancelTimeout?.();
    this.request.signal?.removeEventListener('abort', this.abort);
    how();
  }
}

function failure(title: string, reason: string, message: string): KubeError {
  return new KubeError({ status: 0, reason, message: `${title}: ${message}` });
}
