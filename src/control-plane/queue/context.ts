import type { Logger } from 'pino';
import type { Actor } from '../audit/actor';
import type { Retention } from '../retention';
import type { Clock } from '../../time';
import type { Store } from '../store';
import type { ViewRecord } from '../store/views';
import type { Tracing } from '../tracing';
import type { Moment } from './moments';
import type { Wakeups } from './wakeups';

export interface QueueSettings {
  readonly launcherImage: string;
  readonly defaultRunnerImage: string;
  /** The same of stacks that Ansible runs. */
  readonly defaultAnsibleRunnerImage: string;
  /** How long a Pod may take to start, in milliseconds. */
  readonly startDeadlineMs: number;
  readonly retention: Retention;
}

/** A blob that nobody may need any more. */
export interface LetGo {
  readonly kind: 'sources' | 'workspaces' | 'states';
  readonly id: string;
}

/** Told by the queue what it does. */
export interface QueueObserver {
  happened(moment: Moment): void;
  /** The controllers of these workers are sent what changed. */
  viewsSent(views: readonly ViewRecord[]): void;
  /** So many were kept long enough. */
  removed(what: 'runs' | 'logs' | 'audit_entries', count: number): void;
}

/** What every part of the queue works with. */
export interface QueueContext {
  readonly store: Store;
  readonly wakeups: Wakeups;
  readonly settings: QueueSettings;
  readonly logger: Logger;
  /** What waits here goes by it; the leases go by the clock of the database. */
  readonly clock: Clock;
  readonly now: () => number;
  /** A new ULID, higher than the last. */
  readonly newId: () => string;
  readonly observer: QueueObserver;
  readonly tracing: Tracing;
  /** Gives waiting runs of a pool to its idle workers; never rejects: what it could not do now, a sweep does. */
  readonly assignRuns: (poolId: string) => Promise<void>;
  /** Removes a blob that a row named, unless another does; never throws: what fails is left to a sweep of the blobs. */
  readonly letGo: (blob: LetGo) => void;
}

/** The same for what a person or program does. */
export interface PersonContext extends QueueContext {
  readonly actor: Actor;
}
