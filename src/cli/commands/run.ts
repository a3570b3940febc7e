import { Command } from 'commander';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { followLog, type LogEnd } from '../api/follow';
import { triggerRun } from '../api/operations';
import { print, printJson, table, when } from '../api/output';
import { UserError } from '../run-program';

const FIELDS = 'id stackName state reason message createdAt finished';

interface RunRow {
  readonly id: string;
  readonly stackName: string;
  readonly state: string;
  readonly reason: string | null;
  readonly message: string;
  readonly createdAt: number;
}

interface TriggerFlags {
  readonly follow?: boolean;
  readonly proposed?: boolean;
  readonly autoDeploy?: boolean;
}

/** `worker-pools run`: trigger runs, follow their logs, decide on them. */
export function runCommand(): Command {
  const command = new Command('run').description('Trigger runs, follow their logs, confirm, discard or stop them.');
  apiAction<TriggerFlags>(
    command
      .command('trigger')
      .argument('<stack>', 'name or id of the stack')
      .description('Queue a run. With --follow: print its log until it is over; exit code 1 when it failed.')
      .option('--follow', 'print the log until the run is over')
      .option('--proposed', 'only plan, never apply')
      .option('--auto-deploy', 'apply changes without asking, whatever the stack says'),
    async (client, flags, stack) => {
      const run = await triggerRun(client, stack ?? '', flags);
      print(`Run ${run.id} of stack ${run.stackName} is ${run.state}`);
      if (flags.follow) conclude(await followLog(client, run.id, true));
    },
  );
  apiAction<{ follow?: boolean }>(
    command
      .command('log')
      .argument('<id>', 'id of the run')
      .description('Print the log of a run. With --follow: until it is over; exit code 1 when it failed.')
      .option('--follow', 'go on until the run is over'),
    async (client, flags, id) => {
      const end = await followLog(client, id ?? '', flags.follow ?? false);
      if (flags.follow) conclude(end);
    },
  );
  apiAction<{ json?: boolean; stack?: string }>(
    command
      .command('list')
      .description('List the runs, newest first.')
      .option('--stack <stack>', 'only of this stack')
      .option('--json', 'as JSON'),
    async (client, flags) => {
      const { runs } = await client.query<{ runs: RunRow[] }>(
        `query($stack: ID) { runs(stack: $stack) { ${FIELDS} } }`,
        {
          stack: flags.stack ?? null,
        },
      );
      if (flags.json) printJson(runs);
      else print(runTable(runs));
    },
  );
  decision(command, 'confirm', 'Apply what a run has planned.', 'runConfirm');
  decision(command, 'discard', 'Drop what a run has planned.', 'runDiscard');
  decision(command, 'stop', 'Stop a run: at once while it waits, otherwise by asking its Pod.', 'runStop');
  return command;
}

function decision(command: Command, verb: string, description: string, mutation: string): void {
  apiAction(
    command.command(verb).argument('<id>', 'id of the run').description(description),
    async (client: ApiClient, _, id) => {
      const answer = await client.query<Record<string, RunRow>>(
        `mutation($id: ID!) { ${mutation}(run: $id) { ${FIELDS} } }`,
        { id },
      );
      print(`Run ${id} is ${answer[mutation]?.state}`);
    },
  );
}

function conclude(end: LogEnd): void {
  if (end.state === 'FINISHED') return;
  const why = end.message ? `: ${end.message}` : '';
  throw new UserError(`the run is ${end.state}${end.reason ? ` (${end.reason})` : ''}${why}`);
}

function runTable(runs: readonly RunRow[]): string {
  const rows = runs.map((run) => [run.id, run.stackName, run.state, run.reason ?? '', when(run.createdAt)]);
  return table([['ID', 'STACK', 'STATE', 'REASON', 'CREATED'], ...rows]);
}
