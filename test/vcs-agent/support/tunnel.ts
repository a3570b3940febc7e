import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { Hono } from 'hono';
import { VcsGateway, type Asked } from '../../../src/control-plane/vcs-agents';
import type { GatewayTimes } from '../../../src/control-plane/vcs-agents/gateway';
import { serve, type HttpListener } from '../../../src/control-plane/http/server';
import { streamServer, vcsAgentRoutes } from '../../../src/control-plane/http/vcs-agent-routes';
import { ProofChecks } from '../../../src/control-plane/identity/proof-checks';
import { Admission } from '../../../src/control-plane/admission';
import { RequestError } from '../../../src/control-plane/errors';
import { LIMIT } from '../../../src/control-plane/limits';
import { gitRequestOf } from '../../../src/protocol/git-requests';
import { parseVcsAgentToken, type VcsAgentToken } from '../../../src/protocol/vcs-agents';
import { systemClock } from '../../../src/time';
import { runVcsAgent } from '../../../src/vcs-agent/agent';
import type { VcsAgentOptions } from '../../../src/vcs-agent/options';
import type { TestQueue } from '../../control-plane/support/queue';

/** A replica of the control plane, as far as VCS agents are concerned, with a door for git of whoever knows it. */
export class TunnelReplica {
  private constructor(
    readonly queue: TestQueue,
    readonly gateway: VcsGateway,
    private readonly listener: HttpListener,
    private readonly door: Server,
  ) {}

  static async start(queue: TestQueue, pool: string, times: Partial<GatewayTimes> = {}): Promise<TunnelReplica> {
    const { context } = queue;
    const gateway = new VcsGateway(context, times);
    const admission = new Admission();
    const proofs = new ProofChecks(admission.proofs);
    const app = new Hono().route('/', vcsAgentRoutes({ context, admission, proofs, gateway }));
    const listener = await serve(
      app,
      { host: '127.0.0.1', port: 0 },
      null,
      admission,
      undefined,
      LIMIT,
      streamServer(),
    );
    gateway.start();
    const door = createServer((request, response) => void answer(queue, gateway, pool, request, response));
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    return new TunnelReplica(queue, gateway, listener, door);
  }

  get port(): number {
    return this.listener.port;
  }

  /** Where git finds the repositories of the pool. */
  get url(): string {
    return `http://127.0.0.1:${(this.door.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.listener.close();
    await new Promise((resolve) => {
      this.door.close(resolve);
      this.door.closeAllConnections();
    });
  }
}

async function answer(
  { context }: TestQueue,
  gateway: VcsGateway,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { method = '', url = '', headers } = request;
    const git = gitRequestOf(method, url);
    // As the control plane does it.
    if (!git) return void response.writeHead(403).end();
    const pool = (await context.store.read.vcsAgents.findByName(name))!;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const asked: Asked = {
      ...git,
      headers: headers as Record<string, string>,
      authorization: headers.authorization,
      body: method === 'POST' ? request : undefined,
      signal: gone.signal,
    };
    const { status, headers: told, body } = await gateway.carry(pool, asked);
    response.writeHead(status, told);
    pipeline(body, response, () => undefined);
  } catch (error) {
    const { message } = error as Error;
    response.writeHead(error instanceof RequestError ? 503 : 500, { 'content-type': 'text/plain' }).end(`${message}\n`);
  }
}

/** The token of a new pool, for agents that find the control plane at a port of the loopback interface. */
export async function newPool(queue: TestQueue, name: string, port: number): Promise<VcsAgentToken> {
  const { config } = await queue.admin.vcsAgents.create({ name });
  return { ...parseVcsAgentToken(config!)!, endpoint: `http://127.0.0.1:${port}`, ca: '' };
}

/** Agents that run until the test is over. */
export class Agents {
  private readonly running: { readonly stop: AbortController; readonly ended: Promise<unknown> }[] = [];
  readonly lines: { readonly message: string; readonly facts: object }[] = [];

  start(options: Pick<VcsAgentOptions, 'token' | 'targetBaseEndpoint'> & Partial<VcsAgentOptions>) {
    const stop = new AbortController();
    const log = (facts: object, message: string) => void this.lines.push({ facts, message });
    const ended = runVcsAgent({
      ...{ vendor: 'git', allows: () => true, parallelism: 2, name: 'an agent', version: '1.2.3' },
      ...{ clock: systemClock, graceMs: 1_000, signal: stop.signal, logger: { info: log, warn: log } },
      ...options,
    });
    const agent = { stop, ended: ended.catch((error: unknown) => error) };
    this.running.push(agent);
    return agent;
  }

  async close(): Promise<void> {
    for (const { stop } of this.running) stop.abort();
    await Promise.all(this.running.map(({ ended }) => ended));
  }
}
