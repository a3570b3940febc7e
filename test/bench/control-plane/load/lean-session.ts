import { poolJwtSource } from '../../../../src/protocol/auth';
import type { Operation } from '../../../../src/protocol/client/call';
import { causeOfFailure, causeOfRefusal } from '../../../../src/protocol/client/causes';
import { Connections } from '../../../../src/protocol/client/connections';
import type { Connect, ConnectOptions } from '../../../../src/protocol/client/options';
import { ViewStream } from '../../../../src/protocol/client/views';
import { parseJson } from '../../../../src/protocol/json';
import { POLL_WAIT_SECONDS } from '../../../../src/protocol/leases';
import {
  WORKER_PATH,
  type ReportResponse,
  type RetireResponse,
  type SyncResponse,
  type WorkerViews,
} from '../../../../src/protocol/messages';
import type { ControlPlaneSession, SessionEvents, SessionStatus } from '../../../../src/protocol/session';
import { sleep } from '../../../support/waiting';

const ANSWER_MS = 60_000;
const PAUSE_MS = 1_000;

/**
 * A session over long poll that sends what a controller's sends, over the same connections, and costs less: it takes the
 * answers as they are. A thousand of them share a core with the control plane that they try.
 */
class LeanSession implements ControlPlaneSession {
  readonly status: SessionStatus = { state: 'connected', since: 0 };
  private readonly connections: Connections;
  private readonly jwt: () => Promise<string>;
  private readonly views: ViewStream;
  private readonly closing = new AbortController();

  constructor(
    private readonly options: ConnectOptions,
    events: SessionEvents,
  ) {
    const { token, privateKeyPem } = options;
    this.connections = new Connections(token.endpoint, { ca: [token.ca], connectWithinMs: ANSWER_MS });
    this.jwt = poolJwtSource({ poolId: token.poolId, certificate: token.certificate, privateKeyPem }, Date.now);
    this.views = new ViewStream((view) => events.onView(view));
    // After its owner has it.
    queueMicrotask(() => events.onStatus(this.status));
    void this.follow();
  }

  register = (request: object) => this.offered<WorkerViews>('register', request);
  sync = (request: object) => this.offered<SyncResponse>('sync', request);
  retire = (request: object) => this.ask<RetireResponse>('retire', request);
  report = (request: object) => this.ask<ReportResponse>('report', request);

  async close(): Promise<void> {
    this.closing.abort();
    await this.connections.close();
  }

  private async follow(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const request = { after: this.views.after, waitSeconds: POLL_WAIT_SECONDS };
      try {
        this.views.watched(await this.ask<WorkerViews>('watch', request));
      } catch {
        await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async offered<T extends WorkerViews>(operation: Operation, request: object): Promise<T> {
    const answer = await this.ask<T>(operation, request);
    for (const view of answer.workers) this.views.offer(view);
    return answer;
  }

  private async ask<T>(operation: Operation, request: object): Promise<T> {
    const { token, session, userAgent } = this.options;
    const headers = {
      authorization: `Bearer ${await this.jwt()}`,
      'content-type': 'application/json',
      'user-agent': userAgent,
    };
    const body = JSON.stringify({ ...request, session });
    try {
      const path = `${WORKER_PATH}/${operation}`;
      const { signal } = this.closing;
      const answer = await this.connections.post({ path, headers, body, answerWithinMs: ANSWER_MS, signal });
      if (answer.statusCode !== 200) throw causeOfRefusal(answer.statusCode, parseJson(answer.text), token.endpoint);
      return JSON.parse(answer.text) as T;
    } catch (error) {
      throw causeOfFailure(error, token.endpoint);
    }
  }
}

export const connectLean: Connect = (options, events) => new LeanSession(options, events);
