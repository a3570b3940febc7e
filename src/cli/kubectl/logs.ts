import { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONTAINER } from '../../api/names';
import type { RunPod } from '../../controller/run';
import type { Cluster } from '../../doctor';
import { PrintedPieces, print } from '../api/output';
import { notFound } from '../api/refused';
import { wholeNumber } from '../options';
import { UserError } from '../run-program';
import { inCluster, namespaceOf } from './cluster';
import { withPluginExamples } from './examples';
import { withCluster, type ClusterFlags } from './flags';

interface LogsFlags extends ClusterFlags {
  readonly container: string;
  readonly follow: boolean;
  readonly tail?: number;
}

/** How often it is looked whether a Pod has started. */
const LOOK_MS = 1_000;

/** `kubectl worker-pools logs`: the log of a run's Pod, by the name of whatever belongs to it. */
export function logsCommand(): Command {
  const command = new Command('logs')
    .argument('<name>', 'run, Worker (or the ULID of either), Pod or WorkerPool')
    .description(
      "Print the log of a run's container as the node has it, and follow it to its end. A WorkerPool or Worker is that of its newest run. " +
        'The log that the control plane keeps, also of runs whose Pods are gone: worker-pools run log.',
    )
    .option(
      '-c, --container <name>',
      `container: ${Object.values(CONTAINER).join(', ')}, or a sidecar`,
      CONTAINER.worker,
    )
    .option('--no-follow', 'print what is there, and end')
    .option('--tail <lines>', 'begin so many lines before the end (default: all)', wholeNumber(0));
  return withPluginExamples(
    withCluster(command, 'that of the context'),
    'logs 01K3ZC0000000000000000000R',
    'logs production -n network --tail 20 --no-follow',
    'logs production -c launcher-grpc',
  ).action((name: string, flags: LogsFlags) =>
    inCluster('logs', flags, async (cluster, given) => {
      const pod = await findPod(cluster, namespaceOf(cluster, flags, given), name);
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      await untilStarted(cluster, pod, flags, stop.signal);
      await printLog(cluster, pod, flags, stop.signal);
    }),
  );
}

async function findPod(cluster: Cluster, namespace: string | undefined, name: string): Promise<RunPod> {
  const [{ runPodsIn, workersIn }, { oldestFirst, podsNamed }] = await Promise.all([
    import('./read'),
    import('./run-pods'),
  ]);
  const [pods, workers] = await Promise.all([runPodsIn(cluster, namespace), workersIn(cluster, namespace)]);
  const newest = oldestFirst(podsNamed(name, pods, workers)).at(-1);
  if (newest) return newest;
  const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`;
  throw notFound(
    `no Pod of a run belongs to "${name}" in ${where}: it has not begun, or its Pod is gone (worker-pools run log has what the control plane kept)`,
  );
}

async function untilStarted(cluster: Cluster, pod: RunPod, flags: LogsFlags, signal: AbortSignal): Promise<void> {
  const [{ containerState }, { PODS }, { troubleOf }] = await Promise.all([
    import('../../controller/run'),
    import('../../controller/runtime'),
    import('./run-pods'),
  ]);
  const { namespace, name } = pod.metadata;
  let said: string | undefined;
  for (let now: RunPod | undefined = pod; !signal.aborted;) {
    if (!now) throw notFound(`Pod ${namespace}/${name} went before it had started`);
    const names = [...now.spec.initContainers, ...now.spec.containers].map((container) => container.name);
    if (!names.includes(flags.container)) {
      throw new UserError(`Pod ${namespace}/${name} has no container ${flags.container}: it has ${names.join(', ')}`);
    }
    const { running, terminated } = containerState(now, flags.container) ?? {};
    if (running || terminated) return;
    const sentence = troubleOf(now) ?? 'it is being started';
    if (!flags.follow)
      throw new UserError(`container ${flags.container} of Pod ${namespace}/${name} has no log yet: ${sentence}`);
    if (sentence !== said) print(`Waiting for Pod ${namespace}/${name}: ${sentence}`, process.stderr, 'muted');
    said = sentence;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    now = await cluster.client.get<RunPod>(PODS, namespace, name);
  }
}

async function printLog(cluster: Cluster, { metadata }: RunPod, flags: LogsFlags, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { resourcePath, PODS } = await import('../../controller/runtime/objects');
  const query = new URLSearchParams({ container: flags.container });
  if (flags.follow) query.set('follow', 'true');
  if (flags.tail !== undefined) query.set('tailLines', String(flags.tail));
  const log = await cluster.log(
    `${resourcePath(PODS, metadata.namespace, metadata.name, 'log')}?${query.toString()}`,
    signal,
  );
  const pieces = new PrintedPieces();
  try {
    for await (const piece of log.setEncoding('utf8')) pieces.write(piece as string);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    pieces.end();
  }
}
