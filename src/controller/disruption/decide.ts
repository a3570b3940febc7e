import type { Budget } from './budget';

/** How long a budget outlives the last run, so that runs which follow each other share one. */
export const LINGER_MS = 60_000;

/** All that a pass over one namespace knows. */
export interface NamespaceSnapshot {
  readonly now: number;
  /** Whether a run of the namespace has a Pod that has not ended. */
  readonly busy: boolean;
  /** Since when there is none, as far as this controller has seen; undefined while there is one. */
  readonly idleSince: number | undefined;
  /** Ours, as the watch shows it. */
  readonly budget: Budget | undefined;
}

export type Action = { readonly type: 'create' } | { readonly type: 'delete'; readonly budget: Budget };

export interface Decision {
  readonly action?: Action;
  /** Look again after so many ms, unless a change comes sooner. */
  readonly requeueAfterMs?: number;
}

/**
 * A namespace has a budget while runs are carried out there, and for a moment longer. One that a person changed, to let a
 * node go, stays as it is.
 */
export function decide({ now, busy, idleSince, budget }: NamespaceSnapshot): Decision {
  if (busy) return budget === undefined ? { action: { type: 'create' } } : {};
  if (budget === undefined || idleSince === undefined) return {};
  const waitMs = idleSince + LINGER_MS - now;
  return waitMs > 0 ? { requeueAfterMs: waitMs } : { action: { type: 'delete', budget } };
}
