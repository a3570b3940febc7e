import type { WorkerPool } from '../api';
import type { ControlPlaneSession, SessionStatus } from '../protocol/session';
import { SESSION_LEASE_MS } from '../protocol/leases';
import type { WorkerView } from '../protocol/messages';

/**
 * What a Worker's pass needs to know of its pool. The worker-pool controller keeps one for each pool whose credentials
 * could be read; a pool without usable credentials has none.
 */
export interface PoolHandle {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** The control plane's ULID of the pool, from its token. */
  readonly ulid: string;
  /** The newest WorkerPool of the cache. */
  readonly pool: WorkerPool;
  readonly session: ControlPlaneSession;
  readonly status: SessionStatus;
  /** The newest view of a worker; undefined until it is registered. */
  view(workerId: string): WorkerView | undefined;
  /** True when the control plane has agreed, by `retire` or by the view's `removed`, that nothing more will be assigned. */
  isRetired(workerId: string): boolean;
  /** Asks the control plane to retire the worker; true when it did so at once, because the worker was idle. */
  retire(workerId: string): Promise<boolean>;
}

/**
 * By then the control plane gives a silent session no further runs and has taken back what had not started, so that a
 * Worker without a Pod can go although nobody could agree to it.
 */
export const PATIENCE_MS = 2 * SESSION_LEASE_MS;

export interface PoolRegistry {
  byUid(poolUid: string): PoolHandle | undefined;
  /**
   * Since when this process has known the pool and the control plane has taken no sync of it, in ms since the epoch: a
   * restart or other credentials begin anew. Undefined while a sync was taken and the connection has stood since.
   */
  disconnectedSince(poolUid: string): number | undefined;
  /** Calls back whenever a worker's view, its retirement or its pool's session changed. */
  onWorkerChange(listener: (poolUid: string, workerId: string) => void): void;
}
