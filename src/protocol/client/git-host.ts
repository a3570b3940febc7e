import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import { publicAuthorities } from '../../network/authorities';
import { connectorOf } from '../../network/connector';
import {
  GIT_REQUEST_HEADERS,
  GIT_RESPONSE_HEADERS,
  pickHeaders,
  targetOf,
  type GitAnswer,
  type GitRequest,
} from '../git-requests';
import { VCS_TIMES } from '../vcs-agents';
import { causeOfHost } from './causes';

/** The host did not answer as it should; the message is a sentence for people, without secrets. */
export class GitHostError extends Error {
  override readonly name = 'GitHostError';
}

export interface GitAsked {
  readonly headers: IncomingHttpHeaders;
  /** What the host is to know git by. */
  readonly authorization?: string | undefined;
  /** @default - none */
  readonly body?: Readable | undefined;
  readonly signal: AbortSignal;
}

/** A git host at its base address, for whoever is in its network: one host, and no redirect to another. */
export class GitHostClient {
  private readonly connections: Agent;
  readonly base: string;

  constructor(
    base: string,
    private readonly times: { readonly answerMs: number; readonly silenceMs: number } = VCS_TIMES,
  ) {
    this.base = base.replace(/\/+$/, '');
    this.connections = new Agent({ connect: connectorOf({ ca: publicAuthorities(), connectWithinMs: 10_000 }) });
  }

  async close(): Promise<void> {
    await this.connections.destroy();
  }

  /** The caller reads or destroys the body of the answer. @throws GitHostError, or what the signal was aborted with */
  async ask(git: GitRequest, { headers, authorization, body, signal }: GitAsked): Promise<GitAnswer> {
    let answer: Dispatcher.ResponseData;
    try {
      answer = await request(`${this.base}${targetOf(git)}`, {
        dispatcher: this.connections,
        method: git.operation === 'info/refs' ? 'GET' : 'POST',
        headers: { ...pickHeaders(headers, GIT_REQUEST_HEADERS), ...(authorization && { authorization }) },
        body: body ?? null,
        headersTimeout: this.times.answerMs,
        bodyTimeout: this.times.silenceMs,
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw new GitHostError(causeOfHost(error));
    }
    if (answer.statusCode >= 300 && answer.statusCode < 400) {
      await answer.body.dump();
      throw new GitHostError(redirected(git, answer));
    }
    const told = pickHeaders(answer.headers, GIT_RESPONSE_HEADERS);
    return { status: answer.statusCode, headers: told, body: answer.body };
  }
}

/** A redirect is no way out of the one host; most of them are of paths that people write without `.git`. */
function redirected({ repository }: GitRequest, { statusCode, headers }: Dispatcher.ResponseData): string {
  const location = typeof headers.location === 'string' ? headers.location : '';
  const path = location.replace(/[?#].*$/s, '').replace(/\/(info\/refs|git-upload-pack)$/, '');
  return `it redirects ${repository} (${statusCode}) to ${path || 'nowhere'}, which is not followed: give the stack the path that the host has for it`;
}
