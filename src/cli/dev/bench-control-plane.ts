import { Command, Option } from 'commander';
import { runLoad, type LoadOptions } from '../../../test/bench/control-plane/load/load';
import { loadMeasures, loadReportAsText } from '../../../test/bench/control-plane/load/report';
import { missesAsserted } from '../../../test/bench/measures';
import { buildPrograms } from '../build-programs';
import { stoppedBySignals } from '../npm-script';
import { reportFormat, wholeNumber, words, type ReportFormat } from '../options';
import { terminalProgress } from '../progress';

interface Options extends Omit<LoadOptions, 'bundle' | 'nodeFlags'> {
  readonly program?: string;
  readonly nodeFlags?: readonly string[];
  readonly strict?: boolean;
  readonly output: ReportFormat;
}

const BUNDLE = 'dist/control-plane/control-plane.mjs';

/** `npm run bench -- control-plane`: a control plane with many pools, against the targets of docs/operations/benchmarks.md. */
export const benchControlPlane = (): Command =>
  new Command('control-plane')
    .description('Measure the control plane with many pools and a steady rate of runs. It takes some minutes.')
    .addOption(
      new Option('--site <name>', 'one process on SQLite, or three on PostgreSQL with mosquitto behind a balancer')
        .choices(['sqlite', 'postgres'])
        .default('sqlite'),
    )
    .option('--pools <n>', 'pools over long poll, of ten workers each', wholeNumber(10, 5_000), 1_000)
    .option('--mqtt-pools <n>', 'pools over MQTT, of ten workers each', wholeNumber(0, 5_000), 100)
    .option('--rate <n>', 'runs that are triggered and assigned in a second', wholeNumber(1, 2_000), 200)
    .option('--seconds <n>', 'for how long, with all the workers', wholeNumber(1, 300), 15)
    .option('--run-rate <n>', 'runs that are carried out in a second', wholeNumber(1, 1_000), 20)
    .option('--runs <n>', 'how many of them, at each size of the fleet', wholeNumber(1, 10_000), 300)
    .option('--idle-seconds <n>', 'how long to listen to an idle control plane, at each size', wholeNumber(1, 600), 15)
    .option('--program <path>', 'measure this bundle in place of a fresh one')
    .option('--node-flags <flags>', 'run it with these flags of Node beside those of its image', words)
    .option('--strict', 'fail also above the targets that depend on the speed of the machine, and on what else it does')
    .addOption(reportFormat())
    .action(async ({ program, nodeFlags = [], strict = false, output, ...options }: Options) => {
      const stopping = stoppedBySignals();
      const progress = terminalProgress();
      if (program === undefined) await buildPrograms(progress);
      const report = await runLoad({ ...options, bundle: program ?? BUNDLE, nodeFlags }, progress, stopping);
      process.stdout.write(
        output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : loadReportAsText(report, strict),
      );
      if (missesAsserted(loadMeasures(report, strict))) process.exitCode = 1;
    });
