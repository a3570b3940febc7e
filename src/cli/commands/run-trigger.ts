import { Command, Option } from 'commander';
import { projectFolder } from '../../control-plane/names';
import { apiAction } from '../api/command';
import { confirm, withConfirmation, type ConfirmFlags } from '../api/confirm';
import { withExamples } from '../api/help';
import { createTask, triggerRun, type RunConfig } from '../api/operations';
import { variablesOf, withVariables, type VariableFlags } from '../api/variables';
import { UsageError } from '../run-program';
import { sayQueued, withFollow, type FollowFlags } from './run-follow';

interface ConfigFlags extends VariableFlags, FollowFlags {
  readonly projectRoot?: string;
  readonly runnerImage?: string;
}

interface TriggerFlags extends ConfigFlags, ConfirmFlags {
  readonly type?: 'tracked' | 'proposed' | 'destroy';
  readonly proposed?: boolean;
  readonly autoDeploy?: boolean;
  readonly commit?: string;
  readonly message?: string;
}

export function triggerCommand(): Command {
  const command = new Command('trigger')
    .argument('<stack>', 'name or id of the stack')
    .description('Queue a run. With --follow: print its log until it is over; exit code 1 when it failed.')
    .addOption(
      new Option(
        '--type <type>',
        'tracked: plan and apply; proposed: only plan; destroy: plan and delete what the stack has made (default: tracked)',
      ).choices(['tracked', 'proposed', 'destroy']),
    )
    .addOption(new Option('--proposed', 'the same as --type proposed').conflicts(['autoDeploy', 'type']))
    .option('--auto-deploy', 'apply changes without asking, whatever the stack says')
    .option(
      '--commit <hash>',
      'of a git repository: the commit to fetch, its whole hash (default: the head of the branch); else of which commit the source is, to be shown beside the run',
    )
    .option('--message <text>', 'what that commit says');
  withExamples(
    withFollow(withConfig(withConfirmation(command))),
    'run trigger network --follow',
    'run trigger network --proposed --follow',
    'run trigger network --type destroy --follow',
    'run trigger network --env TF_VAR_size=3 --env-from-file secrets.env',
    'run trigger network --commit "$CI_COMMIT_SHA" --idempotency-key "$CI_JOB_ID" --output name',
  );
  return apiAction<TriggerFlags>(command, async (client, flags, stack = '') => {
    const type = flags.proposed ? 'proposed' : (flags.type ?? 'tracked');
    if (type === 'proposed' && flags.autoDeploy) {
      throw new UsageError('--auto-deploy: a proposed run applies nothing');
    }
    if (type === 'destroy' && flags.autoDeploy) {
      await confirm(
        flags,
        `All that stack ${stack} has made is deleted, and nobody is asked again once that is planned.`,
        'Destroy it?',
      );
    }
    const { autoDeploy, idempotencyKey, commit, message } = flags;
    const run = await triggerRun(client, stack, {
      ...{ type, autoDeploy, idempotencyKey, commit, message },
      config: configOf(flags),
    });
    await sayQueued(client, flags, run);
  });
}

export function taskCommand(): Command {
  const command = new Command('task')
    .argument('<stack>', 'name or id of the stack')
    .argument('<command...>', 'command after --; a single word is a line for the shell')
    .description(
      'Queue a run of one command in the workspace of a stack, with its environment and its state. It goes in turn with other runs of the stack, and ends as the command does.',
    )
    .option('--skip-init', 'do not initialize the workspace first');
  withExamples(
    withFollow(withConfig(command)),
    'run task network --follow -- tofu state list',
    "run task network --follow -- 'tofu output -json | head'",
    'run task network -- tofu taint null_resource.example',
  );
  return apiAction<ConfigFlags & { skipInit?: boolean }, [string, string[]]>(
    command,
    async (client, flags, stack, given) => {
      const { idempotencyKey, skipInit: skipInitialization } = flags;
      const task = { command: lineOf(given), skipInitialization, idempotencyKey, config: configOf(flags) };
      await sayQueued(client, flags, await createTask(client, stack, task));
    },
  );
}

function withConfig(command: Command): Command {
  return withVariables(command)
    .option('--project-root <folder>', "folder inside the source to run in, in place of the stack's")
    .option('--runner-image <image>', "image of the container worker, in place of the stack's");
}

function configOf(flags: ConfigFlags): RunConfig {
  const { projectRoot, runnerImage } = flags;
  return {
    environment: variablesOf(flags),
    ...(projectRoot === undefined ? {} : { projectRoot: projectFolder(projectRoot) }),
    ...(runnerImage === undefined ? {} : { runnerImage }),
  };
}

const PLAIN = /^[\w./:=,@%+-]+$/;

/** Words as they were given, for a shell; one word alone is a line as somebody wrote it. */
function lineOf(given: readonly string[]): string {
  if (given.length === 1) return given[0]!;
  return given.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
