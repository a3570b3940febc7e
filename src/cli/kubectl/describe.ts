import { Command } from 'commander';
import type { Cluster } from '../../doctor';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { notFound } from '../api/refused';
import { inCluster, namespaceOf } from './cluster';
import { withPluginExamples } from './examples';
import { withCluster, type ClusterFlags } from './flags';
import { lastOf, type Event, type PoolPage } from './pool-page-data';

/** `kubectl worker-pools describe`: a pool on one page. */
export function describeCommand(): Command {
  const command = new Command('describe')
    .argument('<pool>', 'name of the WorkerPool')
    .description(
      'Show a WorkerPool on one page: its conditions, its Workers with their runs, the Pods of the runs, and the last events of all of them.',
    );
  withCluster(withOutput(command), 'that of the context');
  return withPluginExamples(command, 'describe production', 'describe production -n network -o yaml').action(
    (name: string, flags: ClusterFlags & OutputFlags) =>
      inCluster('describe', flags, async (cluster, given) => {
        const page = await pageOf(cluster, namespaceOf(cluster, flags, given), name);
        const { pageText } = await import('./pool-page');
        output(flags, page, page.pool.metadata.name, pageText(page, Date.now()));
      }),
  );
}

async function pageOf(cluster: Cluster, namespace: string | undefined, name: string): Promise<PoolPage> {
  const { poolsIn, workersIn, runPodsIn, listAll } = await import('./read');
  const { poolUidOf, workerUidOf } = await import('../../controller/resources');
  const { EVENTS } = await import('../../controller/runtime/objects');
  const found = (await poolsIn(cluster, namespace)).filter(({ metadata }) => metadata.name === name);
  const [pool, ...others] = found;
  const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`;
  if (!pool) throw notFound(`there is no WorkerPool "${name}" in ${where}`);
  if (others.length > 0) {
    const places = found.map(({ metadata }) => metadata.namespace).join(', ');
    throw notFound(`there are several WorkerPools "${name}", in ${places}: name one with --namespace`);
  }
  const place = pool.metadata.namespace;
  const [allWorkers, allPods, poolEvents, workerEvents] = await Promise.all([
    workersIn(cluster, place),
    runPodsIn(cluster, place),
    listAll<Event>(cluster, EVENTS, {
      namespace: place,
      fieldSelector: `involvedObject.kind=WorkerPool,involvedObject.name=${name}`,
    }),
    listAll<Event>(cluster, EVENTS, { namespace: place, fieldSelector: 'involvedObject.kind=Worker' }),
  ]);
  const workers = allWorkers.filter((worker) => poolUidOf(worker) === pool.metadata.uid);
  const [uids, names] = [
    new Set(workers.map(({ metadata }) => metadata.uid)),
    new Set(workers.map(({ metadata }) => metadata.name)),
  ];
  const ownEvents = workerEvents.filter(({ involvedObject }) => names.has(involvedObject?.name ?? ''));
  return {
    pool,
    workers,
    pods: allPods.filter((pod) => uids.has(workerUidOf(pod) ?? '')),
    events: lastOf([...poolEvents, ...ownEvents]),
  };
}
