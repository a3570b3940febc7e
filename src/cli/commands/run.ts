import { Command, Option } from 'commander';
import type { ResultOf } from 'gql.tada';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { CANCEL_RUN, CONFIRM_RUN, DISCARD_RUN, PRIORITIZE_RUN, RETRY_RUN, RUN, RUNS, STOP_RUN } from '../api/documents';
import { followLog, type LogEnd } from '../api/follow';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, EXIT_CODES, withExamples } from '../api/help';
import { triggerRun } from '../api/operations';
import { print, table, when } from '../api/output';
import { findPool } from './find-pool';
import { showList, showWhole, withWatch, type WatchFlags } from '../api/watch';
import { wholeNumber } from '../options';
import { UserError } from '../run-program';

type Run = ResultOf<typeof STOP_RUN>['run'];

interface FollowFlags extends OutputFlags {
  readonly follow?: boolean;
  readonly idempotencyKey?: string;
}

interface TriggerFlags extends FollowFlags {
  readonly proposed?: boolean;
  readonly autoDeploy?: boolean;
}

interface ListFlags extends WatchFlags {
  readonly stack?: string;
  readonly pool?: string;
  readonly limit?: number;
}

/** `worker-pools run`: trigger runs, follow their logs, decide on them. */
export function runCommand(): Command {
  return commandGroup(
    'run',
    'Trigger runs, follow their logs, and decide on them.',
    triggerCommand(),
    logCommand(),
    showCommand(),
    listCommand(),
    decision('confirm', 'Apply the plan of a run.', CONFIRM_RUN, ({ id, state }) => `Run ${id} is ${state}`),
    decision('discard', 'Discard the plan of a run.', DISCARD_RUN, ({ id, state }) => `Run ${id} is ${state}`),
    decision(
      'stop',
      'Stop a run: at once while it waits, otherwise by asking its Pod. What it has applied by then stays, and stands in the state if the stack has a backend or the control plane keeps it.',
      STOP_RUN,
      stopSentence,
    ),
    decision('cancel', 'Cancel a run that has not started; one that has is left alone.', CANCEL_RUN, stopSentence),
    retryCommand(),
    prioritizeCommand(),
  );
}

function triggerCommand(): Command {
  const command = new Command('trigger')
    .argument('<stack>', 'name or id of the stack')
    .description('Queue a run. With --follow: print its log until it is over; exit code 1 when it failed.')
    .addOption(new Option('--proposed', 'only plan, never apply').conflicts('autoDeploy'))
    .option('--auto-deploy', 'apply changes without asking, whatever the stack says');
  withExamples(
    withFollow(command),
    'run trigger network --follow',
    'run trigger network --proposed --follow',
    'run trigger network --idempotency-key "$CI_JOB_ID" --output name',
  );
  return apiAction<TriggerFlags>(command, async (client, flags, stack) =>
    sayQueued(client, flags, await triggerRun(client, stack ?? '', flags)),
  );
}

function withFollow(command: Command): Command {
  return withOutput(command)
    .addOption(new Option('--follow', 'print the log until the run is over').conflicts('output'))
    .option('--idempotency-key <key>', 'the same key again gives the same run of the stack, as long as that is kept')
    .addHelpText('after', EXIT_CODES);
}

async function sayQueued(client: ApiClient, flags: FollowFlags, run: Run): Promise<void> {
  output(flags, run, run.id, `Run ${run.id} of stack ${run.stackName} is ${run.state}`);
  if (run.waitsFor !== null && !flags.output) print(`It waits for ${run.waitsFor}.`, process.stderr);
  if (flags.follow) conclude(await follow(client, run.id));
}

function retryCommand(): Command {
  const command = new Command('retry')
    .argument('<id>', 'id of a run that failed, or was stopped, canceled or discarded')
    .description('Queue another run of the same kind, with the source that the stack has now.');
  withExamples(withFollow(command), 'run retry 01K3ZC0000000000000000000R --follow');
  return apiAction<FollowFlags>(command, async (client, flags, id = '') => {
    const { run } = await client.query(RETRY_RUN, { id, key: flags.idempotencyKey });
    await sayQueued(client, flags, run);
  });
}

function prioritizeCommand(): Command {
  const command = new Command('prioritize')
    .argument('<id>', 'id of the run')
    .description(
      'Let a run go before others of its pool whenever it waits for a worker. It does not overtake earlier runs of its stack.',
    )
    .option('--off', 'let it wait like the others again');
  withExamples(withOutput(command), 'run prioritize 01K3ZC0000000000000000000R');
  return apiAction<OutputFlags & { off?: boolean }>(command, async (client, flags, id = '') => {
    const { run } = await client.query(PRIORITIZE_RUN, { id, prioritize: !flags.off });
    const how = run.isPrioritized ? 'goes before others' : 'waits like the others';
    const why = run.waitsFor === null ? '' : ` It waits for ${run.waitsFor}.`;
    output(flags, run, run.id, `Run ${run.id} ${how}.${why}`);
  });
}

