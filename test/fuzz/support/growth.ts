import { processorTime } from '../../support/own-time';
import type { Growing, Parser } from './parser';

/** How much more is given the second time, and how much longer that may take: the square would take sixteen times as long. */
const TIMES_AS_MUCH = 4;
const TIMES_AS_LONG = 8;
/** Below that it is the machine that is measured; the square of such lengths takes seconds. */
const MEASURABLE_MS = 50;
const TRIES = 3;

export interface Growth {
  readonly shortMs: number;
  readonly longMs: number;
  /** Of the length; 1 is linear. Undefined: it is too fast to be measured. */
  readonly exponent: number | undefined;
  readonly isLinear: boolean;
}

/** How much longer a parser takes for more, by the processor time of this thread; the best of some tries counts. */
export async function growthOf({ tries }: Parser, { of, from = 64_000 }: Growing<unknown>): Promise<Growth> {
  const time = async (length: number): Promise<number> => {
    const given = of(length);
    const before = processorTime();
    // What is refused takes time as well; that it is refused rightly is what other tests are for.
    await tries(given).catch(() => undefined);
    return processorTime() - before;
  };
  const best = async (length: number): Promise<number> => {
    let least = Infinity;
    for (let round = 0; round < 2; round += 1) least = Math.min(least, await time(length));
    return least;
  };
  await time(from);
  let growth: Growth;
  let left = TRIES;
  do {
    const [shortMs, longMs] = [await best(from), await best(TIMES_AS_MUCH * from)];
    const exponent =
      longMs < MEASURABLE_MS / 5 ? undefined : Math.log(longMs / Math.max(shortMs, 0.1)) / Math.log(TIMES_AS_MUCH);
    growth = { shortMs, longMs, exponent, isLinear: longMs < Math.max(TIMES_AS_LONG * shortMs, MEASURABLE_MS) };
    left -= 1;
  } while (!growth.isLinear && left > 0);
  return growth;
}
