import { type Operations } from './operation';

export const ACCOUNT: Operations = {
  viewer: {
    shows: 'tells who one is',
    document: '{ viewer { id name role } }',
    given: () => ({}),
    gives: () => ({ id: 'admin', role: 'admin' }),
  },
  debugInfo: {
    shows: 'tells no version, so that clients expect every operation',
    document: '{ debugInfo { selfHostedVersion } }',
    given: () => ({}),
    gives: () => ({ selfHostedVersion: '' }),
  },
  name: { shows: 'is the host', document: '{ name }', given: () => ({}), gives: () => 'control-plane.example' },
  tier: { shows: 'is always the same', document: '{ tier }', given: () => ({}), gives: () => 'SELF_HOSTED' },
  spaceliftAwsAccountId: {
    shows: 'is empty',
    document: '{ spaceliftAwsAccountId }',
    given: () => ({}),
    gives: () => '',
  },
  apiKeyUser: {
    shows: 'gives a token for an id and a secret',
    document: 'mutation($id: ID!, $secret: String!) { apiKeyUser(id: $id, secret: $secret) { id } }',
    given: async (world) => {
      const { id, secret } = await world.queue.admin.keys.create({ name: world.fresh('key'), role: 'reader' });
      return { id, secret };
    },
    gives: (_world, { id }) => ({ id }),
  },
  usage: {
    shows: 'is that of the month',
    document: '{ usage { billingPeriodStart billingPeriodEnd usedPrivateMinutes usedPublicMinutes usedSeats } }',
    given: () => ({}),
    gives: () => ({ usedPublicMinutes: 0, usedSeats: 0 }),
  },
  metrics: {
    shows: 'counts stacks by state, and resources by drift',
    document: '{ metrics { stacksCountByState { value labels } resourcesCountByDrift { value } } }',
    given: () => ({}),
    gives: () => ({ resourcesCountByDrift: [] }),
  },
};
