import { Command } from 'commander';
import type { ApiClient } from '../api/client';
import { withConnection, type ConnectionFlags } from '../api/connection';
import { RUN } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { print, table } from '../api/output';
import { inCluster, namespaceOf } from './cluster';
import { controlPlaneOf } from './control-plane';
import { withPluginExamples } from './examples';
import { withCluster, type ClusterFlags } from './flags';
import type { RunRow } from './run-pods';

interface RunsFlags extends ClusterFlags, ConnectionFlags, OutputFlags {
  readonly pool?: string;
  readonly all?: boolean;
}

interface NamedRun extends RunRow {
  /** Null where no control plane says it. */
  readonly stack: string | null;
}

/** `kubectl worker-pools runs`: what runs in which Pod. */
export function runsCommand(): Command {
  const command = new Command('runs')
    .description(
      'List the runs that have a Pod: stage, state, age, Worker and Pod. The stack is shown where a profile or the flags below say which control plane knows it.',
    )
    .option('--pool <pool>', 'name of the WorkerPool (default: all)')
    .option('--all', 'Pods of ended runs that are kept, too');
  withConnection(withCluster(withOutput(command), 'that of the context'));
  return withPluginExamples(command, 'runs', 'runs -A --all', 'runs -n network --pool production').action(
    async (flags: RunsFlags) => {
      const client = controlPlaneOf(flags);
      try {
        await inCluster('runs', flags, async (cluster, given) => {
          const [{ runPodsIn }, { oldestFirst, rowOf, ageOf, isLive }] = await Promise.all([
            import('./read'),
            import('./run-pods'),
          ]);
          const pods = await runPodsIn(cluster, namespaceOf(cluster, flags, given));
          const rows = oldestFirst(flags.all ? pods : pods.filter(isLive))
            .map(rowOf)
            .filter(({ pool }) => flags.pool === undefined || pool === flags.pool);
          const runs = await withStacks(rows, client);
          const now = Date.now();
          const head = ['RUN', 'STACK', 'STAGE', 'STATE', 'AGE', 'POOL', 'POD'];
          const cells = (run: NamedRun): string[] => {
            const where = flags.allNamespaces ? `${run.namespace}/${run.pod}` : run.pod;
            return [run.run, run.stack ?? '-', run.stage, run.state, ageOf(run.createdAt, now), run.pool, where];
          };
          const text = runs.length === 0 ? 'No run has a Pod.' : table([head, ...runs.map(cells)]);
          output(
            flags,
            runs,
            runs.map(({ run }) => run),
            text,
          );
        });
      } finally {
        client?.close();
      }
    },
  );
}

async function withStacks(rows: readonly RunRow[], client: ApiClient | undefined): Promise<NamedRun[]> {
  const stacks = new Map<string, string>();
  try {
    for (const id of client ? new Set(rows.map(({ run }) => run)) : []) {
      const { run } = await client!.query(RUN, { id });
      if (run) stacks.set(id, run.stackName);
    }
  } catch (error) {
    print(`The stacks are not shown: ${(error as Error).message}`, process.stderr);
  }
  return rows.map((row) => ({ ...row, stack: stacks.get(row.run) ?? null }));
}
