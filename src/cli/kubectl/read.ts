import { LABEL, type Worker, type WorkerPool } from '../../api';
import { WORKER_POOLS, WORKERS } from '../../controller/resources';
import type { RunPod } from '../../controller/run';
import type { KubeObject, ResourceType } from '../../controller/runtime';
import { PODS } from '../../controller/runtime/objects';
import type { Cluster } from '../../doctor';

/** Objects in one answer. */
const PAGE = 500;

interface Which {
  readonly namespace: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** All of a kind, page by page. */
export async function listAll<T extends KubeObject>(
  { client }: Cluster,
  resource: ResourceType,
  { namespace, ...selectors }: Which,
): Promise<T[]> {
  const found: T[] = [];
  let next: string | undefined;
  do {
    const page = await client.list<T>(resource, {
      ...selectors,
      limit: PAGE,
      ...(namespace !== undefined && { namespace }),
      ...(next !== undefined && { continue: next }),
    });
    found.push(...page.items);
    next = page.continue;
  } while (next !== undefined);
  return found;
}

export const runPodsIn = (cluster: Cluster, namespace: string | undefined): Promise<RunPod[]> =>
  listAll<RunPod>(cluster, PODS, { namespace, labelSelector: LABEL.workerPool });

export const workersIn = (cluster: Cluster, namespace: string | undefined): Promise<Worker[]> =>
  listAll<Worker>(cluster, WORKERS, { namespace });

export const poolsIn = (cluster: Cluster, namespace: string | undefined): Promise<WorkerPool[]> =>
  listAll<WorkerPool>(cluster, WORKER_POOLS, { namespace });
