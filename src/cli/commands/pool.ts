import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { apiAction } from '../api/command';
import { createPool, poolSecret } from '../api/operations';
import { makePoolKey, type KeyKind } from '../api/pool-key';
import { print, printJson, table } from '../api/output';
import { UserError } from '../run-program';

interface CreateFlags {
  readonly out: string;
  readonly key: KeyKind;
  readonly description?: string;
  readonly kubernetesSecret?: string;
  readonly namespace: string;
}

/** `worker-pools pool`: make and list pools. */
export function poolCommand(): Command {
  const command = new Command('pool').description('Make and list worker pools of a control plane.');
  apiAction<CreateFlags>(
    command
      .command('create')
      .argument('<name>', 'name of the pool')
      .description('Make a key and a pool for it. The private key is made here and never leaves this machine.')
      .requiredOption('--out <dir>', 'folder for private-key.pem, token and secret.yaml')
      .addOption(
        new Option('--key <kind>', 'kind of key: ec (P-256) or rsa (4096 bits)').choices(['ec', 'rsa']).default('rsa'),
      )
      .option('--description <text>', 'what the pool is for')
      .option('--kubernetes-secret <name>', 'name of the Secret in secret.yaml (default: the name of the pool)')
      .option('--namespace <namespace>', 'namespace of the Secret', 'default'),
    async (client, flags, name) => {
      const paths = outputPaths(flags.out);
      const { privateKeyPem, csrPem } = await makePoolKey(flags.key);
      // Written first: a pool whose key was lost could not be used.
      writeNew(paths.privateKey, privateKeyPem);
      const { description } = flags;
      const pool = await createPool(client, { name: name ?? '', csrPem, ...(description && { description }) }).catch(
        (error: unknown) => {
          rmSync(paths.privateKey);
          throw error;
        },
      );
      writeNew(paths.token, pool.token);
      const metadata = { name: flags.kubernetesSecret ?? name ?? '', namespace: flags.namespace };
      writeNew(paths.secret, stringify(poolSecret(metadata, pool.token, privateKeyPem)));
      print(`Pool ${name} is ${pool.id}.`);
      print(
        `Its key, token and Secret are in ${flags.out}; bring it into the cluster with: kubectl apply -f ${paths.secret}`,
      );
    },
  );
  apiAction<{ json?: boolean }>(
    command.command('list').description('List the pools.').option('--json', 'as JSON'),
    async (client, flags) => {
      const { workerPools } = await client.query<{ workerPools: PoolRow[] }>(
        '{ workerPools { id name workersCount busyWorkers pendingRuns } }',
      );
      if (flags.json) printJson(workerPools);
      else print(poolTable(workerPools));
    },
  );
  return command;
}

interface PoolRow {
  readonly id: string;
  readonly name: string;
  readonly workersCount: number;
  readonly busyWorkers: number;
  readonly pendingRuns: number;
}

function poolTable(pools: readonly PoolRow[]): string {
  const rows = pools.map((pool) => [
    pool.id,
    pool.name,
    ...[pool.workersCount, pool.busyWorkers, pool.pendingRuns].map(String),
  ]);
  return table([['ID', 'NAME', 'WORKERS', 'BUSY', 'WAITING RUNS'], ...rows]);
}

function outputPaths(folder: string): { privateKey: string; token: string; secret: string } {
  const paths = {
    privateKey: join(folder, 'private-key.pem'),
    token: join(folder, 'token'),
    secret: join(folder, 'secret.yaml'),
  };
  const taken = Object.values(paths).find((path) => existsSync(path));
  if (taken) throw new UserError(`${taken} exists already: take another --out, so that no key is overwritten`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(`--out: the folder cannot be made: ${(error as Error).message}`);
  }
  return paths;
}

function writeNew(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
}
