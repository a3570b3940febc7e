import { Command } from 'commander';
import type { Cluster, KnownWorkers, Report } from '../../doctor';
import type { ApiClient } from '../api/client';
import { withConnection, type ConnectionFlags } from '../api/connection';
import { WORKERS } from '../api/documents';
import { withOutput, type OutputFlags } from '../api/formats';
import { withExamples } from '../api/help';
import { printData, printNames } from '../api/output';
import { notFound } from '../api/refused';
import { VERSION } from '../version';
import { inCluster } from './cluster';
import { controlPlaneOf } from './control-plane';
import { withCluster, type ClusterFlags } from './flags';
import { exitCodeOf, printReport, reportData } from './report';

interface DoctorFlags extends ClusterFlags, ConnectionFlags, OutputFlags {
  readonly pool?: string;
  readonly operatorNamespace?: string;
}

const EXAMPLES = ['doctor', 'doctor --namespace network --pool production', 'doctor --context staging -o json'];

/** `worker-pools doctor`: looks at a cluster, and says what is wrong and what to do. */
export function doctorCommand(program = 'worker-pools'): Command {
  const command = new Command('doctor')
    .description(
      'Look at a cluster, and say what is wrong with its worker pools and how to mend it. It changes nothing. ' +
        'With a control plane (profile or flags) its workers are compared with those of the cluster.',
    )
    .option('--pool <pool>', 'name of the WorkerPool to look at (default: all)')
    .option('--operator-namespace <name>', 'namespace of the controller (default: it is looked for everywhere)');
  withConnection(withCluster(withOutput(command), 'all'));
  return withExamples(command, ...EXAMPLES.map((example) => ({ program, example }))).action(
    async (flags: DoctorFlags) => {
      const control = controlPlaneOf(flags);
      try {
        await inCluster('doctor', flags, async (cluster, namespace) => {
          const report = await look(cluster, namespace, flags, control && workersOf(control));
          show(flags, report);
          process.exitCode = exitCodeOf(report);
        });
      } finally {
        control?.close();
      }
    },
  );
}

async function look(
  cluster: Cluster,
  namespace: string | undefined,
  { pool, operatorNamespace }: DoctorFlags,
  knownWorkers: KnownWorkers | undefined,
): Promise<Report> {
  const { ClusterView, examine } = await import('../../doctor');
  const scope = {
    ...(namespace !== undefined && { namespace }),
    ...(pool !== undefined && { pool }),
    ...(operatorNamespace !== undefined && { operatorNamespace }),
  };
  const options = { cluster, version: VERSION, ...(knownWorkers && { knownWorkers }) };
  const report = await examine(new ClusterView(cluster.client), scope, options);
  if (pool !== undefined && report.scene.pools.length === 0) {
    const where = report.scene.scope.namespace;
    throw notFound(
      `there is no WorkerPool "${pool}" in ${where === undefined ? 'any namespace' : `namespace ${where}`}`,
    );
  }
  return report;
}

function show(flags: DoctorFlags, report: Report): void {
  if (flags.output === undefined) printReport(report);
  else if (flags.output === 'name') printNames(report.findings.map(({ code }) => code));
  else printData(reportData(report), flags.output);
}

const workersOf =
  (client: ApiClient): KnownWorkers =>
  async (id) =>
    (await client.query(WORKERS, { id })).workerPool?.workers.map((worker) => worker.id);
