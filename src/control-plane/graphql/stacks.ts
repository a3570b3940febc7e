import type { NewStack, StackChange } from '../admin/input';
import type { StackRecord } from '../store/records';
import { mentions } from '../mentions';
import { DEFAULT_SPACE } from '../names';
import { builder, seconds } from './builder';
import { variables } from '../admin/variables';
import { isGiven } from './given';
import { repositoryArgs, repositoryInput, RepositorySettings, type RepositoryArgs } from './repositories';
import { Run } from './runs';
import { checkSearch, mostOf, pageOf, pagesOf, passes, SearchInput } from './search';
import { Space } from './spaces';
import { WorkerPool } from './worker-pools';

const StackTool = builder.enumType('StackTool', { values: ['OPENTOFU', 'TERRAFORM', 'ANSIBLE'] as const });

/** Runs of a stack where nobody says how many. */
const RUNS = 50;

export const Stack = builder.objectRef<StackRecord>('Stack').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    workerPool: t.field({
      type: WorkerPool,
      nullable: true,
      resolve: ({ poolId }, _args, { lookups }) => lookups.pools.load(poolId),
    }),
    tool: t.expose('tool', { type: StackTool }),
    toolVersion: t.exposeString('toolVersion', {
      nullable: true,
      description: 'The release that runs get, such as 1.10.6. Null: what the runner image has.',
    }),
    playbook: t.exposeString('playbook', {
      nullable: true,
      description: 'File of the project that Ansible is given; null of other tools.',
    }),
    projectRoot: t.exposeString('projectRoot'),
    runnerImage: t.exposeString('runnerImage', { nullable: true }),
    autoDeploy: t.exposeBoolean('autoDeploy'),
    managesStateFile: t.boolean({
      description: 'Whether the control plane keeps its state, where its source names no backend.',
      resolve: ({ managesState }) => managesState,
    }),
    environment: t.stringList({
      description: "Names of its environment's variables; their values are not told.",
      resolve: ({ id }, _args, { lookups }) => lookups.environmentNames.load(id),
    }),
    hasSource: t.boolean({
      description: 'Whether a source was uploaded, or it has a git repository; without one it cannot run.',
      resolve: ({ source }) => source !== null,
    }),
    runs: t.field({
      type: [Run],
      description: `Newest first, ${RUNS} unless said otherwise; with the id of a run those that came before it.`,
      args: { before: t.arg.id(), first: t.arg.int() },
      resolve: ({ id }, { before, first }, { admin }) =>
        admin.runs({ stack: id, limit: mostOf(first) ?? RUNS, ...(isGiven(before) ? { before } : {}) }),
    }),
    run: t.field({
      type: Run,
      nullable: true,
      description: 'Null for one of another stack.',
      args: { id: t.arg.id({ required: true }) },
      resolve: async (stack, { id }, { admin }) => {
        const run = await admin.run(id);
        return run?.stackId === stack.id ? run : null;
      },
    }),
    state: t.string({
      description: 'Of the newest tracked run that has begun; NONE: none has.',
      resolve: async ({ id }, _args, { lookups }) => (await lookups.stackStates.load(id)) ?? 'NONE',
    }),
    spaceDetails: t.field({
      type: Space,
      description: 'That of its pool.',
      resolve: async ({ poolId }, _args, { lookups }) => (await lookups.pools.load(poolId))?.space ?? DEFAULT_SPACE,
    }),
    space: t.id({
      description: 'The id of the same.',
      resolve: async ({ poolId }, _args, { lookups }) => (await lookups.pools.load(poolId))?.space ?? DEFAULT_SPACE,
    }),
    description: t.string({ nullable: true, description: 'Null: stacks have none here.', resolve: () => null }),
    labels: t.stringList({ description: 'Empty: stacks have none here.', resolve: () => [] }),
    repository: t.string({
      description: 'URL of its git repository. Empty: sources are uploaded.',
      resolve: ({ repository }) => repository?.url ?? '',
    }),
    branch: t.string({
      description: 'That is tracked. Empty: sources are uploaded.',
      resolve: ({ repository }) => repository?.branch ?? '',
    }),
    repositorySettings: t.field({
      type: RepositorySettings,
      nullable: true,
      description: 'Null: sources are uploaded.',
      resolve: (stack) => stack.repository && { stack, repository: stack.repository },
    }),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
  }),
});

const Stacks = pagesOf('Stacks', Stack, 'Stack');

builder.queryFields((t) => ({
  stacks: t.field({
    type: [Stack],
    access: 'stack:read',
    description: 'By name; with a pool, given by name or id, those that it runs.',
    args: { workerPool: t.arg.id(), first: t.arg.int() },
    resolve: async (_root, { workerPool, first }, { admin }) =>
      (await admin.stacks(isGiven(workerPool) ? { pool: workerPool } : {})).slice(0, mostOf(first)),
  }),
  stack: t.field({
    type: Stack,
    access: 'stack:read',
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.stack(id),
  }),
}));

