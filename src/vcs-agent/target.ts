import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Agent, request, type Dispatcher } from 'undici';
import { publicAuthorities } from '../network/authorities';
import { connectorOf } from '../network/connector';
import { causeOfHost } from '../protocol/client/causes';
import {
  GIT_REQUEST_HEADERS,
  GIT_RESPONSE_HEADERS,
  gitRequestOf,
  pickHeaders,
  targetOf,
  type GitRequest,
} from '../protocol/git-requests';
import { VCS_TIMES } from '../protocol/vcs-agents';
import type { TargetOptions } from './options';
import { exampleOf, projectOf } from './vendors';

/** What the agent answers in place of the host; git shows the sentence. */
class Refusal extends Error {
  constructor(
    readonly status: 403 | 502,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The git host, for what the control plane asks. The agent is the one that protects the network: whatever the control plane let
 * through, it carries what git sends to read a repository that it allows, to its one host, and follows no redirect.
 */
export class Target {
  private readonly connections: Agent;
  private readonly base: string;

  constructor(private readonly options: TargetOptions) {
    this.base = options.targetBaseEndpoint.replace(/\/+$/, '');
    this.connections = new Agent({ connect: connectorOf({ ca: publicAuthorities(), connectWithinMs: 10_000 }) });
  }

  async close(): Promise<void> {
    await this.connections.destroy();
  }

  /** Answers a request that came over a stream; never rejects. */
  async answer(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const begun = performance.now();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    let repository = '';
    let failure = '';
    try {
      const git = this.allowed(asked);
      repository = git.repository;
      await this.forward(git, asked, response, gone.signal);
    } catch (error) {
      failure = this.refuse(response, error, gone.signal.aborted);
    }
    const facts = {
      ...{ method: asked.method, repository, status: response.statusCode },
      milliseconds: Math.round(performance.now() - begun),
    };
    if (failure === '') this.options.logger.info(facts, 'carried');
    else this.options.logger.warn(facts, failure);
  }

  /** @throws Refusal */
  private allowed({ method = '', url = '' }: IncomingMessage): GitRequest {
    const { vendor, allows } = this.options;
    const git = gitRequestOf(method, url);
    if (!git) throw new Refusal(403, 'a VCS agent carries what git clone and git fetch send, and nothing else');
    const project = projectOf(vendor, git.repository);
    if (project === undefined) {
      const shape = `a repository of ${vendor} has a path such as ${exampleOf(vendor)}`;
      throw new Refusal(403, `${git.repository} is none: ${shape}`);
    }
    if (allows(project)) return git;
    throw new Refusal(403, `this VCS agent does not allow project ${project} (SPACELIFT_VCS_AGENT_ALLOWED_PROJECTS)`);
  }

  private async forward(git: GitRequest, asked: IncomingMessage, response: ServerResponse, signal: AbortSignal) {
    const { answerMs, silenceMs } = this.options.times ?? VCS_TIMES;
    const { authorization } = asked.headers;
    const answer = await request(`${this.base}${targetOf(git)}`, {
      dispatcher: this.connections,
      method: git.operation === 'info/refs' ? 'GET' : 'POST',
      headers: { ...pickHeaders(asked.headers, GIT_REQUEST_HEADERS), ...(authorization && { authorization }) },
      body: git.operation === 'info/refs' ? null : asked,
      headersTimeout: answerMs,
      bodyTimeout: silenceMs,
      signal,
    });
    if (answer.statusCode >= 300 && answer.statusCode < 400) {
      await answer.body.dump();
      throw new Refusal(502, redirected(git, answer));
    }
    response.writeHead(answer.statusCode, pickHeaders(answer.headers, GIT_RESPONSE_HEADERS));
    await pipeline(answer.body, response);
  }

  /** @returns what is logged */
  private refuse(response: ServerResponse, error: unknown, isGone: boolean): string {
    if (isGone) return 'broke off: nobody waits for the answer any more';
    if (response.headersSent) {
      response.destroy();
      return `the answer of the git host broke off: ${causeOfHost(error)}`;
    }
    const { status, message } =
      error instanceof Refusal
        ? error
        : new Refusal(502, `the git host ${this.base} cannot be reached by its VCS agent: ${causeOfHost(error)}`);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
    return message;
  }
}

/** A redirect is no way out of the one host; most of them are of paths that people write without `.git`. */
function redirected({ repository }: GitRequest, { statusCode, headers }: Dispatcher.ResponseData): string {
  const location = typeof headers.location === 'string' ? headers.location : '';
  const path = location.replace(/[?#].*$/s, '').replace(/\/(info\/refs|git-upload-pack)$/, '');
  return `the git host redirects ${repository} (${statusCode}) to ${path || 'nowhere'}, which a VCS agent does not follow: give the stack the path that the host has for it`;
}
