/** What docs/architecture.md promises, by its number there, and what goes without saying. */
export const INVARIANTS = {
  '1': 'at most one Pod ever starts for a run and attempt, and attempts never overlap',
  '2': 'no run in progress is ended by anything but its own faults',
  '3': 'a run reaches exactly one terminal outcome, with a reason from the list',
  '4': 'Workers converge to poolSize',
  '5': 'no ghosts: no worker is busy without a Pod, and no Pod is left without a run',
  '6': 'no acknowledged line of a log is lost, and gaps are marked',
  '7': 'keys stay in Secrets',
  '8': 'nothing is destroyed on the word of a cache',
  '9': 'for a stack at most one change is under way',
  liveness: 'once nothing goes wrong any more, every run ends and nothing is left over',
  crash: 'no program ends as nobody expected, and none waits for anything outside of the world',
} as const;

export type InvariantName = keyof typeof INVARIANTS;

/** One of them was broken. */
export interface Violation {
  readonly invariant: InvariantName;
  readonly sentence: string;
}
