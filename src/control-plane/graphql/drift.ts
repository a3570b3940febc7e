import type { DriftSchedule, StackRecord } from '../store/records';
import { builder, seconds } from './builder';
import { Run } from './runs';
import { Stack } from './stacks';

interface Integration extends DriftSchedule {
  readonly deleted?: boolean;
}

const DriftDetectionIntegration = builder.objectRef<Integration>('DriftDetectionIntegration').implement({
  description: 'When drift of a stack is looked for.',
  fields: (t) => ({
    schedule: t.exposeStringList('schedule', { description: 'Cron expressions of five fields.' }),
    timezone: t.exposeString('timezone'),
    reconcile: t.exposeBoolean('reconcile', {
      description: 'Whether a tracked run follows where drift was found; it applies as the stack says.',
    }),
    ignoreState: t.exposeBoolean('ignoreState', {
      description: 'Whether it is looked for though the newest run had no success, or the source was not applied yet.',
    }),
    nextSchedule: t.int({
      nullable: true,
      description: 'When it is looked for next.',
      resolve: ({ nextAt, deleted }) => (deleted ? null : seconds(nextAt)),
    }),
    skipped: t.string({
      nullable: true,
      description: 'Why it was not looked for the last time; null when it was.',
      resolve: ({ skipped }) => skipped || null,
    }),
    deleted: t.boolean({ resolve: ({ deleted }) => deleted ?? false }),
  }),
});

const StackIntegrations = builder.objectRef<StackRecord>('StackIntegrations').implement({
  fields: (t) => ({
    driftDetection: t.field({
      type: DriftDetectionIntegration,
      nullable: true,
      resolve: ({ id }, _args, { lookups }) => lookups.driftSchedules.load(id),
    }),
  }),
});

builder.objectFields(Stack, (t) => ({
  integrations: t.field({ type: StackIntegrations, resolve: (stack) => stack }),
  driftCheckedAt: t.int({
    nullable: true,
    description: 'When a run last looked for drift.',
    resolve: ({ driftCheckedAt: at }) => (at === null ? null : seconds(at)),
  }),
  driftedSince: t.int({
    nullable: true,
    description: 'Since when there is drift, as far as runs have looked for it; null: there is none.',
    resolve: ({ driftedSince: at }) => (at === null ? null : seconds(at)),
  }),
}));

const Input = builder
  .inputRef<{
    readonly schedule: readonly string[];
    readonly timezone?: string | null;
    readonly reconcile?: boolean | null;
    readonly ignoreState?: boolean | null;
  }>('DriftDetectionIntegrationInput')
  .implement({
    fields: (t) => ({
      schedule: t.stringList({ required: true, description: 'Cron expressions of five fields, such as 0 6 * * 1-5.' }),
      timezone: t.string({ description: 'UTC, when it is left out.' }),
      reconcile: t.boolean(),
      ignoreState: t.boolean(),
    }),
  });

builder.mutationFields((t) => {
  const stack = { stack: t.arg.id({ required: true }) };
  const input = { input: t.arg({ type: Input, required: true }) };
  return {
    stackIntegrationDriftDetectionCreate: t.field({
      type: DriftDetectionIntegration,
      access: 'stack:write',
      action: 'stack.set-drift-detection',
      description: 'Refused where the pool of the stack takes no runs that look for drift.',
      args: { ...stack, ...input },
      resolve: (_root, args, { admin }) => admin.drift.set(args.stack, args.input, 'create'),
    }),
    stackIntegrationDriftDetectionUpdate: t.field({
      type: DriftDetectionIntegration,
      access: 'stack:write',
      action: 'stack.set-drift-detection',
      description: 'All of it at once: what is left out is as in a new one.',
      args: { ...stack, ...input },
      resolve: (_root, args, { admin }) => admin.drift.set(args.stack, args.input, 'update'),
    }),
    stackIntegrationDriftDetectionDelete: t.field({
      type: DriftDetectionIntegration,
      access: 'stack:write',
      action: 'stack.delete-drift-detection',
      args: stack,
      resolve: async (_root, args, { admin }) => ({ ...(await admin.drift.delete(args.stack)), deleted: true }),
    }),
    stackIntegrationDriftDetectionTrigger: t.field({
      type: Run,
      access: 'run:write',
      action: 'run.trigger',
      description: 'Looks for drift now, whatever became of the newest run.',
      args: stack,
      resolve: (_root, args, { admin }) => admin.drift.trigger(args.stack),
    }),
  };
});
