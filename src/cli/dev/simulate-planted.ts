import type { PlantedBug } from '../../../test/simulation/planted/bug';
import { PLANTED_BUGS } from '../../../test/simulation/planted/bugs';
import { recordCaught, type Hunt } from '../../../test/simulation/planted/caught';
import { huntsAsText } from '../../../test/simulation/planted/report';
import { bugNamed, hunt, soonest } from '../../../test/simulation/planted/run';
import { stoppedBySignals } from '../npm-script';
import { terminalProgress } from '../progress';
import { UsageError } from '../run-program';

interface Options {
  /** The name of one, or true for all. */
  readonly planted: string | true;
  /** Only so many, which are found soonest. */
  readonly soonest?: number;
  /** Whether test/simulation/planted/caught.json keeps what was found. */
  readonly record?: boolean;
  readonly seeds: number;
  readonly workers: number;
}

/** `npm run simulate -- --planted`: a test of the test. Ends with 1 unless each bug that can show was found. */
export async function huntPlanted(
  folder: string,
  { planted, soonest: count, record = false, ...options }: Options,
): Promise<number> {
  const many = count === undefined ? PLANTED_BUGS : soonest(count);
  const bugs = planted === true ? many : [named(planted)];
  const progress = terminalProgress();
  const signal = stoppedBySignals();
  const hunts: Hunt[] = [];
  for (const bug of bugs) {
    if (signal.aborted) break;
    progress.start(`${bug.name}: ${bug.does}`);
    const found = await hunt(bug, { folder, signal, ...options });
    hunts.push(found);
    if (record) recordCaught([found]);
    if (found.failure) progress.done();
    else progress.fail();
  }
  process.stdout.write(`\n${huntsAsText(hunts)}`);
  return hunts.length === bugs.length && hunts.every(({ bug, failure }) => failure ?? bug.notModelled) ? 0 : 1;
}

function named(name: string): PlantedBug {
  try {
    return bugNamed(name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
