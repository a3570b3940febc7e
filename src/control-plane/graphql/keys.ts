import type { Key } from '../admin/key-admin';
import { builder, seconds } from './builder';

const Role = builder.enumType('ApiKeyRole', {
  values: {
    READER: { value: 'reader' },
    OPERATOR: { value: 'operator' },
    ADMIN: { value: 'admin' },
    WORKER_POOL_CONTROLLER: { value: 'worker-pool-controller' },
  } as const,
});

const ApiKey = builder.objectRef<Key>('ApiKey').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    role: t.expose('role', { type: Role }),
    admin: t.boolean({ resolve: ({ role }) => role === 'admin' }),
    secret: t.exposeString('secret', {
      nullable: true,
      description: 'Told once, by apiKeyCreate; null ever after.',
    }),
    createdAt: t.int({
      nullable: true,
      description: 'Null for the start key.',
      resolve: ({ createdAt }) => (createdAt === null ? null : seconds(createdAt)),
    }),
    lastUsedAt: t.int({
      nullable: true,
      description: 'To the hour; null: never, or it is the start key.',
      resolve: ({ lastUsedAt }) => (lastUsedAt === null ? null : seconds(lastUsedAt)),
    }),
  }),
});

const ApiKeyInput = builder.inputType('ApiKeyInput', {
  fields: (t) => ({ name: t.string({ required: true }), role: t.field({ type: Role, required: true }) }),
});

builder.queryFields((t) => ({
  apiKeys: t.field({
    type: [ApiKey],
    access: 'key:read',
    description: 'The start key, then the others by name.',
    resolve: (_root, _args, { admin }) => admin.keys.list(),
  }),
  apiKey: t.field({
    type: ApiKey,
    nullable: true,
    access: 'key:read',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.keys.find(id),
  }),
}));

builder.mutationFields((t) => ({
  apiKeyCreate: t.field({
    type: ApiKey,
    access: 'key:write',
    description: 'The answer is the only one with its secret.',
    args: { input: t.arg({ type: ApiKeyInput, required: true }) },
    resolve: (_root, { input }, { admin }) => admin.keys.create(input),
  }),
  apiKeyUpdate: t.field({
    type: ApiKey,
    access: 'key:write',
    description: 'Sessions of a key that gets another role end at once.',
    args: { id: t.arg.id({ required: true }), input: t.arg({ type: ApiKeyInput, required: true }) },
    resolve: (_root, { id, input }, { admin }) => admin.keys.update(id, input),
  }),
  apiKeyDelete: t.field({
    type: ApiKey,
    nullable: true,
    access: 'key:write',
    description: 'Its sessions end at once.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.keys.delete(id),
  }),
}));
