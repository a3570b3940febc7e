import { one, type Operations } from './operation';

const ENDPOINT = 'https://receiver.example.com/hook';

const found = one('ID!', 'namedWebhooksIntegration', 'id');

export const WEBHOOKS: Operations = {
  namedWebhooksIntegrations: {
    shows: 'lists webhooks by name, without their secrets',
    document: '{ namedWebhooksIntegrations { id name secret } }',
    given: async (world) => {
      await world.webhook('0');
      return {};
    },
    gives: (world) => [{ name: world.fresh('0'), secret: null }],
  },
  namedWebhooksIntegration: {
    shows: 'finds a webhook with what it hears of, as the Terraform provider asks for it',
    document: one(
      'ID!',
      'namedWebhooksIntegration',
      'id enabled endpoint space { id } name secret secretHeaders labels retryOnFailure deliveries { id }',
    ),
    given: async (world) => ({ id: await world.webhook() }),
    gives: (world, { id }) => ({
      ...{ id, enabled: true, endpoint: ENDPOINT, space: { id: 'legacy' }, name: world.fresh('hook') },
      ...{ secret: null, secretHeaders: [], labels: [], retryOnFailure: true, deliveries: [] },
    }),
  },
  namedWebhooksIntegrationCreate: {
    shows: 'makes a webhook that hears of some states and stacks',
    document:
      'mutation($input: NamedWebhooksIntegrationInput!) { namedWebhooksIntegrationCreate(input: $input) { name enabled runStates labels } }',
    given: (world) => ({
      input: {
        ...{ name: world.fresh('hook'), endpoint: ENDPOINT, enabled: true, space: 'legacy', labels: ['a'] },
        ...{ secret: 'a secret', retryOnFailure: false, runStates: ['FAILED'], stacks: [world.stack] },
      },
    }),
    gives: (world) => ({ name: world.fresh('hook'), enabled: true, runStates: ['FAILED'], labels: ['a'] }),
  },
  namedWebhooksIntegrationUpdate: {
    shows: 'disables a webhook',
    document:
      'mutation($id: ID!, $input: NamedWebhooksIntegrationInput!) { namedWebhooksIntegrationUpdate(id: $id, input: $input) { id enabled } }',
    given: async (world) => ({
      id: await world.webhook(),
      input: { name: world.fresh('hook'), endpoint: ENDPOINT, enabled: false },
    }),
    gives: (_world, { id }) => ({ id, enabled: false }),
  },
  namedWebhooksIntegrationDelete: {
    shows: 'deletes a webhook',
    document: 'mutation($id: ID!) { namedWebhooksIntegrationDelete(id: $id) { id } }',
    given: async (world) => ({ id: await world.webhook() }),
    gives: (_world, { id }) => ({ id }),
    then: (_world, given) => ({ ask: found, with: given, gives: { namedWebhooksIntegration: null } }),
  },
  namedWebhooksIntegrationTest: {
    shows: 'puts down a delivery that tells of no run',
    document: 'mutation($id: ID!) { namedWebhooksIntegrationTest(id: $id) { run state attempts } }',
    given: async (world) => ({ id: await world.webhook() }),
    gives: () => ({ run: null, state: 'WAITING', attempts: 0 }),
  },
  webhookDeliveryRedeliver: {
    shows: 'puts a delivery down again, under its id',
    document: 'mutation($id: ID!) { webhookDeliveryRedeliver(id: $id) { id state } }',
    given: async (world) => ({ id: (await world.queue.admin.webhooks.test(await world.webhook())).id }),
    gives: (_world, { id }) => ({ id, state: 'WAITING' }),
  },
};
