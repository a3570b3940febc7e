import type { WorkerPool } from './worker-pool';

/** Something that makes a pool fit a purpose: one of the presets, or a team's own standard for all of its pools. */
export interface IWorkerPoolExtension {
  /**
   * Changes the pool through its public methods. The pool calls it once, when the extension is added.
   *
   * @param pool the pool to extend; also a scope for what the extension needs beside it
   */
  extend(pool: WorkerPool): void;
}
