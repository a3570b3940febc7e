import { RequestError } from '../errors';
import { commitOf, type CommitOfRun } from '../queue/git-source';
import { PRIORITIZED } from '../queue/rank';
import { factsOf } from '../queue/run-types';
import { isTerminal } from '../queue/transitions';
import type { RunRecord } from '../store/records';
import { builder, seconds, type RequestContext } from './builder';
import { isGiven } from './given';
import { mostOf } from './search';

export const RunType = builder.enumType('RunType', {
  values: ['TRACKED', 'PROPOSED', 'DESTROY', 'TASK', 'TESTING'] as const,
});

export const RunState = builder.enumType('RunState', {
  values: [
    'QUEUED',
    'PREPARING',
    'PLANNING',
    'PERFORMING',
    'UNCONFIRMED',
    'CONFIRMED',
    'PREPARING_APPLY',
    'APPLYING',
    'FINISHED',
    'FAILED',
    'STOPPED',
    'CANCELED',
    'DISCARDED',
  ] as const,
});

const Commit = builder.objectRef<CommitOfRun & { readonly hash: string }>('Commit').implement({
  description:
    'Of which commit the source is: of a git repository the one that was fetched, of a source that was uploaded what was said.',
  fields: (t) => ({
    hash: t.exposeString('hash'),
    message: t.exposeString('message', { nullable: true }),
    authorName: t.exposeString('author', { nullable: true, description: 'Null where it was only said.' }),
    timestamp: t.int({
      nullable: true,
      description: 'When it was committed; null where it was only said.',
      resolve: ({ createdAt }) => (createdAt === null ? null : seconds(createdAt)),
    }),
  }),
});

const RuntimeConfig = builder.objectRef<RunRecord>('RuntimeConfig').implement({
  description: 'What goes for one run alone.',
  fields: (t) => ({
    environment: t.exposeStringList('environmentNames', {
      description: 'Names of its variables beside those of the stack; their values are not told.',
    }),
    projectRoot: t.exposeString('projectRoot', { nullable: true, description: "Null: the stack's." }),
    runnerImage: t.exposeString('runnerImage', { nullable: true, description: "Null: the stack's." }),
  }),
});

export const Run = builder.objectRef<RunRecord>('Run').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    stackId: t.exposeID('stackId'),
    stackName: t.exposeString('stackName'),
    workerPool: t.exposeID('poolId'),
    type: t.expose('type', { type: RunType }),
    kind: t.string({ description: 'What it does, for people.', resolve: ({ type }) => factsOf(type).kind }),
    state: t.expose('state', { type: RunState }),
    title: t.string({
      resolve: ({ type, stackName }) => `${factsOf(type).title} of ${stackName}`,
    }),
    finished: t.boolean({
      description: 'Whether nothing more will happen.',
      resolve: ({ state }) => isTerminal(state),
    }),
    autoDeploy: t.exposeBoolean('autoDeploy'),
    command: t.exposeString('command', { nullable: true, description: 'Of a task; null for other runs.' }),
    commit: t.field({
      type: Commit,
      nullable: true,
      resolve: (run) => {
        const { hash, ...commit } = commitOf(run, null);
        return hash === null ? null : { hash, ...commit };
      },
    }),
    branch: t.string({
      nullable: true,
      description:
        'Of its commit; null of a source that was uploaded, and until a run without a commit has fetched one.',
      resolve: (run) => commitOf(run, null).branch,
    }),
    runtimeConfig: t.field({ type: RuntimeConfig, resolve: (run) => run }),
    driftDetection: t.exposeBoolean('driftDetection', { description: 'Whether it looks for drift, or reconciles it.' }),
    isPrioritized: t.boolean({
      description: 'Whether it goes before others of its pool whenever it waits for a worker.',
      resolve: ({ rank }) => rank === PRIORITIZED,
    }),
    attempt: t.exposeInt('attempt', { description: 'Attempts so far, over both stages.' }),
    hasChanges: t.exposeBoolean('hasChanges', { nullable: true }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'One of the outcome reasons of docs/protocol.md, once the run is over.',
    }),
    message: t.exposeString('message'),
    waitsFor: t.string({
      nullable: true,
      description: "What it waits for, as the end of 'waits for ...'; null while it does not wait.",
      resolve: (run, _args, { lookups }) => lookups.waitsFor.load(run),
    }),
    exitCode: t.exposeInt('exitCode', { nullable: true }),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
    updatedAt: t.int({ resolve: ({ updatedAt }) => seconds(updatedAt) }),
    finishedAt: t.int({
      nullable: true,
      resolve: ({ finishedAt }) => (finishedAt === null ? null : seconds(finishedAt)),
    }),
  }),
});

