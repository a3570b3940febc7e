import type { Deed } from './schedule';
import type { Outcome } from './simulate';

/** What many schedules come to. */
export interface Tally {
  schedules: number;
  steps: number;
  asked: number;
  finished: number;
  lost: number;
  doubled: number;
  /** Time that went by in their worlds, in milliseconds. */
  lastedMs: number;
  readonly deeds: Partial<Record<Deed['do'], number>>;
}

export const newTally = (): Tally => ({
  ...{ schedules: 0, steps: 0, asked: 0, finished: 0, lost: 0, doubled: 0, lastedMs: 0 },
  deeds: {},
});

export function addOutcome(tally: Tally, { steps, runs, lastedMs, deeds }: Outcome): void {
  addTally(tally, { ...runs, schedules: 1, steps, lastedMs, deeds });
}

export function addTally(tally: Tally, other: Tally): void {
  for (const key of ['schedules', 'steps', 'asked', 'finished', 'lost', 'doubled', 'lastedMs'] as const)
    tally[key] += other[key];
  for (const [name, count] of Object.entries(other.deeds) as [Deed['do'], number][])
    tally.deeds[name] = (tally.deeds[name] ?? 0) + count;
}
