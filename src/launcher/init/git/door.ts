import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { gitRequestOf, type GitAnswer, type GitRequest } from '../../../protocol/git-requests';
import type { GitAsked } from '../../../protocol/client/git-host';
import type { GitCredentials } from '../../../protocol/messages';
import { VCS_REFUSAL_HEADER } from '../../../protocol/vcs-agents';
import { CallError } from '../../client';
import { GitError } from './git-error';

const LOOPBACK = '127.0.0.1';
const SECRET_HEADER = 'worker-pools-door';

/** By which a git host is asked. */
export interface Way {
  /** @throws CallError, or GitError */
  ask(git: GitRequest, asked: GitAsked): Promise<GitAnswer>;
  close(): Promise<void>;
}

/**
 * Where git finds the host behind VCS agents: on the loopback, for as long as the clone takes. git needs no credentials
 * then, neither those of the pool for the control plane nor those of the stack for the host; whoever else is in the Pod knows not
 * the secret that git is given in its environment.
 */
export class Door {
  private readonly secret = randomBytes(32).toString('base64url');
  private readonly closing = new AbortController();
  private last: GitError | undefined;

  private constructor(
    private readonly server: Server,
    private readonly pool: string,
    private readonly way: Way,
    private readonly credentials: GitCredentials,
  ) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async open(pool: string, way: Way, credentials: GitCredentials): Promise<Door> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, LOOPBACK, resolve);
    });
    return new Door(server, pool, way, credentials);
  }

  /** What was refused on the way to the host, and not by the host itself: git knows less of it. */
  get refusal(): GitError | undefined {
    return this.last;
  }

  /** For git: that the URLs of the pool lead here, past every proxy, and by what it is known. */
  get environment(): Readonly<Record<string, string>> {
    const origin = `http://${LOOPBACK}:${(this.server.address() as AddressInfo).port}/`;
    const settings = [
      [`url.${origin}.insteadOf`, `private://${this.pool}/`],
      [`http.${origin}.extraHeader`, `${SECRET_HEADER}: ${this.secret}`],
      [`http.${origin}.proxy`, ''],
      // git rewrites an address once: http leads here alone, and what names it itself is of a protocol that is not allowed.
      ['url.refused://.insteadOf', 'http://'],
    ];
    return {
      GIT_ALLOW_PROTOCOL: 'http:https:ssh',
      GIT_CONFIG_COUNT: String(settings.length),
      ...Object.fromEntries(
        settings.flatMap(([key, value], index) => [
          [`GIT_CONFIG_KEY_${index}`, key],
          [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
      ),
    };
  }

  async close(): Promise<void> {
    this.closing.abort();
    await new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
    await this.way.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    if (headers[SECRET_HEADER] !== this.secret) return end(response, 403, 'this is for the git of init alone');
    const git = gitRequestOf(method, url);
    if (!git) return end(response, 403, 'a VCS agent carries what git clone and git fetch send, and nothing else');
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, this.closing.signal]);
    const body = git.operation === 'info/refs' ? undefined : request;
    try {
      const answer = await this.way.ask(git, { headers, authorization: this.authorization, body, signal });
      this.last = undefined;
      const refusal = answer.headers[VCS_REFUSAL_HEADER];
      if (refusal !== undefined)
        this.last = new GitError(`${capital(decodeURIComponent(refusal))}.`, answer.status !== 403);
      response.writeHead(answer.status, answer.headers);
      await pipeline(answer.body, response);
    } catch (error) {
      this.refuse(response, error);
    }
  }

  private get authorization(): string | undefined {
    const { username = 'git', token } = this.credentials;
    return token === undefined ? undefined : `Basic ${Buffer.from(`${username}:${token}`).toString('base64')}`;
  }

  private refuse(response: ServerResponse, error: unknown): void {
    if (error instanceof GitError) this.last = error;
    if (error instanceof CallError) this.last = new GitError(`${capital(error.message)}.`, error.retryable);
    if (response.headersSent) return void response.destroy();
    end(response, 503, this.last?.message ?? 'the way to the host broke off');
  }
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/\.$/, '');

function end(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}
