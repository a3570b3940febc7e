import { Command } from 'commander';
import { requireNode24 } from '../node-version';
import { VERSION } from '../version';

/** `launcher init` and `launcher grpc`: the two containers of a run Pod that are ours. */
export function launcherCommand(): Command {
  const command = new Command('launcher').description('What runs in a run Pod beside the worker container.');
  command
    .command('init')
    .description('Start the run, prepare its workspace and steps, and exit.')
    .action(async () => (await containers()).runInit(VERSION));
  command
    .command('grpc')
    .description("Relay the worker container's output and outcome until everything is acknowledged.")
    .action(async () => (await containers()).runRelay(VERSION));
  return command;
}

function containers() {
  requireNode24('launcher');
  return import('../launcher/containers');
}
