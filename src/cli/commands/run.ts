import { Command, Option } from 'commander';
import type { ResultOf } from 'gql.tada';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { CONFIRM_RUN, DISCARD_RUN, RUN, RUNS, STOP_RUN } from '../api/documents';
import { followLog, type LogEnd } from '../api/follow';
import { commandGroup, EXIT_CODES, withExamples } from '../api/help';
import { triggerRun } from '../api/operations';
import { print, show, table, when } from '../api/output';
import { UserError } from '../run-program';

type Run = ResultOf<typeof STOP_RUN>['run'];

interface TriggerFlags {
  readonly follow?: boolean;
  readonly proposed?: boolean;
  readonly autoDeploy?: boolean;
}

/** `worker-pools run`: trigger runs, follow their logs, decide on them. */
export function runCommand(): Command {
  return commandGroup(
    'run',
    'Trigger runs, follow their logs, confirm, discard or stop them.',
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
  );
}

function triggerCommand(): Command {
  const command = new Command('trigger')
    .argument('<stack>', 'name or id of the stack')
    .description('Queue a run. With --follow: print its log until it is over; exit code 1 when it failed.')
    .option('--follow', 'print the log until the run is over')
    .addOption(new Option('--proposed', 'only plan, never apply').conflicts('autoDeploy'))
    .option('--auto-deploy', 'apply changes without asking, whatever the stack says')
    .addHelpText('after', EXIT_CODES);
  withExamples(command, 'run trigger network --follow', 'run trigger network --proposed --follow');
  return apiAction<TriggerFlags>(command, async (client, flags, stack) => {
    const run = await triggerRun(client, stack ?? '', flags);
    print(`Run ${run.id} of stack ${run.stackName} is ${run.state}`);
    if (run.waitsFor !== null) print(`It waits for ${run.waitsFor}.`, process.stderr);
    if (flags.follow) conclude(await follow(client, run.id));
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
    .argument('<id>', 'id of the run')
    .description('Show the state of a run, and what it is waiting for.')
    .option('--json', 'as JSON');
  withExamples(command, 'run show 01K3ZC0000000000000000000R');
  return apiAction<{ json?: boolean }>(command, async (client, flags, id) => {
    const { run } = await client.query(RUN, { id: id ?? '' });
    if (!run) throw new UserError(`run ${id} not found`);
    const facts: [string, string | null][] = [
      ['Run', run.id],
      ['Stack', run.stackName],
      ['Kind', run.type === 'TRACKED' ? 'tracked: plans and applies' : 'proposed: plans only'],
      ['State', run.state],
      ['Waits for', run.waitsFor],
      ['Reason', run.reason],
      ['Message', run.message || null],
      ['Created', when(run.createdAt)],
    ];
    show(flags, run, table(facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))));
  });
}

function listCommand(): Command {
  const command = new Command('list')
    .description('List the runs, newest first.')
    .option('--stack <stack>', 'only of this stack')
    .option('--json', 'as JSON');
  withExamples(command, 'run list --stack network');
  return apiAction<{ json?: boolean; stack?: string }>(command, async (client, flags) => {
    const { runs } = await client.query(RUNS, { stack: flags.stack });
    show(flags, runs, runTable(runs));
  });
}

function decision(
  verb: string,
  description: string,
  mutation: typeof STOP_RUN,
  sentence: (run: Run) => string,
): Command {
  const command = new Command(verb).argument('<id>', 'id of the run').description(description);
  return apiAction(withExamples(command, `run ${verb} 01K3ZC0000000000000000000R`), async (client, _, id) => {
    const { run } = await client.query(mutation, { id: id ?? '' });
    print(sentence(run));
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

function runTable(runs: readonly Run[]): string {
  const rows = runs.map((run) => [run.id, run.stackName, run.state, run.reason ?? '', when(run.createdAt)]);
  return table([['ID', 'STACK', 'STATE', 'REASON', 'CREATED'], ...rows]);
}
