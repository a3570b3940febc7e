import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { ResultOf } from 'gql.tada';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { DRAIN_WORKER, WORKERS } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { named } from '../api/named';
import { print, when } from '../api/output';
import { findPool, poolNotFound } from './find-pool';
import { showList, withWatch, type WatchFlags } from '../api/watch';
import { UserError } from '../run-program';

type RawWorker = NonNullable<ResultOf<typeof WORKERS>['workerPool']>['workers'][number];

interface Worker extends Omit<RawWorker, 'metadata'> {
  readonly metadata: Readonly<Record<string, string>>;
}

const WORDS = { what: 'worker', list: 'worker list POOL' } as const;

/** How often it is looked whether drained workers are idle. */
const WAIT_MS = 2_000;

/** `worker-pools worker`: the workers of a pool. */
export function workerCommand(): Command {
  return commandGroup(
    'worker',
    'List the workers of a pool, and drain them.',
    listCommand(),
    drainCommand(),
    undrainCommand(),
  );
}

function listCommand(): Command {
  const command = new Command('list')
    .argument('<pool>', 'name or id of the pool')
    .description(
      'List the workers of a pool, newest first: DRAINED, BUSY or IDLE, with their runs and their metadata.',
    );
  withExamples(withWatch(withOutput(command)), 'worker list production', 'worker list production --watch');
  return apiAction<WatchFlags>(command, async (client, flags, given = '') => {
    const { id } = await findPool(client, given);
    await showList<Worker>(client, flags, {
      head: ['ID', 'NAME', 'STATUS', 'RUN', 'CREATED', 'METADATA'],
      row: (worker) => [
        worker.id,
        worker.name,
        worker.status,
        worker.run ?? '',
        when(worker.createdAt),
        Object.entries(worker.metadata)
          .map(([name, value]) => `${name}=${value}`)
          .join(','),
      ],
      ask: () => workersOf(client, id),
    });
  });
}

function drainCommand(): Command {
  const command = new Command('drain')
    .argument('<pool>', 'name or id of the pool')
    .argument('<worker...>', 'names or ids of workers')
    .description(
      'Give workers no further run. What they have at hand goes on; they stay drained until they are undrained.',
    )
    .option('--wait', 'wait until they are idle');
  withExamples(
    withOutput(command),
    'worker drain production production-0 production-1',
    'worker drain production 01K3ZC0000000000000000000W --wait',
  );
  return apiAction<OutputFlags & { wait?: boolean }, [string, string[]]>(
    command,
    async (client, flags, pool, names) => {
      const { id } = await findPool(client, pool);
      const drained = await setDrained(client, id, names, true);
      if (flags.wait) await untilIdle(client, id, drained);
      show(flags, drained, (worker) =>
        worker.run === null || flags.wait
          ? `Worker ${worker.name} is drained.`
          : `Worker ${worker.name} is drained; run ${worker.run} goes on.`,
      );
    },
  );
}

function undrainCommand(): Command {
  const command = new Command('undrain')
    .argument('<pool>', 'name or id of the pool')
    .argument('<worker...>', 'names or ids of workers')
    .description('Give drained workers runs again.');
  withExamples(withOutput(command), 'worker undrain production production-0');
  return apiAction<OutputFlags, [string, string[]]>(command, async (client, flags, pool, names) => {
    const { id } = await findPool(client, pool);
    const undrained = await setDrained(client, id, names, false);
    show(flags, undrained, ({ name, drained }) =>
      drained
        ? `Worker ${name} goes with its pool's cycle: it gets no further run.`
        : `Worker ${name} gets runs again.`,
    );
  });
}

function show(flags: OutputFlags, workers: readonly Worker[], sentence: (worker: Worker) => string): void {
  output(
    flags,
    workers,
    workers.map(({ id }) => id),
    workers.map(sentence).join('\n'),
  );
}

/** Looks for all of them before it changes one. @throws UserError that names what is not there */
async function setDrained(
  client: ApiClient,
  pool: string,
  names: readonly string[],
  drain: boolean,
): Promise<Worker[]> {
  const workers = await workersOf(client, pool);
  const found = new Map(names.map((name) => named(workers, name, WORDS)).map((worker) => [worker.id, worker]));
  const changed: Worker[] = [];
  for (const id of found.keys()) changed.push(toWorker((await client.query(DRAIN_WORKER, { pool, id, drain })).worker));
  return changed;
}

/** One that is gone has nothing at hand any more. @throws UserError when somebody undrains one */
async function untilIdle(client: ApiClient, pool: string, drained: readonly Worker[]): Promise<void> {
  let told = false;
  for (;;) {
    const now = new Map((await workersOf(client, pool)).map((worker) => [worker.id, worker]));
    const left = drained.flatMap(({ id }) => now.get(id) ?? []);
    const undrained = left.find((worker) => !worker.drained);
    if (undrained) throw new UserError(`worker ${undrained.name} was undrained meanwhile`);
    const busy = left.filter((worker) => worker.busy);
    if (busy.length === 0) return;
    if (!told) print(`Waiting for ${busy.map(({ run }) => `run ${run}`).join(', ')} ...`, process.stderr);
    told = true;
    await sleep(WAIT_MS);
  }
}

async function workersOf(client: ApiClient, pool: string): Promise<Worker[]> {
  const { workerPool } = await client.query(WORKERS, { id: pool });
  if (!workerPool) throw poolNotFound(pool);
  return workerPool.workers.map(toWorker);
}

const toWorker = ({ metadata, ...worker }: RawWorker): Worker => ({
  ...worker,
  metadata: JSON.parse(metadata) as Record<string, string>,
});
