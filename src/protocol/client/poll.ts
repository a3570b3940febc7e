import { Agent, request as httpRequest } from 'undici';
import { trustedAuthorities } from '../authorities';
import { parseJson } from '../json';
import { IDLE_CONNECTION_MS } from '../leases';
import { WORKER_PATH } from '../messages';
import type { ControlPlaneSession, SessionEvents } from '../session';
import type { Operation } from './call';
import { causeOfRefusal } from './causes';
import type { Connect, ConnectOptions } from './options';
import { SessionBase } from './session-base';

/** The session over HTTP: operations are requests, changes come by long poll. */
class PollSession extends SessionBase implements ControlPlaneSession {
  private readonly agent: Agent;

  constructor(options: ConnectOptions, events: SessionEvents) {
    const endpoint = (options.endpoint ?? options.token.endpoint).replace(/\/+$/, '');
    super(options, events, endpoint);
    const ca = trustedAuthorities(options.token.ca, options.authorities);
    this.agent = new Agent({
      connect: { ...(ca && { ca }), timeout: this.answerTimeoutMs },
      // The watch holds one connection; operations share the others.
      connections: 4,
      keepAliveTimeout: IDLE_CONNECTION_MS,
    });
    this.open();
  }

  protected async exchange(operation: Operation, body: object, timeoutMs: number): Promise<unknown> {
    const { statusCode, body: answer } = await httpRequest(`${this.endpoint}${WORKER_PATH}/${operation}`, {
      method: 'POST',
      dispatcher: this.agent,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await this.jwt()}`,
        'user-agent': this.options.userAgent,
      },
      body: JSON.stringify(body),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: this.closing.signal,
    });
    const text = await answer.text();
    if (statusCode !== 200) throw causeOfRefusal(statusCode, parseJson(text), this.endpoint);
    return parseJson(text);
  }

  protected async connect(): Promise<void> {
    // Requests make the connections that they need.
  }

  protected async disconnect(): Promise<void> {
    if (this.closing.signal.aborted) await this.agent.destroy();
  }

  protected async follow(): Promise<void> {
    for (;;) await this.watch(this.waitSeconds);
  }
}

/** Opens a session over HTTP long poll. */
export const connectPoll: Connect = (options, events) => new PollSession(options, events);
