import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { PassThrough, pipeline, type Duplex, type Readable } from 'node:stream';
import { createWebSocketStream, type WebSocket } from 'ws';
import {
  GIT_REQUEST_HEADERS,
  GIT_RESPONSE_HEADERS,
  pickHeaders,
  targetOf,
  type GitAnswer,
  type GitRequest,
} from '../../protocol/git-requests';
import { VCS_REFUSAL_HEADER, VCS_TIMES } from '../../protocol/vcs-agents';
import { RequestError } from '../errors';
import { LIMIT } from '../limits';

/** What git asks, on its way to an agent. */
export interface Asked extends GitRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** What git has for its host. @default - nothing */
  readonly authorization?: string | undefined;
  /** @default - none */
  readonly body?: Readable | undefined;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export type StreamTimes = Pick<typeof VCS_TIMES, 'answerMs' | 'silenceMs'>;

/** The agent went away before it answered anything. */
export class StreamLost extends Error {
  override readonly name = 'StreamLost';
}

/** One stream of an agent: carries one request and its answer, and is over then. */
export class AgentStream {
  private isAnswering = false;
  private hasAnsweredPing = true;

  constructor(
    readonly agentId: string,
    private readonly socket: WebSocket,
    private readonly times: StreamTimes = VCS_TIMES,
  ) {
    socket.on('pong', () => (this.hasAnsweredPing = true));
    // Whoever waits for an answer hears of it there; an idle stream is gone, and that is all.
    socket.on('error', () => undefined);
  }

  onClose(callback: () => void): void {
    this.socket.once('close', callback);
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /**
   * Shows the agent that the control plane is there, and the other way round: an idle stream whose last ping was not answered
   * is given up. One that carries an answer has the time limits of that.
   */
  ping(text: string): void {
    if (!this.isOpen) return;
    if (!this.hasAnsweredPing && !this.isAnswering) return this.end();
    this.hasAnsweredPing = false;
    this.socket.ping(text);
  }

  /** Whether its agent is there now: a connection may be dead without anybody having said so. */
  async isAlive(withinMs: number): Promise<boolean> {
    if (!this.isOpen) return false;
    const late = AbortSignal.timeout(withinMs);
    const heard = Promise.race([
      once(this.socket, 'pong', { signal: late }).then(() => true),
      once(this.socket, 'close', { signal: late }).then(() => false),
    ]);
    this.socket.ping();
    const isAlive = await heard.catch(() => false);
    if (!isAlive) this.end();
    return isAlive;
  }

  /** At once; what it carries breaks off. */
  end(): void {
    this.socket.terminate();
  }

  /** Tells the agent that nothing more comes over it. */
  close(): void {
    this.socket.close(1001);
  }

  /** @throws StreamLost, or RequestError `timeout`, `malformed` */
  async carry(asked: Asked): Promise<GitAnswer> {
    this.isAnswering = true;
    const flow = createWebSocketStream(this.socket);
    // Its end is told by the request and the answer.
    flow.on('error', () => undefined);
    const request = this.requestOver(flow, asked);
    const abort = () => request.destroy(new Error('nobody waits for the answer any more'));
    asked.signal.addEventListener('abort', abort, { once: true });
    if (asked.signal.aborted) abort();
    request.once('close', () => asked.signal.removeEventListener('abort', abort));
    try {
      const answer = await this.answerTo(request, asked.body);
      const { statusCode = 502, headers } = answer;
      const body = new Watched(LIMIT.gitAnswerBytes, this.times.silenceMs);
      // Whoever reads the body hears of every failure from it.
      pipeline(answer, body, () => this.end());
      return { status: statusCode, headers: pickHeaders(headers, [...GIT_RESPONSE_HEADERS, VCS_REFUSAL_HEADER]), body };
    } catch (error) {
      this.end();
      throw error;
    }
  }

  private requestOver(flow: Duplex, asked: Asked): ClientRequest {
    const { operation, headers, authorization } = asked;
    return httpRequest({
      createConnection: () => flow,
      method: operation === 'info/refs' ? 'GET' : 'POST',
      path: targetOf(asked),
      headers: {
        host: 'vcs-agent',
        ...pickHeaders(headers, GIT_REQUEST_HEADERS),
        ...(authorization !== undefined && { authorization }),
      },
    });
  }

  private answerTo(request: ClientRequest, body: Readable | undefined): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      let refusal: RequestError | undefined;
      const late = setTimeout(() => {
        const seconds = this.times.answerMs / 1000;
        refusal = new RequestError('timeout', `the VCS agent did not answer within ${seconds} s`);
        request.destroy();
      }, this.times.answerMs);
      request.once('response', (answer) => {
        clearTimeout(late);
        resolve(answer);
      });
      request.once('close', () => {
        clearTimeout(late);
        reject(refusal ?? new StreamLost('the VCS agent went away before it answered'));
      });
      request.on('error', () => undefined);
      if (!body) return void request.end();
      pipeline(body, new Watched(LIMIT.gitRequestBytes, this.times.silenceMs), request, (error) => {
        if (error instanceof RequestError) refusal = error;
        if (error) request.destroy();
      });
    });
  }
}

/** Lets bytes through, so many, and never stands still for long. */
class Watched extends PassThrough {
  private bytes = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly most: number,
    silenceMs: number,
  ) {
    super();
    const late = () => this.destroy(new RequestError('timeout', `nothing moved for ${silenceMs / 1000} s`));
    this.timer = setTimeout(late, silenceMs);
    this.once('close', () => clearTimeout(this.timer));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null, data?: Buffer) => void) {
    this.timer.refresh();
    this.bytes += chunk.length;
    if (this.bytes > this.most) done(new RequestError('too-large', `it is larger than ${this.most} bytes`));
    else done(null, chunk);
  }
}
