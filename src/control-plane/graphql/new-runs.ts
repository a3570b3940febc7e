import type { NewRun } from '../admin/input';
import { RequestError } from '../errors';
import { builder } from './builder';
import { variables } from '../admin/variables';
import { idempotencyKey, Run, RunType } from './runs';

const ConfigVariable = builder.inputRef<{ readonly key: string; readonly value: string }>('ConfigVariable').implement({
  description: 'A variable of the environment; its value is given back by nothing.',
  fields: (t) => ({ key: t.string({ required: true }), value: t.string({ required: true }) }),
});

interface RuntimeConfig {
  readonly environment?: readonly { readonly key: string; readonly value: string }[] | null;
  readonly projectRoot?: string | null;
  readonly runnerImage?: string | null;
}

const RuntimeConfigInput = builder.inputRef<RuntimeConfig>('RuntimeConfigInput').implement({
  description: 'What goes for one run alone, in place of what its stack says.',
  fields: (t) => ({
    environment: t.field({
      type: [ConfigVariable],
      description: "Variables beside those of the stack's environment, or in place of them.",
    }),
    projectRoot: t.string({ description: 'Folder inside the source; empty: that of the source.' }),
    runnerImage: t.string(),
  }),
});

builder.mutationFields((t) => {
  const runtimeConfig = { runtimeConfig: t.arg({ type: RuntimeConfigInput }) };
  const commit = {
    commitSha: t.arg.string({
      description:
        'The commit to be fetched, by its whole hash; the head of the branch unless given. Of a source that was uploaded: of which commit it is.',
    }),
    commitMessage: t.arg.string(),
  };
  return {
    runTrigger: t.field({
      type: Run,
      access: 'run:write',
      action: 'run.trigger',
      description: 'A run that destroys waits for a confirmation unless autoDeploy is true; the stack stays.',
      args: {
        stack: t.arg.id({ required: true }),
        runType: t.arg({ type: RunType }),
        autoDeploy: t.arg.boolean(),
        ...commit,
        ...runtimeConfig,
        ...idempotencyKey,
      },
      resolve: (_root, { runType, ...args }, { admin }) => {
        if (runType === 'TASK') throw new RequestError('malformed', 'a task is queued by taskCreate');
        return admin.createRun({ ...newRun(args), ...(runType ? { type: runType } : {}) });
      },
    }),
    taskCreate: t.field({
      type: Run,
      access: 'run:write',
      action: 'run.trigger',
      description:
        'A run of one command in the workspace of the stack, with its environment and its state. It goes in turn with other runs that change something, is confirmed by nobody, and ends as the command does.',
      args: {
        stack: t.arg.id({ required: true }),
        command: t.arg.string({ required: true, description: 'What a shell carries out.' }),
        skipInitialization: t.arg.boolean({ description: 'Whether the workspace is not initialized first.' }),
        ...runtimeConfig,
        ...idempotencyKey,
      },
      resolve: (_root, { command, skipInitialization, ...args }, { admin }) =>
        admin.createRun({
          ...newRun(args),
          type: 'TASK',
          command,
          skipInitialization: skipInitialization ?? false,
        }),
    }),
  };
});

interface Args {
  readonly stack: string;
  readonly autoDeploy?: boolean | null | undefined;
  readonly commitSha?: string | null | undefined;
  readonly commitMessage?: string | null | undefined;
  readonly runtimeConfig?: RuntimeConfig | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** GraphQL tells an argument of null from none; both mean that nothing is said. */
function newRun({ stack, autoDeploy, commitSha, commitMessage, runtimeConfig, idempotencyKey }: Args): NewRun {
  const { environment, projectRoot, runnerImage } = runtimeConfig ?? {};
  return {
    stack,
    ...(typeof autoDeploy === 'boolean' ? { autoDeploy } : {}),
    ...(typeof commitSha === 'string' ? { commitSha } : {}),
    ...(typeof commitMessage === 'string' ? { commitMessage } : {}),
    ...(typeof projectRoot === 'string' ? { projectRoot } : {}),
    ...(typeof runnerImage === 'string' ? { runnerImage } : {}),
    ...(environment ? { environment: variables(environment, ({ key }) => key) } : {}),
    ...(typeof idempotencyKey === 'string' ? { idempotencyKey } : {}),
  };
}
