import type { TestQueue } from '../../support/queue';
import { mutation, SECRET, type Door } from './doors';

const WEBHOOK = { name: 'hook', endpoint: 'https://receiver.example.com/hook', enabled: true };

export const webhookDoors = (queueNow: () => TestQueue): Readonly<Record<string, Door>> => {
  const webhook = async () => (await queueNow().admin.webhooks.create(WEBHOOK)).id;
  return {
    'Mutation.namedWebhooksIntegrationCreate': mutation(
      'webhook.create',
      '($input:NamedWebhooksIntegrationInput!){namedWebhooksIntegrationCreate(input: $input){id}}',
      () => ({ input: { ...WEBHOOK, secret: SECRET } }),
    ),
    'Mutation.namedWebhooksIntegrationUpdate': mutation(
      'webhook.update',
      '($id:ID!,$input:NamedWebhooksIntegrationInput!){namedWebhooksIntegrationUpdate(id: $id, input: $input){id}}',
      async () => ({ id: await webhook(), input: { ...WEBHOOK, enabled: false, secret: SECRET } }),
    ),
    'Mutation.namedWebhooksIntegrationDelete': mutation(
      'webhook.delete',
      '($id:ID!){namedWebhooksIntegrationDelete(id: $id){id}}',
      async () => ({ id: await webhook() }),
    ),
    'Mutation.namedWebhooksIntegrationTest': mutation(
      'webhook.test',
      '($id:ID!){namedWebhooksIntegrationTest(id: $id){id}}',
      async () => ({ id: await webhook() }),
    ),
    'Mutation.webhookDeliveryRedeliver': mutation(
      'webhook.redeliver',
      '($id:ID!){webhookDeliveryRedeliver(id: $id){id}}',
      async () => ({ id: (await queueNow().admin.webhooks.test(await webhook())).id }),
    ),
  };
};
