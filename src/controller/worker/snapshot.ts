import type { Worker, WorkerPool, WorkerStatus } from '../../api';
import type { Assignment, PodReport, WorkerView } from '../../protocol/messages';
import type { SessionStatus } from '../../protocol/session';
import type { RunPod } from '../run';
import type { EventInput } from '../runtime';
import type { Memory } from './memory';

/** All that a pass over one Worker knows, frozen. */
export interface WorkerSnapshot {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly worker: Worker;
  /** The Worker's ULID, upper-case. */
  readonly workerId: string;
  /** Undefined while the pool has no usable credentials. */
  readonly pool: PoolFacts | undefined;
  /** What the control plane wants of the Worker; undefined until it has said so. */
  readonly view: WorkerView | undefined;
  /** Since when the control plane has taken no sync of the pool, in ms since the epoch; undefined while it hears it. */
  readonly disconnectedSince: number | undefined;
  /** The control plane has agreed that nothing more will be assigned. */
  readonly retired: boolean;
  /** The run Pods that the Worker controls. */
  readonly pods: readonly RunPod[];
  readonly memory: Memory;
}

export interface PoolFacts {
  readonly ulid: string;
  readonly object: WorkerPool;
  readonly session: SessionStatus;
}

/** The assignment that a report is about. */
export interface AssignmentRef {
  readonly runId: string;
  readonly attempt: number;
  readonly fence: number;
}

export type Action =
  | { readonly type: 'createPod'; readonly pod: RunPod; readonly assignment: Assignment }
  | {
      readonly type: 'report';
      readonly about: AssignmentRef;
      readonly report: PodReport;
      /** Tells of the same on the Worker object. */
      readonly event?: EventInput;
      /** What `waiting` reports are compared by. */
      readonly problem?: { readonly key: string; readonly sentence: string; readonly detailed: boolean };
    }
  /** Only if a live read shows that the user's container has never run. */
  | { readonly type: 'deleteUnstartedPod'; readonly pod: RunPod }
  | { readonly type: 'deleteEndedPod'; readonly pod: RunPod }
  /** Ends what still runs in a Pod whose run is over, with the Pod's grace time, and keeps the Pod for people to look at. */
  | { readonly type: 'endPod'; readonly pod: RunPod }
  /** A live read of a Pod that the cache does not hold; `pod` is what it last held. */
  | { readonly type: 'confirmPodGone'; readonly name: string; readonly pod?: RunPod }
  | { readonly type: 'retire' }
  | { readonly type: 'removeFinalizer' };

export type ActionOf<T extends Action['type']> = Extract<Action, { type: T }>;

export interface Decision {
  /** In order; when one fails, the rest waits for the next pass. */
  readonly actions: readonly Action[];
  /** The whole wanted status, written once no action is left or one has failed; undefined: leave it as it is. */
  readonly status: WorkerStatus | undefined;
  /** Look again then, unless a change comes sooner. */
  readonly requeueAfterMs: number | undefined;
}
