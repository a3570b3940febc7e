import type { Budget } from './budget';

/** All that a pass over one namespace knows, frozen. */
export interface NamespaceSnapshot {
  readonly now: number;
  /** Whether a run of the namespace has a Pod that has not ended. */
  readonly busy: boolean;
  /** Since when the budget has been without a run, as far as this controller has seen. */
  readonly idleSince: number | undefined;
  /** Ours, as the watch shows it. */
  readonly budget: Budget | undefined;
}

export type Action = { readonly type: 'createBudget' } | { readonly type: 'deleteBudget'; readonly budget: Budget };

export interface Decision {
  readonly actions: readonly Action[];
  /** To be remembered until the next pass. */
  readonly idleSince?: number;
  /** Look again after so many ms, unless a change comes sooner. */
  readonly requeueAfterMs?: number;
}

/** How long a budget outlives the last run, so that runs which follow each other share one. */
export const LINGER_MS = 60_000;

/**
 * A namespace has a budget while runs are carried out there, and for a moment longer. One that a person changed, to let a
 * node go, stays as it is.
 */
export function decide({ now, busy, budget, idleSince = now }: NamespaceSnapshot): Decision {
  if (busy) return { actions: budget === undefined ? [{ type: 'createBudget' }] : [] };
  if (budget === undefined) return { actions: [] };
  const waitMs = idleSince + LINGER_MS - now;
  if (waitMs > 0) return { actions: [], idleSince, requeueAfterMs: waitMs };
  return { actions: [{ type: 'deleteBudget', budget }], idleSince };
}