builder.queryField('searchStacks', (t) =>
  t.field({
    type: Stacks,
    access: 'stack:read',
    description: 'By name. A text is looked for in ids and names; predicates are name, workerPool (id) and tool.',
    args: { input: t.arg({ type: SearchInput, required: true }) },
    resolve: async (_root, { input }, { admin }) => {
      const filters = checkSearch(input, 'searchStacks', {
        orderedBy: 'name',
        directions: ['ASC', 'DESC'],
        byText: true,
        fields: { name: 'text', workerPool: 'text', tool: 'text' },
      });
      const stacks = (await admin.stacks()).filter(
        ({ id, name, poolId, tool }) =>
          mentions([id, name], input.fullTextSearch) &&
          passes(filters, (field) => ({ name: [name], workerPool: [poolId], tool: [tool] })[field] ?? []),
      );
      if (input.orderBy?.direction === 'DESC') stacks.reverse();
      return pageOf(input, ({ offset, limit }) => stacks.slice(offset, offset + limit));
    },
  }),
);

export const EnvironmentVariable = builder
  .inputRef<{ readonly name: string; readonly value: string }>('EnvironmentVariable')
  .implement({
    fields: (t) => ({ name: t.string({ required: true }), value: t.string({ required: true }) }),
  });

builder.mutationFields((t) => {
  const settings = {
    tool: t.arg({ type: StackTool }),
    toolVersion: t.arg.string(),
    playbook: t.arg.string(),
    projectRoot: t.arg.string(),
    runnerImage: t.arg.string(),
    autoDeploy: t.arg.boolean(),
    manageState: t.arg.boolean(),
    environment: t.arg({ type: [EnvironmentVariable] }),
    ...repositoryArgs,
  };
  return {
    stackCreate: t.field({
      type: Stack,
      access: 'stack:write',
      action: 'stack.create',
      description: 'Pool and stack are given by name or id.',
      args: { name: t.arg.string({ required: true }), workerPool: t.arg.id({ required: true }), ...settings },
      resolve: (_root, args, { admin }) => admin.createStack(newStack(args)),
    }),
    stackUpdate: t.field({
      type: Stack,
      access: 'stack:write',
      action: 'stack.update',
      description:
        "Counts for runs that start from now on. What is left out stays; an empty runnerImage means the pool's again, an empty toolVersion the runner image's.",
      args: {
        stack: t.arg.id({ required: true }),
        workerPool: t.arg.id(),
        ...settings,
        unsetEnvironment: t.arg.stringList(),
      },
      resolve: (_root, args, { admin }) => admin.updateStack(args.stack, stackChange(args)),
    }),
    stackDelete: t.field({
      type: Stack,
      access: 'stack:write',
      action: 'stack.delete',
      nullable: true,
      description: 'With its source, environment and state. Refused while it has unfinished runs; the others stay.',
      args: { stack: t.arg.id({ required: true }) },
      resolve: (_root, { stack }, { admin }) => admin.deleteStack(stack),
    }),
  };
});

interface StackSettings extends RepositoryArgs {
  readonly tool?: NewStack['tool'] | null;
  readonly toolVersion?: string | null;
  readonly playbook?: string | null;
  readonly projectRoot?: string | null;
  readonly runnerImage?: string | null;
  readonly autoDeploy?: boolean | null;
  readonly manageState?: boolean | null;
  readonly environment?: readonly { readonly name: string; readonly value: string }[] | null;
}

function newStack(args: StackSettings & { readonly name: string; readonly workerPool: string }): NewStack {
  return {
    name: args.name,
    pool: args.workerPool,
    tool: args.tool ?? 'OPENTOFU',
    toolVersion: args.toolVersion ?? null,
    playbook: args.playbook ?? null,
    projectRoot: args.projectRoot ?? '',
    runnerImage: args.runnerImage ?? null,
    autoDeploy: args.autoDeploy ?? false,
    managesState: args.manageState ?? true,
    environment: variables(args.environment ?? [], ({ name }) => name),
    ...ofRepository(args),
  };
}

/** GraphQL tells an argument of null from none; both mean that it stays as it is. */
function stackChange(
  args: StackSettings & { readonly workerPool?: string | null; readonly unsetEnvironment?: readonly string[] | null },
): StackChange {
  const { workerPool, tool, projectRoot, runnerImage, autoDeploy, manageState, environment, unsetEnvironment } = args;
  const { toolVersion, playbook } = args;
  return {
    ...(isGiven(workerPool) ? { pool: workerPool } : {}),
    ...(tool ? { tool } : {}),
    ...(typeof toolVersion === 'string' ? { toolVersion } : {}),
    ...(typeof playbook === 'string' ? { playbook } : {}),
    ...(typeof projectRoot === 'string' ? { projectRoot } : {}),
    ...(typeof runnerImage === 'string' ? { runnerImage } : {}),
    ...(typeof autoDeploy === 'boolean' ? { autoDeploy } : {}),
    ...(typeof manageState === 'boolean' ? { managesState: manageState } : {}),
    ...(environment ? { environment: variables(environment, ({ name }) => name) } : {}),
    ...(unsetEnvironment ? { unsetEnvironment } : {}),
    ...ofRepository(args),
  };
}

function ofRepository(args: RepositoryArgs): Pick<NewStack, 'repository'> {
  const repository = repositoryInput(args);
  return repository ? { repository } : {};
}
