import { trustedAuthorities } from '../../network/authorities';
import { parseJson } from '../json';
import { WORKER_PATH } from '../messages';
import type { ControlPlaneSession, SessionEvents } from '../session';
import type { Operation } from './call';
import { causeOfRefusal } from './causes';
import { Connections } from './connections';
import type { Connect, ConnectOptions } from './options';
import { SessionBase } from './session-base';

/** The session over HTTP: operations are requests, changes come by long poll. */
class PollSession extends SessionBase implements ControlPlaneSession {
  private readonly connections: Connections;

  constructor(options: ConnectOptions, events: SessionEvents) {
    const endpoint = (options.endpoint ?? options.token.endpoint).replace(/\/+$/, '');
    super(options, events, endpoint);
    const ca = trustedAuthorities(options.token.ca, options.authorities);
    this.connections = new Connections(endpoint, { ca, connectWithinMs: this.answerTimeoutMs });
    this.open();
  }

  protected async exchange(operation: Operation, body: object, timeoutMs: number): Promise<unknown> {
    const { statusCode, text } = await this.connections.post({
      path: `${WORKER_PATH}/${operation}`,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await this.jwt()}`,
        'user-agent': this.options.userAgent,
      },
      body: JSON.stringify(body),
      answerWithinMs: timeoutMs,
      signal: this.closing.signal,
    });
    if (statusCode !== 200) throw causeOfRefusal(statusCode, parseJson(text), this.endpoint);
    return parseJson(text);
  }

  protected async connect(): Promise<void> {
    // Requests make the connections that they need.
  }

  protected async disconnect(): Promise<void> {
    if (this.closing.signal.aborted) await this.connections.close();
  }

  protected async follow(): Promise<void> {
    for (;;) await this.watch(this.waitSeconds);
  }
}

/** Opens a session over HTTP long poll. */
export const connectPoll: Connect = (options, events) => new PollSession(options, events);
