import { hasNoRoom } from '../exchange';
import { EXIT } from '../../protocol/exit-codes';
import { LauncherExit } from '../exit';
import { retrying } from '../retry';
import type { RetryOptions } from '../retry';
import { keepWorkspace } from './keep-workspace';
import { decideOutcome } from './outcome';
import type { Outcome } from './outcome';
import type { RelayContext } from './context';
import { VOLUME_IS_FULL } from './supervise';
import { tellWhatWasShown } from './tell';
import type { WorkerResult } from './supervise';

/**
 * Hands on what is left when the worker container is gone: the rest of the log, the run state, the outcome.
 *
 * @param onReport called before the outcome is reported, whose answer says whether the attempt was over already
 * @throws LauncherExit (`workerLost`, `terminated`) when only the controller can know the outcome.
 */
export async function conclude(context: RelayContext, worker: WorkerResult, onReport: () => void): Promise<void> {
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
    const refusal = await keepWorkspace(context, worker.collector, trouble);
    if (refusal !== undefined) outcome = { ...outcome, reason: 'ConfigError', message: refusal, hasChanges: false };
  }
  if (outcome) await tellWhatWasShown(context, worker, outcome, trouble);
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
  onReport();
  await report(context, outcome, trouble);
  logger.info(outcome.message);
}

async function outcomeOf(context: RelayContext, { results }: WorkerResult): Promise<Outcome | undefined> {
  const { paths, run, journal } = context;
  const { stage, steps, planStep, missingTool } = run;
  const outcome = decideOutcome({ stage, steps, results, planStep, missingTool, ending: journal.ending });
  if (outcome !== undefined || journal.ending !== undefined) return outcome;
  const isFull = journal.volumeIsFull || (await hasNoRoom(paths.exchange));
  const message = `What the step ended with is not known. ${VOLUME_IS_FULL}`;
  return isFull ? { reason: 'ConfigError', message, exitCode: null, hasChanges: false } : undefined;
}

async function report({ client }: RelayContext, outcome: Outcome, trouble: RetryOptions): Promise<void> {
  await retrying(() => client.outcome(outcome), trouble);
}
