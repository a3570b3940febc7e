import { Command } from 'commander';
import type { ResultOf } from 'gql.tada';
import { checkPoolName } from '../../control-plane/names';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { confirm, withConfirmation, type ConfirmFlags } from '../api/confirm';
import { CYCLE_POOL, DELETE_POOL, POOL_TOKEN, POOLS, RESET_POOL, STACKS, UNLOCK_POOL } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { createPool } from '../api/operations';
import { print } from '../api/output';
import { PoolFiles, withCredentials, type CredentialFlags } from '../api/pool-files';
import { findPool, poolNotFound } from './find-pool';
import { showList, showWhole, withWatch, type WatchFlags } from '../api/watch';
import { poolDetails, poolText } from './pool-details';
import { historyCommand } from './pool-history';
import { updateCommand } from './pool-update';

interface CreateFlags extends CredentialFlags, OutputFlags {
  readonly description?: string;
}

/** `worker-pools pool`: make, show, change and delete pools. */
export function poolCommand(): Command {
  return commandGroup(
    'pool',
    'Create, show, change and delete worker pools of a control plane.',
    createCommand(),
    showCommand(),
    listCommand(),
    historyCommand(),
    updateCommand(),
    resetCommand(),
    cycleCommand(),
    unlockCommand(),
    deleteCommand(),
  );
}

function createCommand(): Command {
  const command = new Command('create')
    .argument('<name>', 'name of the pool')
    .description('Create a pool and a key for it. The private key is generated here and never leaves this machine.')
    .option('--description <text>', 'what the pool is for');
  withExamples(
    withOutput(withCredentials(command)),
    'pool create production --out ./production --namespace network',
    'pool create "Main worker" --out ./main --kubernetes-secret main-worker --key ec',
  );
  return apiAction<CreateFlags>(command, async (client, flags, given) => {
    const name = checkPoolName(given ?? '');
    const files = PoolFiles.prepare(name, flags);
    const { description } = flags;
    const { id, token } = await files.write((csrPem) =>
      createPool(client, { name, csrPem, ...(description && { description }) }),
    );
    if (flags.output) return output(flags, { id, name }, id, '');
    print(`Pool ${name} is ${id}.`);
    files.tell(token);
  });
}

function showCommand(): Command {
  const command = new Command('show')
    .alias('get')
    .argument('<pool>', 'name or id of the pool')
    .description(
      'Show a pool: its settings, its queue with what each run waits for, and the stacks that it runs. With --token: its token alone, as it goes into the Secret.',
    )
    .option('--token', 'print the token; it is useless without the private key');
  withExamples(withWatch(withOutput(command)), 'pool show production --watch', 'pool show production --token > token');
  return apiAction<WatchFlags & { token?: boolean }>(command, async (client, flags, given = '') => {
    const { id } = await findPool(client, given);
    if (flags.token) return print(await tokenOf(client, id));
    await showWhole(client, flags, () => poolDetails(client, id), poolText);
  });
}

async function tokenOf(client: ApiClient, id: string): Promise<string> {
  const { workerPool } = await client.query(POOL_TOKEN, { id });
  if (!workerPool) throw poolNotFound(id);
  return workerPool.config;
}

type Pool = ResultOf<typeof POOLS>['workerPools'][number];

function listCommand(): Command {
  const command = withWatch(withOutput(new Command('list').description('List the pools.')));
  return apiAction<WatchFlags>(withExamples(command, 'pool list', 'pool list --watch'), (client, flags) =>
    showList<Pool>(client, flags, {
      head: ['ID', 'NAME', 'WORKERS', 'BUSY', 'DRAINED', 'WAITING RUNS'],
      row: ({ id, name, ...counts }) => [
        id,
        name,
        ...[counts.workersCount, counts.busyWorkers, counts.drainedWorkers, counts.pendingRuns].map(String),
      ],
      ask: async () => (await client.query(POOLS)).workerPools,
    }),
  );
}

function resetCommand(): Command {
  const command = new Command('reset')
    .argument('<pool>', 'name or id of the pool')
    .description(
      'Give a pool a new key and token. The former ones are refused from then on; runs that have started finish and report.',
    );
  withExamples(
    withOutput(withConfirmation(withCredentials(command))),
    'pool reset production --out ./production-2 --namespace network',
    'pool reset production --out ./production-2 --yes',
  );
  return apiAction<CredentialFlags & ConfirmFlags & OutputFlags>(command, async (client, flags, given = '') => {
    const { id, name } = await findPool(client, given);
    const files = PoolFiles.prepare(name, flags);
    await confirm(
      flags,
      `The token and the key of pool ${name} are refused at once. Its workers get no further run until its Secret is replaced; runs that have started finish.`,
      `Reset pool ${name}?`,
    );
    const { token } = await files.write(async (csr) => ({
      token: (await client.query(RESET_POOL, { id, csr })).workerPoolReset.config,
    }));
    if (flags.output) return output(flags, { id, name }, id, '');
    print(`Pool ${name} has a new token.`);
    files.tell(token);
  });
}

function cycleCommand(): Command {
  const command = new Command('cycle')
    .argument('<pool>', 'name or id of the pool')
    .description('Replace every worker of a pool: idle ones go at once, busy ones after their run.');
  withExamples(withOutput(withConfirmation(command)), 'pool cycle production', 'pool cycle production --yes');
  return apiAction<ConfirmFlags & OutputFlags>(command, async (client, flags, given = '') => {
    const { id, name } = await findPool(client, given);
    await confirm(
      flags,
      `Every worker of pool ${name} goes, drained or not: idle ones at once, busy ones after their run.`,
      `Cycle pool ${name}?`,
    );
    await client.query(CYCLE_POOL, { id });
    output(
      flags,
      { id, name },
      id,
      `The workers of pool ${name} go; see it with: worker-pools worker list ${name} --watch`,
    );
  });
}

function unlockCommand(): Command {
  const command = new Command('unlock')
    .argument('<pool>', 'name or id of the pool')
    .description(
      'Let people change a pool that a cluster manages: one that its WorkerPool has made. It stays so, whatever becomes of that WorkerPool.',
    );
  withExamples(withOutput(withConfirmation(command)), 'pool unlock production', 'pool unlock production --yes');
  return apiAction<ConfirmFlags & OutputFlags>(command, async (client, flags, given = '') => {
    const { id, name } = await findPool(client, given);
    await confirm(
      flags,
      `People may change pool ${name} then, behind the back of its WorkerPool.`,
      `Unlock pool ${name}?`,
    );
    await client.query(UNLOCK_POOL, { id });
    output(flags, { id, name }, id, `Pool ${name} is unlocked.`);
  });
}

function deleteCommand(): Command {
  const command = new Command('delete')
    .argument('<pool>', 'name or id of the pool')
    .description(
      'Delete a pool: its token and key stop working. Refused while it has unfinished runs. Delete its WorkerPool in the cluster first.',
    );
  withExamples(withOutput(command), 'pool delete production', 'pool delete production --output name');
  return apiAction<OutputFlags>(command, async (client, flags, given) => {
    const { id, name } = await findPool(client, given ?? '');
    await client.query(DELETE_POOL, { id });
    const { stacks } = await client.query(STACKS);
    const left = stacks.filter(({ workerPool }) => workerPool === null).map((stack) => stack.name);
    output(flags, { id, name }, id, `Pool ${name} is deleted.`);
    if (left.length > 0) {
      print(
        `Note: these stacks have no pool now: ${left.join(', ')}. Assign another one with: worker-pools stack update STACK --pool POOL`,
        process.stderr,
      );
    }
  });
}
