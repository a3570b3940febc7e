import type { VcsAgentToken } from '../protocol/vcs-agents';
import type { Clock } from '../time';
import type { VendorName } from './vendors';

/** What the agent says; pino has this shape. */
export interface Logger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** Which host an agent speaks for, and what it lets through. */
export interface TargetOptions {
  /** Base address of the host, to which the paths of repositories are added. */
  readonly targetBaseEndpoint: string;
  readonly vendor: VendorName;
  /** Whether the repositories of a project, such as `group/repository`, may be read. */
  readonly allows: (project: string) => boolean;
  readonly logger: Logger;
  /** How long the host may take to begin an answer, and to go on with one. @default VCS_TIMES */
  readonly times?: { readonly answerMs: number; readonly silenceMs: number } | undefined;
}

export interface VcsAgentOptions extends TargetOptions {
  readonly token: VcsAgentToken;
  /** Streams to each replica of the control plane: requests at once. */
  readonly parallelism: number;
  /** For people: of the host, or the Pod. */
  readonly name: string;
  readonly version: string;
  readonly clock: Clock;
  /** Ends it: idle streams at once, what is carried within `graceMs`. */
  readonly signal: AbortSignal;
  /** @default 25000 */
  readonly graceMs?: number | undefined;
  /** Without a ping for so long a stream is given up. @default VCS_TIMES.silentStreamMs */
  readonly silentStreamMs?: number | undefined;
}

/** The agent cannot go on; the message says why and what to do, and holds no secret. */
export class VcsAgentError extends Error {
  override readonly name = 'VcsAgentError';
}
