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
  /** The last `waiting` sentence that the control plane was told. */
  readonly told?: Pick<Problem, 'key' | 'sentence' | 'detailed'>;
  /** Why the API server did not create the Pod. */
  readonly refusal?: Refusal;
  /** A `failed` report was answered. */
  readonly outcomeReported?: boolean;
  /** When a `released` report was answered. */
  readonly releasedAt?: number;
  /** Last state of the assignment's Pod when it vanished. */
  readonly lostPod?: RunPod;
  /** A live read found no Pod of the assignment. */
  readonly goneConfirmed?: boolean;
  /** Pods (by UID) whose deletion the API server has accepted. */
  readonly deleting: readonly string[];
  readonly retireAskedAt?: number;
}

export interface Refusal {
  readonly problem: Problem;
  /** How often in a row. */
  readonly count: number;
  readonly retryAt: number;
  /** Generation of the WorkerPool that the Pod was made from: a newer one is tried at once. */
  readonly poolGeneration: number | undefined;
}

const NOTHING: Memory = { deleting: [] };

/** The memories of all Workers by key. */
export class Memories {
  private readonly byKey = new Map<string, Memory>();

  get size(): number {
    return this.byKey.size;
  }

  /** The memory of the Worker, without what belongs to an earlier assignment or to Pods that are gone. */
  recall(key: string, fence: number | undefined, podUids: readonly string[], now: number): Memory {
    const known = this.byKey.get(key) ?? NOTHING;
    const isSameAssignment = fence === undefined || known.fence === fence;
    const deleting = known.deleting.filter((uid) => podUids.includes(uid));
    const memory: Memory = isSameAssignment
      ? { ...known, deleting, lostPod: fence === undefined ? undefined : known.lostPod }
      : { fence, assignedAt: now, deleting, retireAskedAt: known.retireAskedAt };
    this.byKey.set(key, memory);
    return memory;
  }

  update(key: string, change: Partial<Memory>): void {
    this.byKey.set(key, { ...(this.byKey.get(key) ?? NOTHING), ...change });
  }

  addDeleting(key: string, uid: string): void {
    this.update(key, { deleting: [...(this.byKey.get(key)?.deleting ?? []), uid] });
  }

  peek(key: string): Memory {
    return this.byKey.get(key) ?? NOTHING;
  }

  forget(key: string): void {
    this.byKey.delete(key);
  }
}
