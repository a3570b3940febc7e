import { idOf } from '../names';
import type { StackDependency as StackDependencyRecord } from '../store/records';
import { builder } from './builder';
import { Stack } from './stacks';

export const StackDependency = builder.objectRef<StackDependencyRecord>('StackDependency').implement({
  description: 'Tracked runs of `stack` follow those of `dependsOnStack`.',
  fields: (t) => ({
    id: t.exposeID('id'),
    stackId: t.exposeID('stackId'),
    dependsOnStackId: t.exposeID('dependsOnStackId'),
    stack: t.field({
      type: Stack,
      nullable: true,
      resolve: ({ stackId }, _args, { lookups }) => lookups.stacks.load(stackId),
    }),
    dependsOnStack: t.field({
      type: Stack,
      nullable: true,
      resolve: ({ dependsOnStackId }, _args, { lookups }) => lookups.stacks.load(dependsOnStackId),
    }),
  }),
});

builder.objectFields(Stack, (t) => ({
  dependsOn: t.field({
    type: [StackDependency],
    description: 'Those with the stacks whose tracked runs it follows.',
    resolve: async ({ id }, _args, { lookups }) => [...(await lookups.dependsOn.load(id))],
  }),
  isDependedOnBy: t.field({
    type: [StackDependency],
    description: 'Those with the stacks of which each of its tracked runs queues one.',
    resolve: async ({ id }, _args, { lookups }) => [...(await lookups.isDependedOnBy.load(id))],
  }),
  dependency: t.field({
    type: StackDependency,
    nullable: true,
    description: 'The one with an id, or with a stack that it depends on, given by name or id.',
    args: { id: t.arg.id(), dependsOnStackId: t.arg.id() },
    resolve: async (stack, { id, dependsOnStackId }, { admin, lookups }) => {
      const all = await lookups.dependsOn.load(stack.id);
      const upstream = dependsOnStackId ? await admin.stack(dependsOnStackId) : undefined;
      return all.find((one) => (id ? one.id === idOf(id) : one.dependsOnStackId === upstream?.id)) ?? null;
    },
  }),
}));

const StackDependencyInput = builder
  .inputRef<{ readonly stackId: string; readonly dependsOnStackId: string }>('StackDependencyInput')
  .implement({
    fields: (t) => ({ stackId: t.id({ required: true }), dependsOnStackId: t.id({ required: true }) }),
  });

builder.mutationFields((t) => ({
  stackDependencyCreate: t.field({
    type: StackDependency,
    access: 'stack:write',
    action: 'stack.depend',
    description: 'Stacks are given by name or id. Refused where it would make a cycle.',
    args: { input: t.arg({ type: StackDependencyInput, required: true }) },
    resolve: (_root, { input }, { admin }) => admin.addStackDependency(input.stackId, input.dependsOnStackId),
  }),
  stackDependencyDelete: t.field({
    type: StackDependency,
    access: 'stack:write',
    action: 'stack.undepend',
    nullable: true,
    description: 'Runs that wait because of it wait for that no more.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.deleteStackDependency(id),
  }),
}));
