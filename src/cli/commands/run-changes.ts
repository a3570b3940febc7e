import { Command, Option } from 'commander';
import { apiAction } from '../api/command';
import { RUN_CHANGES } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { withExamples } from '../api/help';
import { CHANGE_TYPES, changesText, type ChangeWord, type RunWithChanges } from '../api/plan-changes';
import { notFound } from '../api/refused';
import { UserError } from '../run-program';

export function changesCommand(): Command {
  const command = new Command('changes')
    .argument('<run>', 'id of the run')
    .description(
      'Show what the plan of a run changes: resources with what happens to them and why, what was changed outside of the stack, and outputs. Names only, never a value.',
    )
    .addOption(new Option('--type <type>', 'only resources to which this happens').choices(CHANGE_TYPES));
  withExamples(
    withOutput(command),
    'run changes 01K3ZC0000000000000000000R',
    'run changes 01K3ZC0000000000000000000R --type delete -o name',
  );
  return apiAction<OutputFlags & { type?: ChangeWord }>(command, async (client, flags, id = '') => {
    const types = flags.type === undefined ? null : [flags.type.toUpperCase() as Uppercase<ChangeWord>];
    const { run } = await client.query(RUN_CHANGES, { id, types });
    if (!run) throw notFound(`run ${id} not found`);
    const [changes] = run.changesV3;
    if (!run.delta || !changes) throw new UserError(`nothing is known of changes: ${why(run)}`);
    const names = changes.resources.map(({ address }) => address);
    output(flags, { delta: run.delta, ...changes }, names, changesText(run.delta, changes));
  });
}

function why({ id, state, hasChanges }: RunWithChanges): string {
  if (hasChanges === false) return `the plan of run ${id} has none`;
  if (hasChanges) return `run ${id} has some, but no list of them; its log says why`;
  return `run ${id} is ${state} and has no plan`;
}
