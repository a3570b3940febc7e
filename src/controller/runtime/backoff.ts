export interface BackoffOptions {
  /** The first delay. */
  baseMs: number;
  maxMs: number;
  /** From 0 up to but without 1. */
  random: () => number;
}

/**
 * The delay after the given number of failures in a row (1 is the first): doubled each time, the upper half of it left to
 * chance, so that many who failed together do not come back together.
 */
export function backoffMs(failures: number, { baseMs, maxMs, random }: BackoffOptions): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return full / 2 + (full / 2) * random();
}
