import type { Worker, WorkerPool, WorkerPoolPod } from '../../api';
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

/**
 * `spec.pod` as it is meant. A text that is empty is not set: Spacelift's documentation shows every field, and most of
 * them so.
 */
export function podTemplate(pool: WorkerPool): WorkerPoolPod {
  const { initContainer, grpcServerContainer, workerContainer, ...rest } = pool.spec?.pod ?? {};
  return {
    ...withoutEmptyTexts(rest),
    ...(initContainer && { initContainer: withoutEmptyTexts(initContainer) }),
    ...(grpcServerContainer && { grpcServerContainer: withoutEmptyTexts(grpcServerContainer) }),
    ...(workerContainer && { workerContainer: withoutEmptyTexts(workerContainer) }),
  };
}

function withoutEmptyTexts<T extends object>(settings: T): Partial<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== '')) as Partial<T>;
}
