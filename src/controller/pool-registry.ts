import type { WorkerPool } from '../api';
import type { ControlPlaneSession, SessionStatus } from '../protocol/session';
import { SESSION_LEASE_MS } from '../protocol/leases';
import type { WorkerView } from '../protocol/messages';

/** The session of a pool, as far as its Workers use it. */
export interface WorkerSession extends Pick<ControlPlaneSession, 'report'> {
  /** The control plane's ULID of the pool, from its token. */
  readonly ulid: string;
  /** The newest WorkerPool of the cache. */
  readonly pool: WorkerPool;
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

/** What Workers may know of their pools. */
export interface PoolRegistry {
  /** Undefined for a pool without usable credentials. */
  sessionOf(poolUid: string): WorkerSession | undefined;
  /**
   * Since when this process has known the pool and the control plane has taken no sync of it, in ms since the epoch: a
   * restart or other credentials begin anew. Undefined while a sync was taken and the connection has stood since.
   */
  disconnectedSince(poolUid: string): number | undefined;
  /** Calls back with the Worker's key whenever its view, its retirement or its pool's session changed. */
  onWorkerChange(listener: (workerKey: string) => void): void;
}
