import { Command } from 'commander';
import { runLoad, type LoadOptions } from '../../../test/bench/control-plane/load';
import { loadReportAsText } from '../../../test/bench/control-plane/load-report';
import { buildPrograms } from '../build-programs';
import { stoppedBySignals } from '../npm-script';
import { wholeNumber, words } from '../options';
import { terminalProgress } from '../progress';

interface Options extends Omit<LoadOptions, 'bundle' | 'nodeFlags'> {
  readonly program?: string;
  readonly nodeFlags?: readonly string[];
  readonly json?: true;
}

const BUNDLE = 'dist/control-plane/control-plane.mjs';

/** `npm run bench -- control-plane`: a control plane with many pools, against the targets of docs/operations/benchmarks.md. */
export const benchControlPlane = (): Command =>
  new Command('control-plane')
    .description('Measure the control plane with many pools and a steady rate of runs. It takes some minutes.')
    .option('--pools <n>', 'pools over long poll, of ten workers each', wholeNumber(1, 5_000), 1_000)
    .option('--mqtt-pools <n>', 'pools over MQTT, of ten workers each', wholeNumber(0, 5_000), 100)
    .option('--stacks <n>', 'stacks, spread over the pools', wholeNumber(1, 5_000), 500)
    .option('--rate <n>', 'runs that are triggered in a second', wholeNumber(1, 2_000), 200)
    .option('--seconds <n>', 'for how long, at each size of the fleet', wholeNumber(1, 300), 30)
    .option('--idle-seconds <n>', 'how long to listen to an idle control plane', wholeNumber(1, 600), 30)
    .option('--program <path>', 'measure this bundle in place of a fresh one')
    .option('--node-flags <flags>', 'run it with these flags of Node beside those of its image', words)
    .option('--json', 'print everything that was measured as JSON')
    .action(async ({ program, nodeFlags = [], json, ...options }: Options) => {
      const stopping = stoppedBySignals();
      const progress = terminalProgress();
      if (program === undefined) await buildPrograms(progress);
      const report = await runLoad({ ...options, bundle: program ?? BUNDLE, nodeFlags }, progress, stopping);
      process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : loadReportAsText(report));
    });
