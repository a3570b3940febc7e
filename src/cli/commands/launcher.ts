import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
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

/** `launcher init` and `launcher grpc`: the two containers of a run Pod that are ours. */
export function launcherCommand(): Command {
  const command = new Command('launcher').description('What runs inside a run Pod, beside the worker container.');
  command
    .command('init')
    .description('Start the run and lay down its workspace and steps, then end.')
    .action(() => carryOut(runInit));
  command
    .command('grpc')
    .description("Relay the worker container's output and outcome until everything is acknowledged.")
    .action(() => carryOut(runRelay));
  return command;
}

async function runInit(logger: Logger, terminating: AbortSignal): Promise<void> {
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

async function runRelay(logger: Logger, terminating: AbortSignal): Promise<void> {
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
