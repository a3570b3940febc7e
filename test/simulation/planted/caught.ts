import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../fleet';
import type { PlantedBug } from './bug';

const FILE = join(import.meta.dirname, 'caught.json');

/** How long it took to find a bug. */
export interface Hunt {
  readonly bug: PlantedBug;
  readonly schedules: number;
  /** Undefined where it was not found. */
  readonly failure: Failure | undefined;
}

/** How a bug was found when it was hunted last. */
export interface Caught {
  /** The invariant that it broke. */
  readonly invariant: string;
  readonly schedules: number;
  readonly seed: string;
}

/** By the names of the bugs. */
export function caughtBefore(): Readonly<Record<string, Caught>> {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Caught>;
}

/** Keeps what was found; what was not is forgotten. */
export function recordCaught(hunts: readonly Hunt[]): void {
  const caught: Record<string, Caught | undefined> = { ...caughtBefore() };
  for (const { bug, schedules, failure } of hunts) {
    caught[bug.name] = failure && { invariant: failure.violation.invariant, schedules, seed: failure.seed };
  }
  const sorted = Object.entries(caught).sort(([one], [other]) => (one < other ? -1 : 1));
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}
