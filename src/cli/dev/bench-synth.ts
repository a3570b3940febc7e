import { benchSynth, meetsTarget, synthReportAsText } from '../../../test/bench/synth';
import { task } from '../../local-cluster/progress';
import { reportFormat, wholeNumber, type ReportFormat } from '../options';
import { terminalProgress } from '../progress';
import { npmScript } from '../npm-script';

interface Options {
  readonly rounds: number;
  readonly output: ReportFormat;
}

/** `npm run bench:synth`: how long a cold `cdk8s synth` takes, beside that of an empty app; fails above the target. */
npmScript('npm run bench:synth', (program) =>
  program
    .description('Time a cold cdk8s synth of the whole app beside that of an empty one; exits with 1 above the target.')
    .option('--rounds <n>', 'rounds of the empty app and ours in turn; the medians count', wholeNumber(1, 99), 7)
    .addOption(reportFormat())
    .action(async (options: Options) => {
      const progress = terminalProgress();
      const report = await task(progress, 'timing cdk8s synth', undefined, () =>
        benchSynth(options.rounds, (round) => progress.update(`round ${round} of ${options.rounds}`)),
      );
      process.stdout.write(
        options.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : synthReportAsText(report),
      );
      if (!meetsTarget(report)) process.exitCode = 1;
    }),
);
