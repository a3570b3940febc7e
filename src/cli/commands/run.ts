import { Command } from 'commander';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import {
  CANCEL_RUN,
  CONFIRM_RUN,
  DISCARD_RUN,
  PRIORITIZE_RUN,
  RETRY_RUN,
  RUN,
  SEARCH_RUNS,
  STOP_RUN,
} from '../api/documents';
import { followLog } from '../api/follow';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { findStack } from '../api/operations';
import { table, when } from '../api/output';
import { allFound } from '../api/pages';
import { findPool } from './find-pool';
import { deltaInWords } from '../api/plan-changes';
import { changesCommand } from './run-changes';
import { conclude, follow, sayQueued, withFollow, type FollowFlags, type Run } from './run-follow';
import { taskCommand, triggerCommand } from './run-trigger';
import { showList, showWhole, withWatch, type WatchFlags } from '../api/watch';
import { EXIT_CODES_HELP } from '../exit-codes';
import { collect, wholeNumber } from '../options';
import { notFound } from '../api/refused';

/** Where nobody says how many. */
const SHOWN = 100;

interface ListFlags extends WatchFlags {
  readonly state?: readonly string[];
  readonly type?: readonly string[];
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
    taskCommand(),
    logCommand(),
    showCommand(),
    changesCommand(),
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

function retryCommand(): Command {
  const command = new Command('retry')
    .argument('<run>', 'id of a run that failed, or was stopped, canceled or discarded')
    .description('Queue another run of the same kind, with the source that the stack has now.');
  withExamples(withFollow(command), 'run retry 01K3ZC0000000000000000000R --follow');
  return apiAction<FollowFlags>(command, async (client, flags, id = '') => {
    const { run } = await client.query(RETRY_RUN, { id, key: flags.idempotencyKey });
    await sayQueued(client, flags, run);
  });
}

function prioritizeCommand(): Command {
  const command = new Command('prioritize')
    .argument('<run>', 'id of the run')
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
    .alias('logs')
    .argument('<run>', 'id of the run')
    .description('Print the log of a run. With --follow: until it is over; exit code 1 when it failed.')
    .option('--follow', 'follow it until the run is over')
    .addHelpText(
      'after',
      `
In a terminal, colours and printable characters of the log are kept; other control characters are made visible, such as
^[ for escape. To a file or a pipe the log is written as it is, without its colours.
${EXIT_CODES_HELP}`,
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
    .argument('<run>', 'id of the run')
    .description('Show the state of a run, and what it is waiting for.');
  withExamples(withWatch(withOutput(command)), 'run show 01K3ZC0000000000000000000R');
  return apiAction<WatchFlags>(command, (client, flags, id = '') =>
    showWhole(client, flags, () => findRun(client, id), runText),
  );
}

async function findRun(client: ApiClient, id: string): Promise<Run> {
  const { run } = await client.query(RUN, { id });
  if (!run) throw notFound(`run ${id} not found`);
  return run;
}

function runText(run: Run): string {
  const facts: [string, string | null][] = [
    ['Run', run.id],
    ['Stack', run.stackName],
    ['Kind', run.kind],
    ['Command', run.command],
    ['Commit', run.commit && commitWords(run.commit)],
    ['Branch', run.branch],
    ['Project root', run.runtimeConfig.projectRoot],
    ['Runner image', run.runtimeConfig.runnerImage],
    ['Environment', run.runtimeConfig.environment.join(', ') || null],
    ['Drift', run.driftDetection ? driftWords(run) : null],
    ['State', run.state],
    ['Plan', run.delta && deltaInWords(run.delta)],
    ['Priority', run.isPrioritized ? 'goes before others' : null],
    ['Waits for', run.waitsFor],
    ['Reason', run.reason],
    ['Message', run.message || null],
    ['Created', when(run.createdAt)],
  ];
  return table(facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

const driftWords = ({ type }: Run): string => (type === 'PROPOSED' ? 'looks for it' : 'reconciles it');

function listCommand(): Command {
  const command = new Command('list')
    .description('List the runs, newest first.')
    .option('--stack <stack>', 'only of this stack')
    .option('--pool <pool>', 'only of this pool')
    .option('--state <state>', 'only in this state, such as UNCONFIRMED, repeatable', collect)
    .option('--type <type>', 'only of this type, such as TRACKED, repeatable', collect)
    .option('--limit <number>', `at most so many (default: ${SHOWN})`, wholeNumber(1, 1000));
  withExamples(
    withWatch(withOutput(command)),
    'run list --stack network',
    'run list --pool production --limit 10 --watch',
    'run list --state UNCONFIRMED --output name',
  );
  return apiAction<ListFlags>(command, async (client, flags) => {
    const predicates = await predicatesOf(client, flags);
    await showList<Run>(client, flags, {
      head: ['ID', 'STACK', 'TYPE', 'STATE', 'REASON', 'CREATED'],
      row: (run) => [run.id, run.stackName, run.type, run.state, run.reason ?? '', when(run.createdAt)],
      ask: () =>
        allFound(flags.limit ?? SHOWN, async (page) => {
          const input = { ...page, predicates };
          return (await client.query(SEARCH_RUNS, { input })).searchRuns;
        }),
    });
  });
}

async function predicatesOf(client: ApiClient, { stack, pool, state, type }: ListFlags) {
  const values = {
    stack: stack === undefined ? undefined : [(await findStack(client, stack)).id],
    workerPool: pool === undefined ? undefined : [(await findPool(client, pool)).id],
    state: state?.map((one) => one.toUpperCase()),
    type: type?.map((one) => one.toUpperCase()),
  };
  return Object.entries(values).flatMap(([field, stringMatches]) =>
    stringMatches === undefined ? [] : [{ field, constraint: { stringMatches } }],
  );
}

function decision(
  verb: string,
  description: string,
  mutation: typeof STOP_RUN,
  sentence: (run: Run) => string,
): Command {
  const command = withOutput(new Command(verb).argument('<run>', 'id of the run').description(description));
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

function commitWords({ hash, message, authorName }: NonNullable<Run['commit']>): string {
  const [subject = ''] = (message ?? '').split('\n', 1);
  return [hash, subject, authorName ? `(${authorName})` : ''].filter((one) => one !== '').join(' ');
}
