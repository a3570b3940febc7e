import { rmSync } from 'node:fs';
import { stateFolder, type LocalCluster, type Progress } from '../../local-cluster';
import { task } from '../../local-cluster/progress';
import { Kubernetes } from './kubernetes';
import { DEMO } from './settings';

/** Removes a cluster of ours, or what the demo has made in somebody's own, and all that it wrote down. */
export async function takeDown(cluster: LocalCluster, name: string, progress: Progress): Promise<void> {
  if (cluster.kind === 'context') await clearSomebodysCluster(await Kubernetes.of(cluster, progress), progress);
  await cluster.down();
  rmSync(stateFolder(name), { recursive: true, force: true });
}

/** The CRDs stay, as the chart's `helm.sh/resource-policy` says: pools that are not the demo's would go with them. */
async function clearSomebodysCluster(kubernetes: Kubernetes, progress: Progress): Promise<void> {
  const { pool, operator, controlPlane } = DEMO;
  const remove = (...what: string[]): Promise<string> =>
    kubernetes.kubectl(['delete', ...what, '--ignore-not-found', '--timeout=180s']);
  const hasPools =
    (await kubernetes.kubectl(['api-resources', '--api-group=workers.spacelift.io', '-o', 'name'])) !== '';
  // The operator is needed for it: a WorkerPool goes when its Workers are retired.
  await task(progress, 'draining and removing the pool', 'waits for a run in progress', async () => {
    if (hasPools) await remove('workerpool', pool.name, '-n', pool.namespace);
    await remove('secret', pool.name, '-n', pool.namespace);
  });
  await task(progress, 'removing operator and control plane', undefined, async () => {
    await kubernetes.helm(['uninstall', operator.release, '-n', operator.namespace, '--ignore-not-found', '--wait']);
    await remove('namespace', operator.namespace, controlPlane.namespace);
  });
}
