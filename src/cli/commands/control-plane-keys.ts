import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { withExamples } from '../api/help';
import { print } from '../api/output';
import { requireNode24 } from '../node-version';
import { UsageError, UserError } from '../run-program';

interface KeysFlags {
  readonly out?: string;
  readonly secret?: string;
  readonly namespace: string;
  readonly from?: string;
}

/** `worker-pools control-plane keys`: all keys of a control plane, for a folder or as a Secret. */
export function keysCommand(): Command {
  const command = new Command('keys')
    .description('Make the keys of a control plane, for several processes that share them, or to replace some.')
    .option('--out <dir>', 'folder for them; those that it has stay')
    .option('--secret <name>', 'print them as a Secret of Kubernetes')
    .option('--namespace <namespace>', 'namespace of the Secret', 'default')
    .option('--from <dir>', 'folder, such as a data folder, whose keys the Secret gets; it is not changed')
    .action(makeKeys);
  return withExamples(
    command,
    'control-plane keys --out ./keys',
    'control-plane keys --secret control-plane-keys --namespace worker-pools --from ./data | kubectl apply -f -',
  );
}

async function makeKeys({ out, secret, namespace, from }: KeysFlags): Promise<void> {
  requireNode24('control-plane keys');
  if ((out === undefined) === (secret === undefined)) {
    throw new UsageError('give --out for a folder, or --secret for a Secret of Kubernetes');
  }
  if (from !== undefined && !existsSync(from)) throw new UserError(`--from: there is no folder ${from}`);
  const { completeFolder, completeKeys } = await import('../../control-plane/new-keys');
  if (out !== undefined) {
    if (from !== undefined)
      throw new UsageError('--from belongs to --secret; --out completes the folder that it names');
    const made = await completeFolder(out);
    print(made.length === 0 ? `${out} has all keys already.` : `Made in ${out}: ${made.join(', ')}.`);
    return;
  }
  const stringData = await completeKeys(from);
  print(
    stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: secret, namespace }, type: 'Opaque', stringData }),
  );
}

interface RotateFlags {
  readonly keys: string;
  readonly prepare?: boolean;
}

/** `worker-pools control-plane rotate-encryption-key`. */
export function rotateEncryptionKeyCommand(): Command {
  const command = new Command('rotate-encryption-key')
    .description(
      'Add a key for the secrets in the database. A control plane that runs takes it within a minute, encrypts everything with it again, and says in its log when the former key may go.',
    )
    .requiredOption('--keys <file>', 'the file encryption.keys')
    .option(
      '--prepare',
      'let it be known only: where several processes share the keys, all must know it before one writes with it',
    )
    .action(rotateKey);
  return withExamples(command, 'control-plane rotate-encryption-key --keys ./data/encryption.keys');
}

async function rotateKey({ keys, prepare = false }: RotateFlags): Promise<void> {
  requireNode24('control-plane rotate-encryption-key');
  if (!existsSync(keys)) throw new UserError(`--keys: there is no file ${keys}`);
  const { addEncryptionKey } = await import('../../control-plane/new-keys');
  const id = addEncryptionKey(keys, prepare ? 'last' : 'first');
  print(
    prepare
      ? `The key ${id} is the last in ${keys}. When every process has the file, put its line first.`
      : `The key ${id} is the first in ${keys}.`,
  );
}
