import { pino } from 'pino';
import { POD_VARIABLE } from '../protocol/environment';
import { EXIT } from '../protocol/exit-codes';
import { LauncherExit } from './exit';
import type { Logger } from './logger';

/**
 * Carries out `init` or the relay as this process: SIGTERM aborts the signal, and whatever it ends with is told in one
 * sentence and one code of its own. What nobody expected, in a callback or a promise that nobody awaits included, is a
 * crash and never looks like an outcome that was handed on.
 */
export async function carryOut(
  part: (logger: Logger, terminating: AbortSignal) => Promise<void>,
  lastWords: (sentence: string) => void,
): Promise<void> {
  const runUlid = process.env[POD_VARIABLE.runId];
  const logger = pino({ base: runUlid === undefined ? null : { run_ulid: runUlid } });
  const terminating = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => terminating.abort());
  const end = (error: unknown): never => {
    const { sentence, exitCode } = ending(error, terminating.signal);
    if (exitCode === EXIT.crashed) logger.error(error, sentence);
    else logger.error(sentence);
    try {
      lastWords(sentence);
    } catch {
      // The log has it.
    }
    process.exit(exitCode);
  };
  process.once('uncaughtException', end);
  process.once('unhandledRejection', end);
  try {
    await part(logger, terminating.signal);
  } catch (error) {
    end(error);
  }
}

function ending(error: unknown, terminating: AbortSignal): { sentence: string; exitCode: number } {
  if (error instanceof LauncherExit) return { sentence: error.message, exitCode: error.exitCode };
  if (terminating.aborted && terminating.reason === error) {
    return { sentence: 'The Pod is being ended.', exitCode: EXIT.terminated };
  }
  const cause = error instanceof Error ? error.message : String(error);
  return { sentence: `The launcher failed: ${cause}`, exitCode: EXIT.crashed };
}
