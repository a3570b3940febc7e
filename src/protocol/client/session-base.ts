import { Backoff, sleep, systemClock, type Clock } from '../../time';
import { poolJwtSource } from '../auth';
import { POLL_WAIT_SECONDS } from '../leases';
import type {
  RegisterRequest,
  ReportRequest,
  ReportResponse,
  RetireRequest,
  RetireResponse,
  Speaker,
  SyncRequest,
  SyncResponse,
  WorkerViews,
} from '../messages';
import { ProtocolError, type ControlPlaneSession, type SessionEvents, type SessionStatus } from '../session';
import { parseAnswer, type Operation } from './call';
import { causeOfFailure } from './causes';
import type { ConnectOptions } from './options';
import { ViewStream } from './views';

type WithoutSpeaker<T> = Omit<T, keyof Speaker>;

const NOT_LEADING = 'this controller does not lead at this moment';

/** What both transports share: status, operations, views, and the loop that restores the connection for ever. */
export abstract class SessionBase implements ControlPlaneSession {
  protected readonly clock: Clock;
  protected readonly closing = new AbortController();
  protected readonly views: ViewStream;
  private proof: () => Promise<string>;
  protected readonly waitSeconds: number;
  protected readonly answerTimeoutMs: number;
  private readonly backoff: Backoff;
  private current: SessionStatus = { state: 'connecting' };
  private loop: Promise<void> | undefined;

  constructor(
    protected readonly options: ConnectOptions,
    private readonly events: SessionEvents,
    /** The address, for messages. */
    protected readonly endpoint: string,
  ) {
    this.clock = options.clock ?? systemClock;
    this.waitSeconds = options.waitSeconds ?? POLL_WAIT_SECONDS;
    this.answerTimeoutMs = options.answerTimeoutMs ?? 15_000;
    this.backoff = new Backoff({ firstMs: 500, longestMs: 30_000, random: options.random, ...options.backoff });
    this.views = new ViewStream((view) => events.onView(view));
    this.proof = this.newProof();
  }

  /** Called once, after the constructor of the transport. */
  protected open(): void {
    this.loop = this.run();
  }

  get status(): SessionStatus {
    return this.current;
  }

  register(request: WithoutSpeaker<RegisterRequest>): Promise<WorkerViews> {
    return this.callAndOffer('register', request);
  }

  sync(request: WithoutSpeaker<SyncRequest>): Promise<SyncResponse> {
    return this.callAndOffer('sync', request);
  }

  async retire(request: WithoutSpeaker<RetireRequest>): Promise<RetireResponse> {
    return parseAnswer('retire', await this.send('retire', request), this.endpoint);
  }

  async report(request: WithoutSpeaker<ReportRequest>): Promise<ReportResponse> {
    return parseAnswer('report', await this.send('report', request), this.endpoint);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.loop;
    await this.disconnect();
  }

  /** The proof of the pool's identity. */
  protected jwt(): Promise<string> {
    return this.proof();
  }

  /** Carries an operation over and returns the body of its answer. @throws ProtocolError */
  protected abstract exchange(operation: Operation, body: object, timeoutMs: number): Promise<unknown>;

  /** Makes the connection, when the transport has one. @throws ProtocolError */
  protected abstract connect(): Promise<void>;

  /** Ends the connection, if there is one; never rejects. */
  protected abstract disconnect(): Promise<void>;

  /** Waits for changes for as long as the connection lives. @throws ProtocolError when it is broken. */
  protected abstract follow(): Promise<void>;

  /** One watch; its answer moves the cursor. */
  protected async watch(waitSeconds: number): Promise<void> {
    const request = { after: this.views.after, waitSeconds };
    const body = await this.send('watch', request, waitSeconds * 1000);
    this.views.watched(parseAnswer('watch', body, this.endpoint));
  }

  private async callAndOffer<O extends 'register' | 'sync'>(operation: O, request: object) {
    const answer = parseAnswer(operation, await this.send(operation, request), this.endpoint);
    for (const view of answer.workers) this.views.offer(view);
    return answer;
  }

  private async send(operation: Operation, request: object, waitMs = 0): Promise<unknown> {
    if (this.closing.signal.aborted) throw new ProtocolError('unreachable', 'the session is closed', false);
    const { session, leadership } = this.options;
    if (leadership && !leadership.held && operation !== 'watch') {
      throw new ProtocolError('superseded', `nothing was sent to ${this.endpoint}: ${NOT_LEADING}`, true);
    }
    try {
      const body = { ...request, session, ...(leadership?.term !== undefined && { term: leadership.term }) };
      return await this.exchange(operation, body, waitMs + this.answerTimeoutMs);
    } catch (error) {
      throw this.noteCause(error);
    }
  }

  private noteCause(error: unknown): ProtocolError {
    const cause = causeOfFailure(error, this.endpoint);
    // What a clock that was set meanwhile made look fresh may have expired: the next attempt brings a new one.
    if (cause.kind === 'rejected') this.proof = this.newProof();
    return cause;
  }

  private newProof(): () => Promise<string> {
    const { token, privateKeyPem } = this.options;
    const identity = { poolId: token.poolId, certificate: token.certificate, privateKeyPem };
    return poolJwtSource(identity, () => this.clock.now());
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      let pauseMs = 0;
      try {
        await this.connect();
        // A watch that does not wait: proves the connection and the credentials, and catches up.
        await this.watch(0);
        this.setStatus({ state: 'connected', since: this.clock.now() });
        this.backoff.reset();
        await this.follow();
      } catch (error) {
        if (signal.aborted) return;
        const cause = this.noteCause(error);
        pauseMs = cause.retryAfterMs;
        this.setStatus(failed(cause));
      }
      await this.disconnect();
      await sleep(this.clock, Math.max(pauseMs, this.backoff.next()), signal);
    }
  }

  private setStatus(status: SessionStatus): void {
    this.current = status;
    this.events.onStatus(status);
  }
}

function failed(error: ProtocolError): SessionStatus {
  const { kind } = error;
  const cause = kind === 'fenced' || kind === 'superseded' || kind === 'not-found' ? 'protocol' : kind;
  return { state: 'failed', cause, message: error.message };
}
