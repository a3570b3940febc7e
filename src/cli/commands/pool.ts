import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { ResultOf } from 'gql.tada';
import { stringify } from 'yaml';
import { checkPoolName, idOf } from '../../control-plane/names';
import { parseToken } from '../../protocol/token';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { DELETE_POOL, POOLS, POOLS_WITH_TOKENS, STACKS } from '../api/documents';
import { commandGroup, withExamples } from '../api/help';
import { createPool, poolSecret } from '../api/operations';
import { makePoolKey, type KeyKind } from '../api/pool-key';
import { print, show, table } from '../api/output';
import { RefusedError } from '../api/refused';
import { UserError } from '../run-program';

interface CreateFlags {
  readonly out: string;
  readonly key: KeyKind;
  readonly description?: string;
  readonly kubernetesSecret?: string;
  readonly namespace: string;
}

/** `worker-pools pool`: make, show and delete pools. */
export function poolCommand(): Command {
  return commandGroup(
    'pool',
    'Create, list and delete worker pools of a control plane.',
    createCommand(),
    showCommand(),
    listCommand(),
    deleteCommand(),
  );
}

function createCommand(): Command {
  const command = new Command('create')
    .argument('<name>', 'name of the pool')
    .description('Create a pool and a key for it. The private key is generated here and never leaves this machine.')
    .requiredOption('--out <dir>', 'folder for private-key.pem, token and secret.yaml')
    .addOption(
      new Option('--key <kind>', 'kind of key: ec (P-256) or rsa (4096 bits)').choices(['ec', 'rsa']).default('rsa'),
    )
    .option('--description <text>', 'what the pool is for')
    .option('--kubernetes-secret <name>', 'name of the Secret in secret.yaml (default: the name of the pool)')
    .option('--namespace <namespace>', 'namespace of the Secret', 'default');
  withExamples(
    command,
    'pool create production --out ./production --namespace network',
    'pool create "Main worker" --out ./main --kubernetes-secret main-worker --key ec',
  );
  return apiAction<CreateFlags>(command, async (client, flags, given) => {
    const name = checkPoolName(given ?? '');
    const metadata = secretMetadata(name, flags);
    const paths = outputPaths(flags.out);
    const { privateKeyPem, csrPem } = await makePoolKey(flags.key);
    // Written first: a pool whose key was lost could not be used.
    writeNew(paths.privateKey, privateKeyPem);
    const { description } = flags;
    const pool = await createPool(client, { name, csrPem, ...(description && { description }) }).catch(
      (error: unknown) => {
        if (!(error instanceof RefusedError)) throw keptKey(error, name, paths.privateKey);
        rmSync(paths.privateKey);
        throw error;
      },
    );
    writeNew(paths.token, pool.token);
    writeNew(paths.secret, stringify(poolSecret(metadata, pool.token, privateKeyPem)));
    print(`Pool ${name} is ${pool.id}.`);
    const local = localEndpoint(pool.token);
    if (local !== undefined) {
      print(
        `Note: its token says that the control plane is at ${local}, which no Pod can reach: start the control plane with --public-url, then create the pool again.`,
        process.stderr,
      );
    }
    print(`Its key, token and Secret are in ${flags.out}. Apply the Secret with: kubectl apply -f ${paths.secret}`);
  });
}

function showCommand(): Command {
  const command = new Command('show')
    .argument('<pool>', 'name or id of the pool')
    .description('Show a pool. With --token: its token alone, as it goes into the Secret.')
    .option('--token', 'print the token; it is useless without the private key')
    .option('--json', 'as JSON, without the token');
  withExamples(command, 'pool show production', 'pool show production --token > token');
  return apiAction<{ token?: boolean; json?: boolean }>(command, async (client, flags, given) => {
    const { config, ...pool } = await findPool(client, given ?? '');
    if (flags.token) return print(config);
    show(flags, pool, poolTable([pool]));
  });
}

function listCommand(): Command {
  const command = new Command('list').description('List the pools.').option('--json', 'as JSON');
  return apiAction<{ json?: boolean }>(withExamples(command, 'pool list'), async (client, flags) => {
    const { workerPools } = await client.query(POOLS);
    show(flags, workerPools, poolTable(workerPools));
  });
}

function deleteCommand(): Command {
  const command = new Command('delete')
    .argument('<pool>', 'name or id of the pool')
    .description(
      'Delete a pool: its token and key stop working. Refused while it has unfinished runs. Delete its WorkerPool in the cluster first.',
    );
  return apiAction(withExamples(command, 'pool delete production'), async (client, _, given) => {
    const { id, name } = await findPool(client, given ?? '');
    await client.query(DELETE_POOL, { id });
    const { stacks } = await client.query(STACKS);
    const left = stacks.filter(({ workerPool }) => workerPool === null).map((stack) => stack.name);
    print(`Pool ${name} is deleted.`);
    if (left.length > 0) {
      print(
        `Note: these stacks have no pool now: ${left.join(', ')}. Assign another one with: worker-pools stack update STACK --pool POOL`,
        process.stderr,
      );
    }
  });
}

/** @throws UserError when there is none, or more than one of that name */
async function findPool(
  client: ApiClient,
  nameOrId: string,
): Promise<ResultOf<typeof POOLS_WITH_TOKENS>['workerPools'][number]> {
  const { workerPools } = await client.query(POOLS_WITH_TOKENS);
  const byId = workerPools.find(({ id }) => id === idOf(nameOrId));
  const [first, ...others] = byId ? [byId] : workerPools.filter(({ name }) => name === nameOrId);
  if (!first) throw new UserError(`worker pool ${nameOrId} not found`);
  if (others.length > 0) throw new UserError(`${others.length + 1} pools are named ${nameOrId}: give the id`);
  return first;
}

function secretMetadata(name: string, flags: CreateFlags): { name: string; namespace: string } {
  const metadata = { name: flags.kubernetesSecret ?? name, namespace: flags.namespace };
  if (!isKubernetesName(metadata.name, 253, true)) {
    throw new UserError(
      `"${metadata.name}" is not a valid name of a Secret (lowercase letters, digits, dashes and dots): give --kubernetes-secret`,
    );
  }
  if (!isKubernetesName(metadata.namespace, 63, false)) {
    throw new UserError(
      `--namespace: "${metadata.namespace}" is not a valid namespace (lowercase letters, digits, dashes)`,
    );
  }
  return metadata;
}

function isKubernetesName(name: string, longest: number, dots: boolean): boolean {
  const parts = dots ? name.split('.') : [name];
  return name.length <= longest && parts.every((part) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(part));
}

/** Nobody knows whether the pool was made, so the key that it would need stays. */
function keptKey(error: unknown, name: string, path: string): unknown {
  if (!(error instanceof UserError)) return error;
  return new UserError(
    `${error.message}. The key is kept in ${path}: should \`worker-pools pool list\` show the pool, \`worker-pools pool show ${name} --token\` prints its token; else remove the key and try again`,
  );
}

/** The address in a token when it means the very machine that reads it. */
function localEndpoint(token: string): string | undefined {
  const { endpoint } = parseToken(token);
  return /^(localhost|127\..*|\[::1\])$/.test(new URL(endpoint).hostname) ? endpoint : undefined;
}

function poolTable(pools: ResultOf<typeof POOLS>['workerPools']): string {
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
  if (taken) throw new UserError(`${taken} already exists: choose another --out, so that no key is overwritten`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(`--out: the folder cannot be created: ${(error as Error).message}`);
  }
  return paths;
}

function writeNew(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
}
