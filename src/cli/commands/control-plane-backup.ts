import { Command } from 'commander';
import { withExamples } from '../api/help';
import { print } from '../api/output';
import { requireNode24 } from '../node-version';
import { wholeNumber } from '../options';
import { CONTROL_PLANE_SETTINGS, FILE_VARIABLE } from '../settings/control-plane';
import { addFlags, givenFlags } from '../settings/flags';
import { readSettings } from '../settings/read';

const FLAGS = { dataDir: CONTROL_PLANE_SETTINGS.dataDir };

const DATABASE_HELP = `
Where its database is, is found as the control plane finds it: WORKER_POOLS_DATABASE_URL names a PostgreSQL.`;

/** What the control plane is told, also by flags before the name of the command. */
function settingsOf(command: Command) {
  const commands = [command.parent, command].filter((each) => each !== null);
  const flags = new Map(commands.flatMap((each) => [...givenFlags(each, FLAGS)]));
  const file = command.optsWithGlobals<{ config?: string }>().config ?? process.env[FILE_VARIABLE];
  return readSettings(CONTROL_PLANE_SETTINGS, { flags, variables: process.env, file: file || undefined });
}

/** `worker-pools control-plane backup`. */
export function backupCommand(): Command {
  const command = new Command('backup')
    .description(
      'Write the database of a control plane into a file, while it runs. Keys and blobs are not in it. The file can be restored into SQLite and into PostgreSQL.',
    )
    .option('--to <file>', 'file to be made; only its owner can read it')
    .option('--folder <folder>', 'instead of --to: folder for a file that is called by the time')
    .option('--keep <number>', 'newest backups that stay in --folder; older ones are removed', wholeNumber(1));
  return withExamples(
    addFlags(command, FLAGS).addHelpText('after', DATABASE_HELP).action(backUp),
    'control-plane backup --data-dir /var/lib/worker-pools --to /backup/control-plane.db',
    'control-plane backup --data-dir /var/lib/worker-pools --folder /backup --keep 7',
  );
}

interface BackupOptions {
  readonly to?: string;
  readonly folder?: string;
  readonly keep?: number;
}

async function backUp({ to, folder, keep }: BackupOptions, command: Command): Promise<void> {
  requireNode24('control-plane backup');
  if ((to === undefined) === (folder === undefined))
    command.error('error: name either a file (--to) or a folder (--folder)');
  if (to !== undefined && keep !== undefined) command.error('error: --keep is of a folder (--folder)');
  const { backup, backupInto, databasePlace } = await import('../../control-plane/backup');
  const place = databasePlace(settingsOf(command));
  const copyTheRest = 'Keys and blobs are not in it: copy them, too.';
  if (to !== undefined) {
    await backup(place, to);
    print(`${to} has the database. ${copyTheRest}`);
    return;
  }
  const { made, removed } = await backupInto(place, { folder: folder!, keep: keep ?? Infinity, now: Date.now() });
  print(`${made} has the database. ${copyTheRest}${removed.map((path) => `\n${path} is removed.`).join('')}`);
}

/** `worker-pools control-plane restore`. */
export function restoreCommand(): Command {
  const command = new Command('restore')
    .description(
      'Put a backup in the place of the database of a control plane that is stopped. It starts with the same keys as before; runs that went on meanwhile are found again.',
    )
    .requiredOption('--from <file>', 'backup of SQLite or PostgreSQL, of this version or an older one');
  return withExamples(
    addFlags(command, FLAGS).addHelpText('after', DATABASE_HELP).action(bringBack),
    'control-plane restore --data-dir /var/lib/worker-pools --from /backup/control-plane.db',
  );
}

async function bringBack({ from }: { readonly from: string }, command: Command): Promise<void> {
  requireNode24('control-plane restore');
  const { restore, databasePlace } = await import('../../control-plane/backup');
  const former = await restore(from, databasePlace(settingsOf(command)));
  const kept = former === undefined ? '' : ` What was there before is in ${former}.`;
  print(`The database is as it was in ${from}.${kept} Start the control plane with the keys that it had.`);
}
