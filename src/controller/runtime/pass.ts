import type { ReconcileResult } from './work-queue';

/** What `decide` says at least. */
interface PassDecision {
  /** In order; when one fails, the rest waits for the next pass. */
  readonly actions: readonly unknown[];
  /** When to look again although nothing changed. */
  readonly requeueAfterMs?: number | undefined;
}

/** What every pass is made of, in the same words for every resource. */
interface PassSteps<Snapshot, Decision extends PassDecision> {
  /** Freezes what is known; undefined when the object is gone. */
  gather(): Snapshot | undefined;
  /** Pure: the same snapshot gives the same decision. */
  decide(snapshot: Snapshot): Decision;
  /** Carries out one action; `settle` ends the pass with it, so that the status tells how far long work is. */
  apply(snapshot: Snapshot, action: Decision['actions'][number]): Promise<'settle' | void>;
  /** Writes what was decided of the object itself: one status, then events. */
  settle(snapshot: Snapshot, decision: Decision): Promise<void>;
}

/** What a pass has not finished by then is left to another. */
const ROUNDS = 12;

/**
 * Gathers, decides and applies until nothing is left to do, then settles. Where something is left, another pass follows
 * at once; where an action failed, what is known by then is settled, too.
 */
export async function runPass<Snapshot, Decision extends PassDecision>(
  steps: PassSteps<Snapshot, Decision>,
  signal?: AbortSignal,
): Promise<ReconcileResult> {
  for (let round = 0; ; round += 1) {
    const snapshot = steps.gather();
    if (snapshot === undefined) return {};
    const decision = steps.decide(snapshot);
    const isDone = decision.actions.length === 0;
    if (isDone || round >= ROUNDS) {
      await steps.settle(snapshot, decision);
      return { requeueAfterMs: isDone ? decision.requeueAfterMs : 0 };
    }
    try {
      for (const action of decision.actions) {
        signal?.throwIfAborted();
        if ((await steps.apply(snapshot, action)) !== 'settle') continue;
        round = ROUNDS;
        break;
      }
    } catch (error) {
      const left = signal?.aborted ? undefined : steps.gather();
      if (left !== undefined) await steps.settle(left, steps.decide(left));
      throw error;
    }
  }
}
