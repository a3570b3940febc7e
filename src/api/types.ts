import type { StoredObjectMeta } from './meta';
import type { WorkerPoolSpec, WorkerPoolStatus, WorkerSpec, WorkerStatus } from './types.generated';

export interface WorkerPool {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: StoredObjectMeta;
  readonly spec?: WorkerPoolSpec;
  readonly status?: WorkerPoolStatus;
}

export interface Worker {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: StoredObjectMeta;
  readonly spec?: WorkerSpec;
  readonly status?: WorkerStatus;
}
