import type { WorkerPool, WorkerPoolPod } from '../../api';

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
