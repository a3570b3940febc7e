import type { RunState, RunType } from '../store/records';

interface OfRun {
  readonly runId: string;
  readonly poolId: string;
  /** When it happened, by the clock of the control plane, in milliseconds since the epoch, as all times here. */
  readonly at: number;
}

interface OfAttempt extends OfRun {
  readonly attempt: number;
}

/** What a worker got, or what it does with it. */
export type AttemptMoment = OfAttempt &
  (
    | { readonly kind: 'assigned'; readonly waitedSince: number }
    /** Its Pod was let start. */
    | { readonly kind: 'started'; readonly assignedAt: number }
    /** The first line of its steps is stored. */
    | { readonly kind: 'first-line'; readonly startedAt: number }
    | {
        readonly kind: 'attempt-ended';
        readonly stage: string;
        readonly workerId: string;
        readonly assignedAt: number;
        readonly startedAt: number | null;
      }
  );

/** What becomes of a run. */
export type RunMoment = OfRun &
  (
    | { readonly kind: 'decided'; readonly plannedAt: number; readonly state: RunState }
    | {
        readonly kind: 'run-ended';
        readonly createdAt: number;
        readonly type: RunType;
        readonly state: RunState;
        /** @default - it ended before anything could fail */
        readonly reason?: string | undefined;
      }
  );

/** A moment in the life of a run, told once it is committed; metrics and traces are made of them. */
export type Moment = AttemptMoment | RunMoment;
