import { pino } from 'pino';
import { RE2JS, RE2JSException } from 're2js';
import { runVcsAgent } from './agent';
import { VcsAgentError, type VcsAgentOptions } from './options';

export interface StartOptions extends Omit<VcsAgentOptions, 'allows' | 'logger'> {
  /** RE2. */
  readonly allowedProjects: string;
  readonly logLevel: string;
}

/** Runs an agent that logs to standard output, until the signal. @throws VcsAgentError */
export function start({ allowedProjects, logLevel, ...options }: StartOptions): Promise<void> {
  const logger = pino({ level: logLevel });
  return runVcsAgent({ ...options, logger, allows: allowing(allowedProjects) });
}

/** What the whole of a project's name must match. @throws VcsAgentError */
export function allowing(expression: string): (project: string) => boolean {
  try {
    const pattern = RE2JS.compile(expression);
    return (project) => pattern.matches(project);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new VcsAgentError(`SPACELIFT_VCS_AGENT_ALLOWED_PROJECTS is no regular expression: ${error.message}`);
  }
}
