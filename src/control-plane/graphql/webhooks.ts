import type { DeliveryRecord, WebhookRecord } from '../store/records';
import type { WebhookInput } from '../admin/webhook-admin';
import { builder, seconds } from './builder';
import { RunState } from './runs';
import { mostOf } from './search';
import { Space } from './spaces';

const DeliveryState = builder.enumType('WebhookDeliveryState', {
  values: ['WAITING', 'DELIVERED', 'FAILED'] as const,
});

const Delivery = builder.objectRef<DeliveryRecord>('WebhookDelivery').implement({
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Sent as X-Delivery-Id, with each attempt.' }),
    run: t.id({ nullable: true, description: 'Null for a test.', resolve: ({ runId }) => runId }),
    state: t.expose('state', { type: DeliveryState }),
    attempts: t.exposeInt('attempts'),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
    attemptedAt: t.int({
      nullable: true,
      description: 'The last attempt, as what follows.',
      resolve: ({ attemptedAt }) => (attemptedAt === null ? null : seconds(attemptedAt)),
    }),
    statusCode: t.int({ nullable: true, description: 'Null: no answer came.', resolve: ({ status }) => status }),
    error: t.exposeString('error', { nullable: true }),
    durationMs: t.exposeInt('durationMs', { nullable: true }),
    nextAttemptAt: t.int({
      nullable: true,
      description: 'Null: at once, once it is its turn; or it is over.',
      resolve: ({ state, dueAt }) => (state === 'WAITING' && dueAt > 0 ? seconds(dueAt) : null),
    }),
    payload: t.exposeString('payload', { description: 'JSON, without what is the same for all deliveries.' }),
  }),
});

const Webhook = builder.objectRef<WebhookRecord>('NamedWebhooksIntegration').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    endpoint: t.exposeString('endpoint'),
    enabled: t.exposeBoolean('enabled'),
    space: t.field({ type: Space, resolve: ({ space }) => space }),
    labels: t.stringList({ resolve: ({ labels }) => [...labels] }),
    secret: t.string({ nullable: true, description: 'Always null: it is not told.', resolve: () => null }),
    secretHeaders: t.stringList({ description: 'Always empty: there are none.', resolve: () => [] }),
    retryOnFailure: t.exposeBoolean('retryOnFailure', { nullable: true }),
    runStates: t.field({
      type: [RunState],
      description: 'States of runs that it hears of; empty: all of them.',
      resolve: ({ runStates }) => [...runStates],
    }),
    stacks: t.idList({
      description: 'Ids of the stacks that it hears of; empty: all of them.',
      resolve: ({ stackIds }) => [...stackIds],
    }),
    failures: t.exposeInt('failures', { description: 'Of attempts, in a row.' }),
    pausedUntil: t.int({
      nullable: true,
      description: 'Nothing is sent before that, because too many attempts have failed in a row.',
      resolve: ({ pausedUntil }) => (pausedUntil === 0 ? null : seconds(pausedUntil)),
    }),
    deliveries: t.field({
      type: [Delivery],
      description: 'Newest first, 50 unless said otherwise.',
      args: { first: t.arg.int() },
      resolve: ({ id }, { first }, { admin }) => admin.webhooks.deliveries(id, mostOf(first) ?? 50),
    }),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
    updatedAt: t.int({ resolve: ({ updatedAt }) => seconds(updatedAt) }),
  }),
});

const Input = builder.inputRef<WebhookInput>('NamedWebhooksIntegrationInput').implement({
  fields: (t) => ({
    name: t.string({ required: true }),
    endpoint: t.string({ required: true }),
    enabled: t.boolean({ required: true }),
    space: t.id(),
    labels: t.stringList(),
    secret: t.string({ description: 'What is sent is signed with it; left out, that of a webhook stays.' }),
    retryOnFailure: t.boolean({ description: 'True unless said otherwise.' }),
    runStates: t.field({ type: [RunState], description: 'Of runs to hear of; left out: all of them.' }),
    stacks: t.idList({ description: 'To hear of, by name or id; left out: all of them.' }),
  }),
});

builder.queryFields((t) => ({
  namedWebhooksIntegrations: t.field({
    type: [Webhook],
    access: 'webhook:read',
    description: 'By name.',
    resolve: (_root, _args, { admin }) => admin.webhooks.list(),
  }),
  namedWebhooksIntegration: t.field({
    type: Webhook,
    nullable: true,
    access: 'webhook:read',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.webhooks.find(id),
  }),
}));

builder.mutationFields((t) => {
  const id = t.arg.id({ required: true });
  const input = t.arg({ type: Input, required: true });
  return {
    namedWebhooksIntegrationCreate: t.field({
      type: Webhook,
      access: 'webhook:write',
      action: 'webhook.create',
      args: { input },
      resolve: (_root, args, { admin }) => admin.webhooks.create(args.input),
    }),
    namedWebhooksIntegrationUpdate: t.field({
      type: Webhook,
      access: 'webhook:write',
      action: 'webhook.update',
      description: 'All that is left out is as in a new one, but for the secret, which stays.',
      args: { id, input },
      resolve: (_root, args, { admin }) => admin.webhooks.update(args.id, args.input),
    }),
    namedWebhooksIntegrationDelete: t.field({
      type: Webhook,
      nullable: true,
      access: 'webhook:write',
      action: 'webhook.delete',
      description: 'With what waits to be delivered to it.',
      args: { id },
      resolve: (_root, args, { admin }) => admin.webhooks.delete(args.id),
    }),
    namedWebhooksIntegrationTest: t.field({
      type: Delivery,
      access: 'webhook:write',
      action: 'webhook.test',
      description: 'Delivers what tells of no run.',
      args: { id },
      resolve: (_root, args, { admin }) => admin.webhooks.test(args.id),
    }),
    webhookDeliveryRedeliver: t.field({
      type: Delivery,
      access: 'webhook:write',
      action: 'webhook.redeliver',
      description: 'Delivers once more, under the same id.',
      args: { id },
      resolve: (_root, args, { admin }) => admin.webhooks.redeliver(args.id),
    }),
  };
});
