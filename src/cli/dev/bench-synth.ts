import { Command, InvalidArgumentError } from 'commander';
import { benchSynth, meetsTarget, synthReportAsText } from '../../../test/bench/synth';
import { task } from '../../local-cluster/progress';
import { terminalProgress } from '../progress';

interface Options {
  readonly rounds: number;
  readonly json?: true;
}

/** `npm run bench:synth`: how long a cold `cdk8s synth` takes, beside that of an empty app; fails above the target. */
const program = new Command('npm run bench:synth --')
  .description('Time a cold cdk8s synth of the whole app beside that of an empty one; exits with 1 above the target.')
  .option('--rounds <n>', 'rounds of the empty app and ours in turn; the medians count', rounds, 7)
  .option('--json', 'print every time as JSON')
  .showHelpAfterError('(--help lists the options)')
  .action(async (options: Options) => {
    const progress = terminalProgress();
    const report = await task(progress, 'timing cdk8s synth', undefined, () =>
      benchSynth(options.rounds, (round) => progress.update(`round ${round} of ${options.rounds}`)),
    );
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : synthReportAsText(report));
    if (!meetsTarget(report)) process.exitCode = 1;
  });

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`npm run bench:synth: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

function rounds(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 99) return number;
  throw new InvalidArgumentError('it must be a whole number from 1 to 99');
}
