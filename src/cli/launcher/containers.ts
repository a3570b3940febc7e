import { writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { PATH } from '../../api/names';
import { LauncherExit } from '../../launcher/exit';
import { readIdentity } from '../../launcher/identity';
import { init } from '../../launcher/init/init';
import type { Logger } from '../../launcher/logger';
import { relay } from '../../launcher/relay/relay';
import { SHIM_PATH } from '../../launcher/shim/path';
import { systemClock } from '../../time';
import { POD_VARIABLE } from '../../protocol/environment';

/** Where the kubelet looks for a container's last words. */
const TERMINATION_LOG = '/dev/termination-log';

/** The container `init`, to its end. */
export const runInit = (): Promise<void> => carryOut(initContainer);

/** The container `launcher-grpc`, to its end. */
export const runRelay = (): Promise<void> => carryOut(relayContainer);

async function initContainer(logger: Logger, terminating: AbortSignal): Promise<void> {
  const identity = readIdentity(process.env);
  await init({
    identity,
    paths: PATH,
    environment: process.env,
    shim: SHIM_PATH,
    clock: systemClock,
    logger,
    signal: terminating,
  });
}

async function relayContainer(logger: Logger, terminating: AbortSignal): Promise<void> {
  const identity = readIdentity(process.env);
  const print = (text: string): void => void process.stdout.write(text);
  await relay({ identity, paths: PATH, environment: process.env, clock: systemClock, logger, print, terminating });
}

async function carryOut(part: (logger: Logger, terminating: AbortSignal) => Promise<void>): Promise<void> {
  const runUlid = process.env[POD_VARIABLE.runId];
  const logger = pino({ base: runUlid === undefined ? null : { run_ulid: runUlid } });
  const terminating = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => terminating.abort());
  try {
    await part(logger, terminating.signal);
  } catch (error) {
    const sentence =
      error instanceof Error && terminating.signal.reason === error ? 'The Pod is being ended.' : words(error);
    logger.error(sentence);
    // Only where the kubelet has made the file.
    await writeFile(TERMINATION_LOG, sentence, { flag: 'r+' }).catch(() => undefined);
    process.exitCode = error instanceof LauncherExit ? error.exitCode : 1;
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
