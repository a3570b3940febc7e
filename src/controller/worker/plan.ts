import type { Problem } from '../run';
import type { Action } from './snapshot';

/** What one part of the decision wants. */
export interface Plan {
  readonly actions: readonly Action[];
  /** Look again at this time, in ms since the epoch. */
  readonly wakeAt?: number | undefined;
  /** What keeps the run's Pod from starting. */
  readonly problem?: Problem;
  /** What else the Worker waits for, for its condition. */
  readonly waitsFor?: WaitsFor;
}

export interface WaitsFor {
  readonly reason: string;
  readonly message: string;
}

export const NOTHING_TO_DO: Plan = { actions: [] };

export function joinPlans(plans: readonly (Plan | undefined)[]): Plan {
  const given = plans.filter((plan) => plan !== undefined);
  const wakeAt = earliest(given.map((plan) => plan.wakeAt));
  const problem = given.find((plan) => plan.problem)?.problem;
  const waitsFor = given.find((plan) => plan.waitsFor)?.waitsFor;
  return {
    actions: given.flatMap(({ actions }) => actions),
    ...(wakeAt !== undefined && { wakeAt }),
    ...(problem && { problem }),
    ...(waitsFor && { waitsFor }),
  };
}

export function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
