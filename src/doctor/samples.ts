import type { WorkerPool } from '../api';
import { sampleRunPod, verdictOf } from '../controller/worker-pool/template-check';
import { PODS, refusalOf } from '../controller/runtime';
import type { RunPod } from '../controller/run';
import type { ClusterView } from './view';

/** A run Pod as a pool would have it, and what the API server makes of it. */
export interface Sample {
  readonly pool: WorkerPool;
  /** With the defaults of LimitRanges and the changes of webhooks, where the API server took it. */
  readonly pod: RunPod;
  /** Why the API server would not take it. */
  readonly refused?: string;
}

/** Asks by a dry run, as the controller does. */
export async function sampleOf(view: ClusterView, pool: WorkerPool): Promise<Sample> {
  const { namespace, name } = pool.metadata;
  const { pod, imagesKnown } = sampleRunPod(pool);
  try {
    return { pool, pod: await view.dryRun(PODS, namespace, pod) };
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const verdict = verdictOf(error, namespace, imagesKnown);
    // Of the right to create Pods the one of the controller counts, which is looked at by itself.
    if (verdict.state === 'refused' && refusal.kind !== 'rights')
      return { pool, pod, refused: verdict.problem.message };
    view.note('create', PODS, namespace, name, refusal.kind === 'rights' ? undefined : refusal.detail);
    return { pool, pod };
  }
}
