import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { apiAction } from '../api/command';
import { RESTORE_STATE, STATE_VERSIONS, UNLOCK_STATE } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { findStack } from '../api/operations';
import { print, PrintedPieces, table, when } from '../api/output';
import { UsageError, UserError } from '../run-program';

/** `worker-pools stack state`: the states that the control plane keeps. */
export const stateCommand = (): Command =>
  commandGroup(
    'state',
    'Look at, fetch, bring and restore the state that is kept for a stack.',
    listCommand(),
    pullCommand(),
    pushCommand(),
    restoreCommand(),
    unlockCommand(),
  );

const ofStack = (name: string): Command => new Command(name).argument('<stack>', 'name or id of the stack');

function listCommand(): Command {
  const command = withOutput(ofStack('list').description('List the versions of the state, newest first.'));
  const example = withExamples(command, 'stack state list network');
  return apiAction<OutputFlags>(example, async (client, flags, given) => {
    const { id } = await findStack(client, given ?? '');
    const versions = (await client.query(STATE_VERSIONS, { id })).stack?.stateVersions ?? [];
    const rows = versions.map(({ number, serial, bytes, createdAt, runId, restoredFrom }) => {
      const by = restoredFrom === null ? 'pushed' : `restored from ${restoredFrom}`;
      return [String(number), String(serial ?? '-'), String(bytes), when(createdAt), runId ?? by];
    });
    const numbers = versions.map(({ number }) => String(number));
    output(flags, versions, numbers, table([['VERSION', 'SERIAL', 'BYTES', 'CREATED', 'BY'], ...rows]));
  });
}

function pullCommand(): Command {
  const command = ofStack('pull')
    .description('Print the state, or write it into a file. It may hold secrets.')
    .option('--version <number>', 'an older version (default: the newest)')
    .option('--out <file>', 'write into a new file that only you can read');
  withExamples(
    command,
    'stack state pull network --out network.tfstate',
    'stack state pull network --version 7 --out network-7.tfstate',
  );
  return apiAction<{ version?: string; out?: string }>(command, async (client, { version, out }, given) => {
    const { id } = await findStack(client, given ?? '');
    const query = version === undefined ? '' : `?version=${versionOf(version)}`;
    const content = await client.stream(`/api/v1/stacks/${id}/state${query}`);
    if (out === undefined) {
      const shown = new PrintedPieces();
      for await (const chunk of content.setEncoding('utf8')) shown.write(chunk as string);
      shown.end();
    } else {
      await pipeline(content, createWriteStream(out, { flags: 'wx', mode: 0o600 })).catch(asUserError(out));
      print(`The state is in ${out}. It may hold secrets: keep it to yourself.`);
    }
  });
}

function pushCommand(): Command {
  const command = ofStack('push')
    .argument('<file>', 'a state of OpenTofu or Terraform, such as terraform.tfstate')
    .description(
      'Bring the state of something that exists already, so that the stack goes on with it. Refused when it does not follow the newest version: another lineage, or no higher serial.',
    );
  return apiAction(
    withExamples(command, 'stack state push network ./terraform.tfstate'),
    async (client, _, given, file) => {
      const { id, name } = await findStack(client, given ?? '');
      const handle = await open(file ?? '').catch(asUserError(file ?? ''));
      await client.upload(`/api/v1/stacks/${id}/state`, createReadStream('', { fd: handle }));
      print(`Stack ${name} goes on with the state of ${file}.`);
    },
  );
}

function restoreCommand(): Command {
  const command = ofStack('restore')
    .argument('<version>', 'number of the version')
    .description(
      'Make a former version of the state the newest one; the others stay. Nothing that runs have applied is changed: the next plan shows what differs.',
    );
  return apiAction(withExamples(command, 'stack state restore network 7'), async (client, _, given, number) => {
    const { id, name } = await findStack(client, given ?? '');
    const version = versionOf(number ?? '');
    const { stackStateRestore: made } = await client.query(RESTORE_STATE, { stack: id, version });
    print(`Version ${version} of the state of stack ${name} is the newest one again, as version ${made.number}.`);
  });
}

function unlockCommand(): Command {
  const command = ofStack('unlock').description(
    'Take the lock of the state from the run that holds it. A run that has ended holds none: this is for one that hangs, and that nobody can stop.',
  );
  return apiAction(withExamples(command, 'stack state unlock network'), async (client, _, given) => {
    const { id, name } = await findStack(client, given ?? '');
    const { stackStateUnlock: lock } = await client.query(UNLOCK_STATE, { stack: id });
    print(
      `The state of stack ${name} is unlocked: run ${lock.runId} had locked it since ${when(lock.createdAt)} (${lock.operation}). If it is still at work, stop it.`,
    );
  });
}

function versionOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`${text} is no version: \`worker-pools stack state list\` has their numbers`);
}

function asUserError(file: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    if (error.code === undefined || error.syscall === undefined) throw error;
    throw new UserError(`${file}: ${error.code === 'EEXIST' ? 'is there already' : error.code}`);
  };
}
