import { POOL_CONDITION, type WorkerPool } from '../api';
import { sampleRunPod, verdictOf } from '../controller/worker-pool/template-check';
import { PODS, refusalOf } from '../controller/runtime';
import type { RunPod } from '../controller/run';
import { poolName } from './scene';
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
    if (verdict.state === 'unaskable') noteUnasked(view, pool, verdict.problem.message);
    else view.note('create', PODS, namespace, name, refusal.kind === 'rights' ? undefined : refusal.detail);
    return { pool, pod };
  }
}

/** The controller knows the images that runs get, and so may have judged what cannot be judged from here. */
function noteUnasked(view: ClusterView, pool: WorkerPool, message: string): void {
  const condition = pool.status?.conditions?.find(({ type }) => type === POOL_CONDITION.podTemplateValid);
  if (condition && condition.status !== 'Unknown') return;
  const why = `a run Pod of ${poolName(pool)} cannot be judged from here: ${message}`;
  view.noteOther({ why, mend: 'See its condition PodTemplateValid once the controller is connected.' });
}
