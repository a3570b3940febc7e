import type { Logger } from 'pino';
import type { Store } from '../store';
import type { Leases } from './leases';
import { poolTopic, runTopic, type Wakeups } from './wakeups';

export interface QueueSettings {
  readonly launcherImage: string;
  readonly defaultRunnerImage: string;
  /** How long a Pod may take to start, in milliseconds. */
  readonly startDeadlineMs: number;
}

/** What every part of the queue works with. */
export interface QueueContext {
  readonly store: Store;
  readonly leases: Leases;
  readonly wakeups: Wakeups;
  readonly settings: QueueSettings;
  readonly logger: Logger;
  readonly now: () => number;
  /** A new ULID, higher than the last. */
  readonly newId: () => string;
  /** Gives waiting runs of a pool to its idle workers. */
  readonly assignRuns: (poolId: string) => void;
}

/** Wakes the sessions of a pool once the transaction is durable. */
export function poolChanged(context: QueueContext, poolId: string): void {
  context.store.onCommit(() => context.wakeups.notify(poolTopic(poolId)));
}

/** Wakes the relay and the followers of a run once the transaction is durable. */
export function runChanged(context: QueueContext, runId: string): void {
  context.store.onCommit(() => context.wakeups.notify(runTopic(runId)));
}
