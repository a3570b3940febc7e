import type { Worker, WorkerPool } from '../../api';
import type { Assignment } from '../../protocol/messages';

/** All that a run's Pod is made from. */
export interface RunPodInput {
  readonly assignment: Assignment;
  readonly pool: WorkerPool;
  /** The control plane's ULID of the pool. */
  readonly poolUlid: string;
  /** The Worker that the Pod will belong to. */
  readonly worker: Pick<Worker, 'metadata'>;
  /** The Worker's ULID, upper-case. */
  readonly workerId: string;
}
