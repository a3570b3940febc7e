import type { Problem, RunPod } from '../run';

/**
 * What a controller remembers of a Worker between passes. Losing it (a restart, another leader) costs repeated reports
 * and retries, nothing else: the control plane ignores the former, names and preconditions make the latter harmless.
 */
export interface Memory {
  /** Fencing number of the assignment that the rest is about. */
  readonly fence?: number;
  /** When the assignment was first seen. */
  readonly assignedAt?: number;
  /** The time until the user's container began is measured. */
  readonly startMeasured?: boolean;
  /** This controller created the Pod. */
  readonly created?: boolean;
  readonly createdReported?: boolean;
  /** What the last `waiting` report said. */
  readonly reportedProblem?: ReportedProblem;
  /** Why the API server did not create the Pod. */
  readonly refusal?: Refusal;
  /** A `failed` report was answered. */
  readonly outcomeReported?: boolean;
  /** When a `released` report was answered. */
  readonly releasedAt?: number;
  /** The control plane heard the run's relay when it was last told that the run is lost. */
  readonly relayHeardAt?: number;
  /** Last state of the assignment's Pod, which is gone. */
  readonly lostPod?: RunPod;
  /** A live read found no Pod of the assignment. */
  readonly goneConfirmed?: boolean;
  /** Pods in which a run may go on, and which the watch no longer shows: they are to be looked for. */
  readonly vanished: readonly RunPod[];
  /** Pods (by UID) whose deletion the API server has accepted. */
  readonly deleting: readonly string[];
  readonly retireAskedAt?: number;
}

interface ReportedProblem extends Pick<Problem, 'key' | 'sentence' | 'detailed'> {
  /** When these words were reported. */
  readonly at: number;
  /** When the problem was first reported. */
  readonly since: number;
}

export interface Refusal {
  readonly problem: Problem;
  /** How often in a row. */
  readonly count: number;
  readonly retryAt: number;
  /** Generation of the WorkerPool that the Pod was made from: a newer one is tried at once. */
  readonly poolGeneration: number | undefined;
}

/** Whether somebody has deleted the Pod, be it we a moment ago. */
export function isDeletionAsked({ deleting }: Memory, { metadata }: RunPod): boolean {
  return metadata.deletionTimestamp !== undefined || deleting.includes(metadata.uid ?? '');
}

const NOTHING: Memory = { deleting: [], vanished: [] };

const isNothing = (memory: Memory): boolean =>
  Object.values(memory).every((value) => value === undefined || (Array.isArray(value) && value.length === 0));

/** The memories of all Workers by key. */
export class Memories {
  private readonly byKey = new Map<string, Memory>();

  /** What is remembered of the Worker, without what belongs to an earlier assignment or to Pods that are gone. */
  recall(key: string, fence: number | undefined, podUids: readonly string[], now: number): Memory {
    const known = this.peek(key);
    const isSameAssignment = fence === undefined || known.fence === fence;
    const deleting = known.deleting.filter((uid) => podUids.includes(uid));
    const vanished = known.vanished.filter(({ metadata }) => !podUids.includes(metadata.uid ?? ''));
    return isSameAssignment
      ? { ...known, deleting, vanished, lostPod: fence === undefined ? undefined : known.lostPod }
      : { fence, assignedAt: now, deleting, vanished, retireAskedAt: known.retireAskedAt };
  }

  /** Of a Worker that waits for a run there is nothing to remember, and there may be thousands. */
  keep(key: string, memory: Memory): void {
    if (isNothing(memory)) this.byKey.delete(key);
    else this.byKey.set(key, memory);
  }

  update(key: string, change: Partial<Memory>): void {
    this.keep(key, { ...this.peek(key), ...change });
  }

  addDeleting(key: string, uid: string): void {
    this.update(key, { deleting: [...this.peek(key).deleting, uid] });
  }

  addVanished(key: string, pod: RunPod): void {
    this.update(key, { vanished: [...this.peek(key).vanished, pod] });
  }

  dropVanished(key: string, { metadata: { uid } }: RunPod): void {
    const vanished = this.peek(key).vanished.filter(({ metadata }) => metadata.uid !== uid);
    this.update(key, { vanished });
  }

  peek(key: string): Memory {
    return this.byKey.get(key) ?? NOTHING;
  }

  forget(key: string): undefined {
    this.byKey.delete(key);
  }
}
