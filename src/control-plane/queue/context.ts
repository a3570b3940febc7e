import type { Logger } from 'pino';
import type { Retention } from '../retention';
import type { Store } from '../store';
import type { Wakeups } from './wakeups';

export interface QueueSettings {
  readonly launcherImage: string;
  readonly defaultRunnerImage: string;
  /** How long a Pod may take to start, in milliseconds. */
  readonly startDeadlineMs: number;
  readonly retention: Retention;
}

/** A blob that nobody may need any more. */
export interface LetGo {
  readonly kind: 'sources' | 'workspaces';
  readonly id: string;
}

/** What every part of the queue works with. */
export interface QueueContext {
  readonly store: Store;
  readonly wakeups: Wakeups;
  readonly settings: QueueSettings;
  readonly logger: Logger;
  readonly now: () => number;
  /** A new ULID, higher than the last. */
  readonly newId: () => string;
  /** Called with how long a run had waited, once a worker has it. */
  readonly runAssigned: (waitedMs: number) => void;
  /** Gives waiting runs of a pool to its idle workers; never rejects: what it could not do now, a sweep does. */
  readonly assignRuns: (poolId: string) => Promise<void>;
  /** Removes a blob that a row named, unless another does; never throws: what fails is left to a sweep of the blobs. */
  readonly letGo: (blob: LetGo) => void;
}
