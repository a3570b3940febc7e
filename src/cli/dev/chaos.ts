import { machineLine, thisMachine } from '../../../test/bench/measures';
import { findFaults, selectFaults, type Registered } from '../../../test/chaos/registry';
import { listAsText, reportAsText } from '../../../test/chaos/report';
import { recordResults, type Results } from '../../../test/chaos/results';
import { runFaults, type Outcome } from '../../../test/chaos/run';
import { npmScript, stoppedBySignals } from '../npm-script';
import { reportFormat, type ReportFormat } from '../options';
import { terminalProgress } from '../progress';
import { UsageError } from '../run-program';

interface Options {
  readonly list?: boolean;
  readonly long?: boolean;
  readonly record?: boolean;
  readonly output: ReportFormat;
}

/** `npm run chaos`: breaks real parts one after the other, and counts the runs that were lost, doubled or killed. */
npmScript('npm run chaos', (program) =>
  program
    .description(
      'Break real parts one after the other while runs go on, and count the runs that were lost, doubled or killed.',
    )
    .argument('[name...]', 'of areas and kinds; all without a name')
    .option('--list', 'say which kinds there are, and try none')
    .option('--long', 'also those that take more than a minute each')
    .option('--record', 'keep what was measured in test/chaos/results, of which docs/reliability.md is made')
    .addOption(reportFormat())
    .action(async (names: readonly string[], { list = false, long = false, record = false, output }: Options) => {
      const registry = await findFaults();
      const faults = selected(() => selectFaults(registry, names, long || list));
      if (list) {
        const listed = faults.map(({ fault }) => fault);
        process.stdout.write(output === 'json' ? `${JSON.stringify(listed, null, 2)}\n` : listAsText(faults));
        return;
      }
      const stopping = stoppedBySignals();
      // Each is kept as soon as it is known: the whole takes long, and may be ended.
      const keep = (outcome: Outcome) => record && recordResults(recordOf(outcome, names, long));
      const outcomes = await runFaults(registry, faults, terminalProgress(), stopping, keep);
      const json = output === 'json';
      process.stdout.write(json ? `${JSON.stringify(outcomes, null, 2)}\n` : `\n${reportAsText(outcomes)}`);
      const isWhole = outcomes.length === faults.length && outcomes.every(({ broken }) => broken.length === 0);
      // What a fault that was cut short has left behind must not keep the process.
      process.exit(isWhole ? 0 : 1);
    }),
);

function selected(select: () => readonly Registered[]): readonly Registered[] {
  try {
    return select();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function recordOf({ kind, verdict }: Outcome, names: readonly string[], long: boolean): Results {
  if (!verdict) return {};
  const words = ['--record', ...(long ? ['--long'] : []), ...names];
  const date = new Date().toISOString().slice(0, 10);
  return {
    [kind]: { date, command: `npm run chaos -- ${words.join(' ')}`, machine: machineLine(thisMachine()), ...verdict },
  };
}
