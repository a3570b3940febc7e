import { join } from 'node:path';
import { bundleSimulation } from '../bundle';
import { simulateMany } from '../fleet';
import type { PlantedBug } from './bug';
import { PLANTED_BUGS } from './bugs';
import { caughtBefore, type Hunt } from './caught';
import { planting } from './plant';

export interface HuntOptions {
  /** For the program with the bug. */
  readonly folder: string;
  /** Schedules at most. */
  readonly seeds: number;
  readonly workers: number;
  readonly signal: AbortSignal;
}

/** Carries schedules out with the bug in the code until one breaks an invariant. */
export async function hunt(bug: PlantedBug, { folder, seeds, workers, signal }: HuntOptions): Promise<Hunt> {
  const program = join(folder, `${bug.name}.mjs`);
  await bundleSimulation(program, [planting(bug)]);
  const { tally, failure } = await simulateMany({ program, workers, from: 1, seeds, signal });
  return { bug, schedules: tally.schedules, failure };
}

/** @throws Error that says which names there are */
export function bugNamed(name: string): PlantedBug {
  const found = PLANTED_BUGS.find((bug) => bug.name === name);
  if (found) return found;
  const names = PLANTED_BUGS.map((bug) => bug.name).join(', ');
  throw new Error(`there is no planted bug ${name}: take one of ${names}`);
}

/** Those that were found soonest when all were hunted: for a look at every change. */
export function soonest(count: number): readonly PlantedBug[] {
  const caught = caughtBefore();
  const schedules = ({ name }: PlantedBug): number => caught[name]?.schedules ?? Infinity;
  return PLANTED_BUGS.toSorted((one, other) => schedules(one) - schedules(other)).slice(0, count);
}
