import type { WorkerPool, WorkerPoolSpec } from '../../api';
import { WORKER_POOLS } from '../resources';
import type { KubeClient } from '../runtime';

/** Under a name of its own, so that what it wrote can be told from what else the controller writes. */
const FIELD_MANAGER = 'worker-pools-first-value';

interface Managed {
  readonly metadata: { readonly managedFields?: readonly { readonly manager?: string }[] };
}

/**
 * Writes fields that the controller sets once and that belong to whoever sets them next. Owned by the controller they
 * would make the next server-side apply of another value fail, by Helm or a GitOps tool.
 */
export async function writeUnowned(
  client: KubeClient,
  pool: WorkerPool,
  spec: WorkerPoolSpec,
  signal: AbortSignal,
): Promise<WorkerPool> {
  const { name, namespace, resourceVersion } = pool.metadata;
  const patch = (body: object): Promise<WorkerPool & Managed> =>
    client.patch(WORKER_POOLS, namespace, name, body, { type: 'merge', fieldManager: FIELD_MANAGER, signal });
  const { metadata } = await patch({ metadata: { resourceVersion }, spec });
  const managedFields = metadata.managedFields?.filter(({ manager }) => manager !== FIELD_MANAGER);
  return patch({ metadata: { resourceVersion: metadata.resourceVersion, managedFields } });
}