builder.queryFields((t) => ({
  run: t.field({
    type: Run,
    access: 'stack:read',
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.run(id),
  }),
  runs: t.field({
    type: [Run],
    access: 'stack:read',
    description: 'Newest first.',
    args: { stack: t.arg.id(), workerPool: t.arg.id(), first: t.arg.int() },
    resolve: (_root, { stack, workerPool, first }, { admin }) =>
      admin.runs({
        ...(isGiven(stack) ? { stack } : {}),
        ...(isGiven(workerPool) ? { pool: workerPool } : {}),
        limit: mostOf(first),
      }),
  }),
}));

export const idempotencyKey = builder.args((t) => ({
  idempotencyKey: t.string({
    description: 'The same key again gives the same run of the stack: for whoever lost the answer.',
  }),
}));

builder.mutationFields((t) => {
  const run = { stack: t.arg.id(), run: t.arg.id({ required: true }) };
  return {
    runRetry: t.field({
      type: Run,
      access: 'run:write',
      action: 'run.retry',
      description: 'Another run of the kind of one that ended without success, with the source that its stack has now.',
      args: { ...run, ...idempotencyKey },
      resolve: async (_root, args, context) =>
        context.admin.retryRun(await runOf(context, args), args.idempotencyKey ?? undefined),
    }),
    runPrioritizeSet: t.field({
      type: Run,
      access: 'run:write',
      action: 'run.prioritize',
      description:
        'Lets it go before others of its pool whenever it waits for a worker; not before earlier ones of its stack.',
      args: { ...run, prioritize: t.arg.boolean({ required: true }) },
      resolve: async (_root, args, context) => context.admin.prioritize(await runOf(context, args), args.prioritize),
    }),
    runConfirm: t.field({
      type: Run,
      access: 'run:write',
      action: 'run.confirm',
      description: 'Where a stack is given, too, the run must be one of its runs.',
      args: run,
      resolve: async (_root, args, context) => context.admin.confirm(await runOf(context, args)),
    }),
    runDiscard: t.field({
      type: Run,
      access: 'run:write',
      action: 'run.discard',
      args: run,
      resolve: async (_root, args, context) => context.admin.discard(await runOf(context, args)),
    }),
    runStop: t.field({
      type: Run,
      access: 'run:write',
      action: 'run.stop',
      args: { ...run, note: t.arg.string() },
      resolve: async (_root, args, context) => context.admin.stop(await runOf(context, args), args.note ?? undefined),
    }),
    runCancel: t.field({
      type: Run,
      access: 'run:write',
      action: 'run.cancel',
      description: 'Only of a run that has not started.',
      args: run,
      resolve: async (_root, args, context) => context.admin.cancel(await runOf(context, args)),
    }),
  };
});

interface RunArguments {
  readonly stack?: string | null;
  readonly run: string;
}

/** The id of the run; where a stack is given, too, it must be the run's. */
async function runOf({ admin }: RequestContext, { run, stack }: RunArguments): Promise<string> {
  const ofStack = (await admin.run(run))?.stackId;
  if (isGiven(stack) && ofStack !== undefined && (await admin.stack(stack))?.id !== ofStack) {
    throw new RequestError('not-found', `run ${run} not found in stack ${stack}`);
  }
  return run;
}