function logCommand(): Command {
  const command = new Command('log')
    .argument('<id>', 'id of the run')
    .description('Print the log of a run. With --follow: until it is over; exit code 1 when it failed.')
    .option('--follow', 'follow it until the run is over')
    .addHelpText(
      'after',
      `
In a terminal, colours and printable characters of the log are kept; other control characters are made visible, such as
^[ for escape. To a file or a pipe the log is written unchanged.
${EXIT_CODES}`,
    );
  withExamples(command, 'run log 01K3ZC0000000000000000000R --follow', 'run log 01K3ZC0000000000000000000R > run.log');
  return apiAction<{ follow?: boolean }>(command, async (client, flags, id) => {
    if (flags.follow) conclude(await follow(client, id ?? ''));
    else await followLog(client, id ?? '', false);
  });
}

function showCommand(): Command {
  const command = new Command('show')
    .alias('get')
    .argument('<id>', 'id of the run')
    .description('Show the state of a run, and what it is waiting for.');
  withExamples(withWatch(withOutput(command)), 'run show 01K3ZC0000000000000000000R');
  return apiAction<WatchFlags>(command, (client, flags, id = '') =>
    showWhole(client, flags, () => findRun(client, id), runText),
  );
}

async function findRun(client: ApiClient, id: string): Promise<Run> {
  const { run } = await client.query(RUN, { id });
  if (!run) throw new UserError(`run ${id} not found`);
  return run;
}

function runText(run: Run): string {
  const facts: [string, string | null][] = [
    ['Run', run.id],
    ['Stack', run.stackName],
    ['Kind', run.type === 'TRACKED' ? 'tracked: plans and applies' : 'proposed: plans only'],
    ['State', run.state],
    ['Priority', run.isPrioritized ? 'goes before others' : null],
    ['Waits for', run.waitsFor],
    ['Reason', run.reason],
    ['Message', run.message || null],
    ['Created', when(run.createdAt)],
  ];
  return table(facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

function listCommand(): Command {
  const command = new Command('list')
    .description('List the runs, newest first.')
    .option('--stack <stack>', 'only of this stack')
    .option('--pool <pool>', 'only of this pool')
    .option('--limit <number>', 'at most so many (default: 100)', wholeNumber(1, 1000));
  withExamples(
    withWatch(withOutput(command)),
    'run list --stack network',
    'run list --pool production --limit 10 --watch',
  );
  return apiAction<ListFlags>(command, async (client, flags) => {
    const pool = flags.pool === undefined ? undefined : (await findPool(client, flags.pool)).id;
    await showList<Run>(client, flags, {
      head: ['ID', 'STACK', 'STATE', 'REASON', 'CREATED'],
      row: (run) => [run.id, run.stackName, run.state, run.reason ?? '', when(run.createdAt)],
      ask: async () => (await client.query(RUNS, { stack: flags.stack, pool, first: flags.limit })).runs,
    });
  });
}

function decision(
  verb: string,
  description: string,
  mutation: typeof STOP_RUN,
  sentence: (run: Run) => string,
): Command {
  const command = withOutput(new Command(verb).argument('<id>', 'id of the run').description(description));
  withExamples(command, `run ${verb} 01K3ZC0000000000000000000R`);
  return apiAction<OutputFlags>(command, async (client, flags, id = '') => {
    const { run } = await client.query(mutation, { id });
    output(flags, run, run.id, sentence(run));
  });
}

function stopSentence({ id, state, finished }: Run): string {
  if (state === 'CANCELED') return `Run ${id} is CANCELED: it had not started`;
  if (finished) return `Run ${id} is ${state}: there is nothing left to stop`;
  const lost =
    state === 'APPLYING'
      ? ' What it has applied stays; its state is lost if the stack has no backend and the control plane does not keep it.'
      : '';
  return `Run ${id} is ${state} and was asked to stop.${lost} See it end with: worker-pools run log ${id} --follow`;
}

/** Follows a log; who leaves with Ctrl-C is told that the run does not. */
async function follow(client: ApiClient, id: string): Promise<LogEnd> {
  const leave = (): void => {
    print(
      `\nRun ${id} continues. Follow it again with: worker-pools run log ${id} --follow; stop it with: worker-pools run stop ${id}`,
      process.stderr,
    );
    process.exit(130);
  };
  process.once('SIGINT', leave);
  try {
    return await followLog(client, id, true);
  } finally {
    process.off('SIGINT', leave);
  }
}

function conclude(end: LogEnd): void {
  if (end.state === 'FINISHED') return;
  // Who stopped it and why is the last line of its log already.
  if (end.reason === 'Cancelled') throw new UserError(`the run is ${end.state}`);
  const why = end.message ? `: ${end.message}` : '';
  throw new UserError(`the run is ${end.state}${end.reason ? ` (${end.reason})` : ''}${why}`);
}
