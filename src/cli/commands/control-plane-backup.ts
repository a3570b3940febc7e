import { Command, Option } from 'commander';
import { withExamples } from '../api/help';
import { print } from '../api/output';
import { requireNode24 } from '../node-version';
import { UserError } from '../run-program';

interface Flags {
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly to: string;
  readonly from: string;
}

const withDatabase = (command: Command): Command =>
  command
    .addOption(
      new Option('--data-dir <dir>', 'folder of the control plane, which has its SQLite')
        .default('./control-plane-data')
        .env('WORKER_POOLS_DATA_DIR'),
    )
    .addOption(
      new Option('--database-url <url>', 'its PostgreSQL; the variable keeps the password to itself').env(
        'WORKER_POOLS_DATABASE_URL',
      ),
    );

/** `worker-pools control-plane backup`. */
export function backupCommand(): Command {
  const command = new Command('backup')
    .description(
      'Write the database of a control plane into a file, while it runs. Keys and blobs are not in it. The file can be restored into SQLite and into PostgreSQL.',
    )
    .requiredOption('--to <file>', 'file to be made; only its owner can read it');
  return withExamples(
    withDatabase(command).action((_: unknown, self: Command) => backUp(self.optsWithGlobals())),
    'control-plane backup --data-dir /var/lib/worker-pools --to /backup/control-plane.db',
  );
}

async function backUp({ dataDir, databaseUrl, to }: Flags): Promise<void> {
  requireNode24('control-plane backup');
  const { backup, databasePlace } = await import('../../control-plane/backup');
  await backup(databasePlace(dataDir, databaseUrl), to).catch(sentence);
  print(`${to} has the database. Keys and blobs are not in it: copy them, too.`);
}

/** `worker-pools control-plane restore`. */
export function restoreCommand(): Command {
  const command = new Command('restore')
    .description(
      'Put a backup in the place of the database of a control plane that is stopped. It starts with the same keys as before; runs that went on meanwhile are found again.',
    )
    .requiredOption('--from <file>', 'backup of SQLite or PostgreSQL, of this version or an older one');
  return withExamples(
    withDatabase(command).action((_: unknown, self: Command) => bringBack(self.optsWithGlobals())),
    'control-plane restore --data-dir /var/lib/worker-pools --from /backup/control-plane.db',
  );
}

async function bringBack({ dataDir, databaseUrl, from }: Flags): Promise<void> {
  requireNode24('control-plane restore');
  const { restore, databasePlace } = await import('../../control-plane/backup');
  const former = await restore(from, databasePlace(dataDir, databaseUrl)).catch(sentence);
  const kept = former === undefined ? '' : ` What was there before is in ${former}.`;
  print(`The database is as it was in ${from}.${kept} Start the control plane with the keys that it had.`);
}

/** What is wrong with a database or a file is told in a sentence. */
function sentence(error: Error): never {
  throw new UserError(error.message);
}
