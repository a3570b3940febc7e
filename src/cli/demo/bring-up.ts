import { join } from 'node:path';
import { ApiClient } from '../api/client';
import { buildPrograms } from '../build-programs';
import { stateFolder, type LocalCluster, type Progress } from '../../local-cluster';
import { task } from '../../local-cluster/progress';
import { reachControlPlane } from './access';
import { installControlPlane, readAuthority } from './control-plane';
import { Kubernetes } from './kubernetes';
import { installOperator } from './operator';
import { ensurePool, ensureStack, waitForPool } from './pool';
import { IMAGES } from './settings';

/** Everything of the demo, up and running. */
export interface Demo {
  readonly cluster: LocalCluster;
  readonly kubernetes: Kubernetes;
  readonly client: ApiClient;
  /** Where a browser reaches the control plane. */
  readonly url: string;
  readonly images: Readonly<Record<string, string>>;
  /** Ends what belongs to this process; the cluster stays. */
  close(): Promise<void>;
}

/**
 * Brings up a cluster with control plane, operator, pool and stack, or what of it is missing. Every step looks at what
 * stands before it makes anything, so that it may be interrupted anywhere and started again.
 *
 * @param name tells clusters on one machine apart; the one that `cluster` was chosen with
 */
export async function bringUp(cluster: LocalCluster, name: string, progress: Progress): Promise<Demo> {
  // The chart and all else that is generated is taken as it lies in the checkout.
  await buildPrograms(progress);
  await cluster.up();
  const images = await cluster.loadImages(IMAGES);
  const kubernetes = await Kubernetes.of(cluster, progress);
  const apiKey = await task(progress, 'installing the control plane', undefined, () =>
    installControlPlane(kubernetes, cluster, images, join(stateFolder(name), 'control-plane')),
  );
  await task(progress, 'installing the operator with Helm', undefined, () => installOperator(kubernetes, images));
  const access = await reachControlPlane(kubernetes, cluster);
  const ca = await readAuthority(kubernetes);
  const client = new ApiClient({ url: access.url, ca, id: apiKey.id, secret: () => apiKey.secret });
  const close = async (): Promise<void> => {
    client.close();
    await access.close();
  };
  try {
    await task(progress, 'creating the worker pool: key, signing request, token, Secret, WorkerPool', undefined, () =>
      ensurePool(kubernetes, client),
    );
    await task(progress, 'waiting for its Workers to register', undefined, () => waitForPool(kubernetes));
    await task(progress, 'uploading the stack', undefined, () => ensureStack(client));
  } catch (error) {
    await close();
    throw error;
  }
  return { cluster, kubernetes, client, url: access.url, images, close };
}
