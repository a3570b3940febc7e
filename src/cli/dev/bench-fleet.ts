import { Command } from 'commander';
import { runFleet, type FleetOptions } from '../../../test/bench/fleet';
import { fleetReportAsText } from '../../../test/bench/fleet-report';
import { buildPrograms } from '../build-programs';
import { stoppedBySignals } from '../npm-script';
import { reportFormat, wholeNumber, words, type ReportFormat } from '../options';
import { terminalProgress } from '../progress';

interface Options extends Omit<FleetOptions, 'bundle'> {
  readonly controller?: string;
  readonly output: ReportFormat;
}

const BUNDLE = 'dist/controller/controller.mjs';

/** `npm run bench -- fleet`: the memory of a controller with many Workers and Pods, against docs/operations/benchmarks.md. */
export const benchFleet = (): Command =>
  new Command('fleet')
    .description('Measure the memory of the controller with many idle Workers and Pods. It takes some minutes.')
    .option('--idle <n>', 'Workers without a run', wholeNumber(1, 50_000), 10_000)
    .option('--pods <n>', 'Workers with a run, and so Pods', wholeNumber(1, 10_000), 3_000)
    .option('--pool-size <n>', 'Workers of a pool', wholeNumber(1, 10_000), 1_000)
    .option('--seconds <n>', 'how long memory is looked at, once a second', wholeNumber(1, 600), 75)
    .option('--controller <path>', 'measure this bundle in place of a fresh one')
    .option('--node-flags <flags>', "run it with these flags of Node in place of its image's", words)
    .addOption(reportFormat())
    .action(async ({ controller, output, ...options }: Options) => {
      const stopping = stoppedBySignals();
      const progress = terminalProgress();
      if (controller === undefined) await buildPrograms(progress);
      const report = await runFleet({ ...options, bundle: controller ?? BUNDLE }, progress, stopping);
      process.stdout.write(output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : fleetReportAsText(report));
    });
