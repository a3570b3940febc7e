import type { PushHook } from '../admin/push-admin';
import { LIMIT } from '../limits';
import type { PushDelivery } from '../store/push-hooks';
import { builder, seconds } from './builder';
import { mostOf } from './search';
import { Stack } from './stacks';

const Delivery = builder.objectRef<PushDelivery>('PushDelivery').implement({
  description: 'What a git host told of, and what came of it. What could not be proved is in the audit trail alone.',
  fields: (t) => ({
    id: t.exposeID('id'),
    receivedAt: t.int({ resolve: ({ receivedAt }) => seconds(receivedAt) }),
    host: t.exposeString('host', { description: 'GitHub, GitLab, Gitea or Bitbucket.' }),
    event: t.exposeString('event', { description: 'As the host calls it.' }),
    run: t.id({ nullable: true, description: 'The run that followed.', resolve: ({ runId }) => runId }),
    message: t.exposeString('message', { nullable: true, description: 'Why none did.' }),
  }),
});

const Hook = builder.objectRef<PushHook>('PushHook').implement({
  description: 'That a stack hears of pushes to its git repository, which runs follow.',
  fields: (t) => ({
    path: t.string({
      description: 'Where at this control plane the git host tells of them.',
      resolve: ({ stackId }) => `/api/v1/stacks/${stackId}/push`,
    }),
    secret: t.exposeString('secret', {
      nullable: true,
      description: 'In the answer to stackPushHookCreate and stackPushHookRotate, and null ever after.',
    }),
    forks: t.exposeBoolean('forks', { description: 'Whether pull requests of forks are followed by proposed runs.' }),
    paths: t.stringList({
      description:
        'Folders and files whose changes count beside those of the project root; . is all of the repository.',
      resolve: ({ paths }) => paths.map((path) => (path === '' ? '.' : path)),
    }),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
    secretCreatedAt: t.int({ resolve: ({ secretAt }) => seconds(secretAt) }),
    deliveries: t.field({
      type: [Delivery],
      description: `Newest first; ${LIMIT.pushDeliveries} are kept.`,
      args: { first: t.arg.int() },
      resolve: ({ stackId }, { first }, { admin }) => admin.pushes.deliveries(stackId, mostOf(first)),
    }),
  }),
});

builder.objectField(Stack, 'pushHook', (t) =>
  t.field({
    type: Hook,
    nullable: true,
    description: 'Null: it hears of no pushes.',
    resolve: ({ id }, _args, { lookups }) => lookups.pushHooks.load(id),
  }),
);

builder.mutationFields((t) => {
  const stack = { stack: t.arg.id({ required: true }) };
  const settings = {
    forks: t.arg.boolean({ description: 'False unless said otherwise.' }),
    paths: t.arg.stringList({ description: 'None unless said otherwise.' }),
  };
  return {
    stackPushHookCreate: t.field({
      type: Hook,
      access: 'stack:write',
      action: 'stack.create-push-hook',
      description: 'Lets the git host of a stack tell of pushes and pull requests, which runs follow.',
      args: { ...stack, ...settings },
      resolve: (_root, { stack, ...input }, { admin }) => admin.pushes.create(stack, input),
    }),
    stackPushHookUpdate: t.field({
      type: Hook,
      access: 'stack:write',
      action: 'stack.update-push-hook',
      description: 'All of it at once: what is left out is as in a new one. The secret stays.',
      args: { ...stack, ...settings },
      resolve: (_root, { stack, ...input }, { admin }) => admin.pushes.update(stack, input),
    }),
    stackPushHookRotate: t.field({
      type: Hook,
      access: 'stack:write',
      action: 'stack.rotate-push-hook',
      description: 'Another secret; what is proved by the one before is refused from now on.',
      args: stack,
      resolve: (_root, { stack }, { admin }) => admin.pushes.rotate(stack),
    }),
    stackPushHookDelete: t.field({
      type: Hook,
      access: 'stack:write',
      action: 'stack.delete-push-hook',
      description: 'Hears of pushes no longer.',
      args: stack,
      resolve: (_root, { stack }, { admin }) => admin.pushes.delete(stack),
    }),
  };
});
