import type { Decision, NamespaceSnapshot } from './snapshot';

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
