import type { Outputs } from '../../protocol/messages';
import { LAUNCHER_VARIABLE } from '../../protocol/environment';
import { CallError } from '../client';
import { retrying, type RetryOptions } from '../retry';
import type { RelayContext } from './context';
import type { Outcome } from './outcome';
import type { WorkerResult } from './supervise';

/** Hands on what the tool has shown, before the outcome. */
export async function tellWhatWasShown(
  context: Pick<RelayContext, 'client' | 'clock' | 'journal'>,
  worker: Pick<WorkerResult, 'plan' | 'outputs' | 'collector'>,
  { reason, hasChanges }: Outcome,
  trouble: RetryOptions,
): Promise<void> {
  if (hasChanges) await tellChanges(context, worker, trouble);
  else if (reason === 'Succeeded') await tellOutputs(context, worker, trouble);
}

/** How long it is tried; the outcome does not wait for it any longer. */
export const CHANGES_TOLD_FOR_MS = 60_000;

/** Hands on what the plan changes. That it fails takes nothing from the run. */
async function tellChanges(
  { client, clock }: Pick<RelayContext, 'client' | 'clock'>,
  { plan, collector }: Pick<WorkerResult, 'plan' | 'collector'>,
  trouble: RetryOptions,
): Promise<void> {
  if (plan === undefined) return;
  const say = (why: string) => collector.say('no-changes', `There is no list of the changes of the plan: ${why}.`);
  if ('why' in plan) return say(plan.why);
  const until = clock.now() + CHANGES_TOLD_FOR_MS;
  try {
    await retrying(() => client.changes(plan.told), { ...trouble, until });
  } catch (error) {
    if (!(error instanceof CallError) || error.kind === 'fenced') throw error;
    await say(error.message.replace(/\.$/, ''));
  }
}

/** Of a line of the log, which says that a relay before this one has told them. */
const TOLD = 'outputs';

/**
 * Hands on the outputs, however long that takes: the outcome waits, because other stacks go by them once it is known. That they
 * cannot be had, or are not taken, takes nothing from the run.
 */
async function tellOutputs(
  { client, journal }: Pick<RelayContext, 'client' | 'journal'>,
  { outputs, collector }: Pick<WorkerResult, 'outputs' | 'collector'>,
  trouble: RetryOptions,
): Promise<void> {
  if (outputs === undefined || journal.said(TOLD)) return;
  const say = (why: string) => collector.say('no-outputs', `The outputs were not taken: ${why}.`);
  if ('why' in outputs) return say(outputs.why);
  try {
    await retrying(() => client.outputs(outputs.told), trouble);
  } catch (error) {
    if (!(error instanceof CallError) || error.kind === 'fenced') throw error;
    return say(error.message.replace(/\.$/, ''));
  }
  await collector.say(TOLD, outputsInWords(outputs.told));
}

/** What became of them; names alone. */
export function outputsInWords({ outputs, isCut }: Outputs): string {
  const names = (why: 'sensitive' | 'too-large') =>
    outputs.filter(({ withheld }) => withheld === why).map(({ name }) => name);
  const [sensitive, tooLarge] = [names('sensitive'), names('too-large')];
  const taken = outputs.length - sensitive.length - tooLarge.length;
  return [
    `Outputs: the values of ${taken} of ${outputs.length} were taken.`,
    ...(sensitive.length > 0
      ? [
          `Sensitive, and therefore kept in the Pod (${LAUNCHER_VARIABLE.sensitiveOutputs} of the pool lets them out): ${listed(sensitive)}.`,
        ]
      : []),
    ...(tooLarge.length > 0 ? [`Too large: ${listed(tooLarge)}.`] : []),
    ...(isCut ? ['There are more than are taken of a stack.'] : []),
  ].join(' ');
}

const MOST_NAMES = 10;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
