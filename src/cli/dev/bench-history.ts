import { Command, Option } from 'commander';
import {
  historyAsText,
  historyMeasures,
  runHistory,
  type HistoryOptions,
} from '../../../test/bench/control-plane/history/history';
import { missesAsserted } from '../../../test/bench/measures';
import { reportFormat, wholeNumber, type ReportFormat } from '../options';
import { terminalProgress } from '../progress';

/** `npm run bench -- history`: what a long history costs, beside none. */
export const benchHistory = (): Command =>
  new Command('history')
    .description('Measure what assigning and listing cost with many finished and queued runs, beside none.')
    .addOption(new Option('--database <name>', 'which one').choices(['sqlite', 'postgres']).default('sqlite'))
    .option('--stacks <n>', 'stacks that the runs are spread over', wholeNumber(1, 5_000), 500)
    .option('--finished <n>', 'runs that have ended', wholeNumber(0, 5_000_000), 1_000_000)
    .option('--queued <n>', 'runs that wait', wholeNumber(0, 100_000), 10_000)
    .option('--rounds <n>', 'rounds of both in turn; the medians count', wholeNumber(1, 99), 9)
    .addOption(reportFormat())
    .action(async ({ output, ...options }: HistoryOptions & { readonly output: ReportFormat }) => {
      const report = await runHistory(options, terminalProgress());
      if (missesAsserted(historyMeasures(report))) process.exitCode = 1;
      process.stdout.write(output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : historyAsText(report));
    });
