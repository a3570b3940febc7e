import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { sleep } from '../../time';
import { seal } from '../../protocol/sealing';
import { pack } from '../archive';
import { hasNoRoom } from '../exchange';
import { CallError } from '../client';
import { EXIT } from '../../protocol/exit-codes';
import { LauncherExit } from '../exit';
import { retrying } from '../retry';
import type { RetryOptions } from '../retry';
import { decideOutcome } from './outcome';
import type { Outcome } from './outcome';
import type { RelayContext } from './context';
import { VOLUME_IS_FULL } from './supervise';
import type { WorkerResult } from './supervise';

/** The processes of the container end a moment after its first one; nothing may change the workspace while it is packed. */
const SETTLE_MS = 500;

/**
 * Hands on what is left when the worker container is gone: the rest of the log, the run state, the outcome.
 *
 * @throws LauncherExit (`workerLost`, `terminated`) when only the controller can know the outcome.
 */
export async function conclude(context: RelayContext, worker: WorkerResult): Promise<void> {
  const { run, journal, sender, grown, clock, logger, alsoRetry } = context;
  const trouble: RetryOptions = {
    clock,
    signal: new AbortController().signal,
    alsoRetry,
    onTrouble: (error) => logger.warn(error.message),
    onRecovery: () => logger.info('The control plane answers again.'),
  };
  let outcome = await outcomeOf(context, worker);
  if (outcome?.reason === 'Succeeded' && outcome.hasChanges && run.keepsWorkspace) {
    const refusal = await keepWorkspace(context, trouble);
    if (refusal !== undefined) outcome = { ...outcome, reason: 'ConfigError', message: refusal, hasChanges: false };
  }
  const lost = outcome === undefined && journal.ending === undefined;
  if (lost) await worker.collector.say('lost', 'The worker container ended without finishing the stage.');
  // Why a run was stopped stands in the log already.
  if (outcome !== undefined && outcome.message !== journal.ending?.message) {
    await worker.collector.say('outcome', outcome.message);
  }
  grown.ring();
  await sender.flushed();
  if (outcome === undefined) {
    const [code, cause] = lost
      ? [EXIT.workerLost, 'The worker container ended without finishing the stage, and without a word of how.']
      : [EXIT.terminated, 'The Pod is being ended from outside.'];
    throw new LauncherExit(code, cause);
  }
  await report(context, outcome, trouble);
  logger.info(outcome.message);
}

async function outcomeOf(context: RelayContext, { results }: WorkerResult): Promise<Outcome | undefined> {
  const { paths, run, journal } = context;
  const { stage, steps, planStep } = run;
  const outcome = decideOutcome({ stage, steps, results, planStep, ending: journal.ending });
  if (outcome !== undefined || journal.ending !== undefined) return outcome;
  const isFull = journal.volumeIsFull || (await hasNoRoom(paths.exchange));
  const message = `What the step ended with is not known. ${VOLUME_IS_FULL}`;
  return isFull ? { reason: 'ConfigError', message, exitCode: null, hasChanges: false } : undefined;
}

async function report({ client }: RelayContext, outcome: Outcome, trouble: RetryOptions): Promise<void> {
  await retrying(() => client.outcome(outcome), trouble);
}

/** Uploads the sealed workspace; returns a sentence when the control plane does not take it. */
async function keepWorkspace(context: RelayContext, trouble: RetryOptions): Promise<string | undefined> {
  const { client, clock, paths, access, run, identity } = context;
  const { runId, stack, stage } = run;
  await sleep(clock, SETTLE_MS, trouble.signal);
  let unreadable: Error | undefined;
  const sealed = (): Readable => {
    const packed = pack(paths.workspace);
    // An error of the file system has a path; one of the connection, which ends this stream too, has none.
    packed.on('error', (error) => {
      if ('path' in error) unreadable ??= error;
    });
    const origin = { runId, stack, stage, attempt: identity.attempt };
    return pipeline(packed, seal(access.credentials.privateKey, origin), () => undefined);
  };
  try {
    await retrying(async () => {
      // The next stage opens it with the key that the pool has then.
      await access.readAgain();
      try {
        await client.uploadWorkspace(sealed(), trouble.signal);
      } catch (error) {
        throw unreadable ?? error;
      }
    }, trouble);
    return undefined;
  } catch (error) {
    const tooLarge = error instanceof CallError && error.kind === 'too-large';
    if (error !== unreadable && !tooLarge) throw error;
    return `The workspace cannot be kept for the next stage: ${(error as Error).message}`;
  }
}
