import { writeFileSync } from 'node:fs';
import { PATH } from '../../api/names';
import { carryOut } from '../../launcher/carry-out';
import { readIdentity } from '../../launcher/identity';
import { init } from '../../launcher/init/init';
import type { Logger } from '../../launcher/logger';
import { relay } from '../../launcher/relay/relay';
import { SHIM_PATH } from '../../launcher/shim/path';
import { systemClock } from '../../time';

/** Where the kubelet looks for a container's last words. */
const TERMINATION_LOG = '/dev/termination-log';

/** The container `init`, to its end. */
export const runInit = (version: string): Promise<void> =>
  carryOut((logger, terminating) => initContainer(version, logger, terminating), lastWords);

/** The container `launcher-grpc`, to its end. */
export const runRelay = (): Promise<void> => carryOut(relayContainer, lastWords);

async function initContainer(version: string, logger: Logger, terminating: AbortSignal): Promise<void> {
  const identity = readIdentity(process.env);
  await init({
    identity,
    paths: PATH,
    environment: process.env,
    shim: SHIM_PATH,
    clock: systemClock,
    logger,
    signal: terminating,
    version,
  });
}

async function relayContainer(logger: Logger, terminating: AbortSignal): Promise<void> {
  const identity = readIdentity(process.env);
  const print = (text: string): void => void process.stdout.write(text);
  await relay({ identity, paths: PATH, environment: process.env, clock: systemClock, logger, print, terminating });
}

function lastWords(sentence: string): void {
  // Only where the kubelet has made the file.
  writeFileSync(TERMINATION_LOG, sentence, { flag: 'r+' });
}
