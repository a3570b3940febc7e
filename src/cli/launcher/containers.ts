import { writeFileSync } from 'node:fs';
import { PATH } from '../../api/names';
import { carryOut } from '../../launcher/carry-out';
import { readIdentity } from '../../launcher/identity';
import { init } from '../../launcher/init/init';
import type { Logger } from '../../launcher/logger';
import { relay } from '../../launcher/relay/relay';
import { SHIM_PATH } from '../../launcher/shim/path';
import { systemClock } from '../../time';
import { openSpans } from '../../tracing/open-spans';
import { NO_SPANS, type Spans } from '../../tracing/spans';

/** Where the kubelet looks for a container's last words. */
const TERMINATION_LOG = '/dev/termination-log';

/** The container `init`, to its end. */
export const runInit = (version: string): Promise<void> =>
  carryOut((logger, terminating) => initContainer(version, logger, terminating), lastWords);

/** The container `launcher-grpc`, to its end. */
export const runRelay = (version: string): Promise<void> =>
  carryOut((logger, terminating) => relayContainer(version, logger, terminating), lastWords);

async function initContainer(version: string, logger: Logger, terminating: AbortSignal): Promise<void> {
  const identity = readIdentity(process.env);
  const common = { identity, paths: PATH, environment: process.env, clock: systemClock, logger };
  await withSpans(version, logger, (spans) =>
    init({ ...common, shim: SHIM_PATH, signal: terminating, version, spans }),
  );
}

async function relayContainer(version: string, logger: Logger, terminating: AbortSignal): Promise<void> {
  const identity = readIdentity(process.env);
  const print = (text: string): void => void process.stdout.write(text);
  const common = { identity, paths: PATH, environment: process.env, clock: systemClock, logger };
  await withSpans(version, logger, (spans) => relay({ ...common, print, terminating, spans }));
}

/** What is wrong with traces is no reason to lose a run. */
async function withSpans(version: string, logger: Logger, work: (spans: Spans) => Promise<void>): Promise<void> {
  const warn = (message: string): void => logger.warn(message);
  const spans = await openSpans({ service: 'worker-pools-launcher', version, variables: process.env, warn }).catch(
    (error: unknown) => {
      warn(error instanceof Error ? error.message : String(error));
      return NO_SPANS;
    },
  );
  try {
    await work(spans);
  } finally {
    await spans.close();
  }
}

function lastWords(sentence: string): void {
  // Only where the kubelet has made the file.
  writeFileSync(TERMINATION_LOG, sentence, { flag: 'r+' });
}
