import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { bundleSimulation } from '../../../test/simulation/bundle';
import { SimulationProcess, simulateMany } from '../../../test/simulation/fleet';
import { progressOf, tallyAsText } from '../../../test/simulation/report';
import { npmScript, stoppedBySignals } from '../npm-script';
import { terminalProgress } from '../progress';
import { huntPlanted } from './simulate-planted';

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly seed?: string;
  readonly keep?: readonly number[];
  readonly workers: number;
  readonly planted?: string | true;
  readonly soonest?: number;
  readonly record?: boolean;
}

/** `npm run simulate`: the product's code in worlds in which everything goes wrong, by seeds. */
npmScript('npm run simulate', (program) =>
  program
    .description(
      'Carry out schedules of faults in simulated worlds: the same seed gives the same schedule. Ends at the first one that breaks an invariant, with its timeline.',
    )
    .option('--seeds <count>', 'schedules to carry out', atLeastOne, 1_000)
    .option('--from <seed>', 'the first of them, a number', atLeastOne, 1)
    .option('--seed <seed>', 'one alone, with its timeline')
    .option('--keep <steps>', 'of one alone: the numbers of the steps that are carried out, or none', steps)
    .option('--workers <count>', 'processes at the same time', atLeastOne, availableParallelism())
    .option(
      '--planted [bug]',
      'put a bug into the code, or one after the other, and see that it is found in so many schedules',
    )
    .option('--soonest <count>', 'with --planted: only so many, those that are found soonest', atLeastOne)
    .option('--record', 'with --planted: keep in test/simulation/planted/caught.json how each was found')
    .action(async (options: Options) => {
      const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
      try {
        const { planted } = options;
        if (planted !== undefined) {
          process.exitCode = await huntPlanted(folder, { ...options, planted });
          return;
        }
        const bundle = join(folder, 'simulation.mjs');
        await bundleSimulation(bundle);
        process.exitCode = await (options.seed === undefined
          ? many(bundle, options)
          : one(bundle, options.seed, options));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
);

async function many(bundle: string, { seeds, from, workers }: Options): Promise<number> {
  const progress = terminalProgress();
  const started = performance.now();
  progress.start(`${seeds} schedules in ${workers} processes`);
  const signal = stoppedBySignals();
  const onProgress = throttled((text: string) => progress.update(text));
  const { tally, failure } = await simulateMany({
    ...{ program: bundle, workers: Math.min(workers, seeds), from, seeds, signal },
    onProgress: (sofar) => onProgress(progressOf(sofar, seeds)),
  });
  if (failure) progress.fail();
  else progress.done();
  process.stdout.write(`\n${tallyAsText(tally, (performance.now() - started) / 1000)}`);
  if (!failure) return signal.aborted ? 130 : 0;
  process.stdout.write(`\nseed ${failure.seed} broke an invariant; it is made as short as it can be:\n\n`);
  return one(bundle, failure.seed, {});
}

async function one(bundle: string, seed: string, { keep }: Pick<Options, 'keep'>): Promise<number> {
  const simulation = await SimulationProcess.start(bundle);
  try {
    const answer = await simulation.ask({ ask: 'explain', seed, shrinks: keep === undefined, ...(keep && { keep }) });
    if (answer.answer !== 'explained') return 1;
    process.stdout.write(answer.text);
    return answer.isBroken ? 1 : 0;
  } finally {
    simulation.end();
  }
}

/** Where every line stays, few are enough. */
function throttled(tell: (text: string) => void): (text: string) => void {
  const everyMs = process.stderr.isTTY ? 200 : 10_000;
  let toldAt = performance.now();
  return (text) => {
    if (performance.now() - toldAt < everyMs) return;
    toldAt = performance.now();
    tell(text);
  };
}

function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('a whole number of at least 1 is wanted.');
  return value;
}

function steps(text: string): number[] {
  if (text === 'none') return [];
  const numbers = text.split(',').map(Number);
  if (numbers.every((number) => Number.isSafeInteger(number) && number >= 0)) return numbers;
  throw new InvalidArgumentError('numbers of steps with commas between them are wanted, or none.');
}
