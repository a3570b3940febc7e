import type { Problem } from '../run';
import type { Action } from './snapshot';

/** What one part of the decision wants. */
export interface Plan {
  readonly actions: readonly Action[];
  /** Look again at this time, in ms since the epoch. */
  readonly wakeAt?: number;
  /** What keeps the run's Pod from starting. */
  readonly problem?: Problem;
}

export const NOTHING_TO_DO: Plan = { actions: [] };

export function joinPlans(plans: readonly Plan[]): Plan {
  const wakeAt = earliest(plans.map((plan) => plan.wakeAt));
  return {
    actions: plans.flatMap(({ actions }) => actions),
    ...(wakeAt !== undefined && { wakeAt }),
    problem: plans.find(({ problem }) => problem)?.problem,
  };
}

export function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
