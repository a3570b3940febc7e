import { formatDuration } from '../../time';
import type { Ending } from './journal';

export interface Deadlines {
  readonly runTimeoutMs: number;
  readonly logsTimeoutMs: number;
}

/** By a clock that never jumps. */
export interface Progress {
  readonly now: number;
  readonly startedAt: number;
  readonly lastOutputAt: number;
}

/** Whether the stage took, or kept silent, too long. */
export function overdue(deadlines: Deadlines, progress: Progress): Omit<Ending, 'at'> | undefined {
  const { now, startedAt, lastOutputAt } = progress;
  if (now - startedAt >= deadlines.runTimeoutMs) {
    const limit = formatDuration(deadlines.runTimeoutMs);
    return { cause: 'run-timeout', message: `The stage took longer than ${limit} and was stopped.` };
  }
  if (now - lastOutputAt >= deadlines.logsTimeoutMs) {
    const limit = formatDuration(deadlines.logsTimeoutMs);
    return { cause: 'logs-timeout', message: `There was no output for ${limit}, so the stage was stopped.` };
  }
  return undefined;
}
