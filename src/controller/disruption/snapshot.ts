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
