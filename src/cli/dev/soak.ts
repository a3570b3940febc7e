import { soakAsText } from '../../../test/soak/report';
import { runSoak } from '../../../test/soak/soak';
import { npmScript, stoppedBySignals } from '../npm-script';
import { reportFormat, wholeNumber, type ReportFormat } from '../options';
import { terminalProgress } from '../progress';

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly output: ReportFormat;
}

/** `npm run soak`: runs of all kinds and random faults on a real node for a while; exits with 1 where an invariant broke. */
npmScript('npm run soak', (program) =>
  program
    .description('Ask for runs of all kinds on a real node and break it under them, for a while; then count.')
    .option('--minutes <n>', 'how long runs are asked for and parts are broken', wholeNumber(1, 100_000), 10)
    .option('--seed <n>', 'what is asked for and broken follows from it', wholeNumber(0, 2 ** 31), Date.now() % 2 ** 31)
    .addOption(reportFormat())
    .action(async ({ minutes, seed, output }: Options) => {
      const stopping = stoppedBySignals();
      const report = await runSoak({ minutes, seed }, terminalProgress(), stopping);
      if (report === undefined) {
        process.stderr.write('The soak was stopped: nothing follows from it. Its node is removed.\n');
        process.exit(1);
      }
      process.stdout.write(output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : soakAsText(report));
      // What a fault that was cut short has left behind must not keep the process.
      process.exit(report.amiss.length === 0 ? 0 : 1);
    }),
);
