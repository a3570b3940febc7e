import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { causeOfHost } from '../protocol/client/causes';
import { GitHostClient, GitHostError } from '../protocol/client/git-host';
import { gitRequestOf, type GitRequest } from '../protocol/git-requests';
import { VCS_REFUSAL_HEADER } from '../protocol/vcs-agents';
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
  private readonly host: GitHostClient;

  constructor(private readonly options: TargetOptions) {
    this.host = new GitHostClient(options.targetBaseEndpoint, options.times);
  }

  async close(): Promise<void> {
    await this.host.close();
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
    const { headers } = asked;
    const body = git.operation === 'info/refs' ? undefined : asked;
    const answer = await this.host.ask(git, { headers, authorization: headers.authorization, body, signal });
    response.writeHead(answer.status, answer.headers);
    await pipeline(answer.body, response);
  }

  /** @returns what is logged */
  private refuse(response: ServerResponse, error: unknown, isGone: boolean): string {
    if (isGone) return 'broke off: nobody waits for the answer any more';
    if (response.headersSent) {
      response.destroy();
      return `the answer of the git host broke off: ${causeOfHost(error)}`;
    }
    const { status, message } = error instanceof Refusal ? error : new Refusal(502, this.sentenceOf(error));
    response.writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      [VCS_REFUSAL_HEADER]: encodeURIComponent(message),
    });
    response.end(`${message}\n`);
    return message;
  }

  private sentenceOf(error: unknown): string {
    const why = error instanceof GitHostError ? error.message : causeOfHost(error);
    return `the git host ${this.host.base} cannot be used by its VCS agent: ${why}`;
  }
}
