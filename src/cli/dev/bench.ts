import { runBench } from '../../../test/bench/bench';
import { benchControlPlane } from './bench-control-plane';
import { benchFleet } from './bench-fleet';
import { benchHistory } from './bench-history';
import { reportAsText } from '../../../test/bench/report';
import { buildPrograms } from '../build-programs';
import { reportFormat, wholeNumber, words, type ReportFormat } from '../options';
import { terminalProgress } from '../progress';
import { npmScript, stoppedBySignals } from '../npm-script';

interface Options {
  readonly runs: number;
  readonly rounds: number;
  readonly keys: number;
  readonly idleSeconds: number;
  readonly controller?: string;
  readonly qps?: number;
  readonly nodeFlags?: readonly string[];
  readonly output: ReportFormat;
}

const BUNDLE = 'dist/controller/controller.mjs';

/** `npm run bench`: measures speed and size of the controller against the targets of docs/operations/benchmarks.md. */
npmScript('npm run bench', (program) =>
  program
    .enablePositionalOptions()
    .description('Measure the controller on a real API server: speed, API requests, memory. It takes some minutes.')
    .option('--runs <n>', 'runs, Workers and Pods of a round', wholeNumber(1, 5_000), 1_000)
    .option('--rounds <n>', 'rounds of bare client and controller in turn; the medians count', wholeNumber(1, 9), 3)
    .option(
      '--keys <n>',
      'RSA keys to make; their time is scaled to as many as there are Workers',
      wholeNumber(1, 5_000),
      200,
    )
    .option('--idle-seconds <n>', 'how long to listen to an idle controller', wholeNumber(1, 600), 30)
    .option('--qps <n>', 'request rate that the controller is allowed (default: its own)', wholeNumber(1, 100_000))
    .option('--controller <path>', 'measure this bundle in place of a fresh one')
    .option('--node-flags <flags>', "run it with these flags of Node in place of its image's", words)
    .addOption(reportFormat())
    .action(async (options: Options) => {
      const stopping = stoppedBySignals();
      const progress = terminalProgress();
      if (options.controller === undefined) await buildPrograms(progress);
      const report = await runBench({ ...options, bundle: options.controller ?? BUNDLE }, progress, stopping);
      process.stdout.write(options.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : reportAsText(report));
    })
    .addCommand(benchFleet())
    .addCommand(benchControlPlane())
    .addCommand(benchHistory()),
);
