import { Command } from 'commander';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { CREATE_DRIFT, DELETE_DRIFT, TRIGGER_DRIFT, UPDATE_DRIFT } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { findStack, type Stack } from '../api/operations';
import { print, table, when } from '../api/output';
import { showWhole, withWatch, type WatchFlags } from '../api/watch';
import { collect } from '../options';
import { sayQueued, withFollow, type FollowFlags } from './run-follow';

interface SetFlags extends OutputFlags {
  readonly schedule: string[];
  readonly timezone?: string;
  readonly reconcile?: boolean;
  readonly ignoreState?: boolean;
}

/** `worker-pools stack drift`: when drift is looked for, and what was found. */
export const driftCommand = (): Command =>
  commandGroup(
    'drift',
    'Look for what was changed past a stack, at the times of a schedule or now.',
    setCommand(),
    showCommand(),
    deleteCommand(),
    triggerCommand(),
  );

const ofStack = (name: string): Command => new Command(name).argument('<stack>', 'name or id of the stack');

function setCommand(): Command {
  const command = ofStack('set')
    .description('Say when drift of a stack is looked for, in place of what was said before.')
    .requiredOption('--schedule <cron>', 'minute, hour, day of the month, month, day of the week; repeatable', collect)
    .option('--timezone <name>', 'time zone of the schedule, such as Europe/Berlin (default: UTC)')
    .option('--reconcile', 'queue a tracked run where drift is found; it applies as the stack says')
    .option('--ignore-state', 'look for it though the newest run had no success, or the source was not applied yet');
  withExamples(
    withOutput(command),
    'stack drift set network --schedule "0 6 * * 1-5" --timezone Europe/Berlin',
    'stack drift set network --schedule @hourly --reconcile',
  );
  return apiAction<SetFlags>(command, async (client, flags, given = '') => {
    const before = await findStack(client, given);
    const { schedule, timezone, reconcile, ignoreState } = flags;
    const variables = { stack: before.id, input: { schedule, timezone, reconcile, ignoreState } };
    await client.query(before.integrations.driftDetection ? UPDATE_DRIFT : CREATE_DRIFT, variables);
    showDrift(flags, await findStack(client, before.id));
  });
}

function showCommand(): Command {
  const command = ofStack('show')
    .alias('get')
    .description('Show when drift of a stack is looked for, and what was found.');
  withExamples(withWatch(withOutput(command)), 'stack drift show network');
  return apiAction<WatchFlags>(command, (client, flags, given = '') =>
    showWhole(client, flags, () => findDrift(client, given), driftText),
  );
}

function deleteCommand(): Command {
  const command = ofStack('delete').description('Look for drift of a stack no longer. What was found stays.');
  return apiAction(withExamples(command, 'stack drift delete network'), async (client, _, given = '') => {
    const { id, name } = await findStack(client, given);
    await client.query(DELETE_DRIFT, { stack: id });
    print(`Drift of stack ${name} is not looked for any more.`);
  });
}

function triggerCommand(): Command {
  const command = ofStack('trigger').description('Queue a run now that looks for drift of a stack.');
  withExamples(withFollow(command, 'once'), 'stack drift trigger network --follow');
  return apiAction<FollowFlags>(command, async (client, flags, given = '') => {
    const { id } = await findStack(client, given);
    await sayQueued(client, flags, (await client.query(TRIGGER_DRIFT, { stack: id })).run);
  });
}

/** What there is to know of a stack's drift. */
type Drift = Pick<Stack, 'id' | 'name' | 'driftCheckedAt' | 'driftedSince' | 'integrations'>;

async function findDrift(client: ApiClient, given: string): Promise<Drift> {
  return driftOf(await findStack(client, given));
}

const driftOf = ({ id, name, driftCheckedAt, driftedSince, integrations }: Stack): Drift => ({
  ...{ id, name, driftCheckedAt, driftedSince, integrations },
});

function showDrift(flags: OutputFlags, stack: Stack): void {
  output(flags, driftOf(stack), stack.id, driftText(stack));
}

function driftText(stack: Drift): string {
  const { driftDetection: times } = stack.integrations;
  return table([
    ['Stack', stack.name],
    ['Drift', driftWords(stack)],
    ...(times === null
      ? [['Schedule', '(none)']]
      : [
          ['Schedule', times.schedule.join(', ')],
          ['Time zone', times.timezone],
          ['Next', times.nextSchedule === null ? '(never)' : when(times.nextSchedule)],
          [
            'Last time',
            times.skipped === null ? 'looked for, if its time came yet' : `not looked for: ${times.skipped}`,
          ],
          ['When found', times.reconcile ? 'a tracked run reconciles it' : 'it is shown'],
          ['State of the stack', times.ignoreState ? 'ignored' : 'its newest run must have applied its source'],
        ]),
  ]);
}

/** Whether a stack has drifted, as far as that is known. */
export function driftWords({ driftCheckedAt, driftedSince }: Pick<Stack, 'driftCheckedAt' | 'driftedSince'>): string {
  if (driftCheckedAt === null) return 'never looked for';
  const looked = `looked for at ${when(driftCheckedAt)}`;
  return driftedSince === null ? `none (${looked})` : `since ${when(driftedSince)} (${looked})`;
}
