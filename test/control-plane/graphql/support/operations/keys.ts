import { one, type Operations } from './operation';

export const KEYS: Operations = {
  searchAuditTrailEntries: {
    shows: 'lists who did what, newest first',
    document:
      'query($input:SearchInput!){searchAuditTrailEntries(input: $input){edges{node{id,action,actor{username},affectedResource{resourceType,resourceId}}},pageInfo{endCursor,hasNextPage,hasPreviousPage}}}',
    given: async (world) => {
      const id = await world.key();
      return { input: { first: 1, predicates: [{ field: 'object', constraint: { stringMatches: [id] } }] } };
    },
    gives: () => ({ edges: [{ node: { action: 'api-key.create', affectedResource: { resourceType: 'API_KEY' } } }] }),
  },
  apiKeys: {
    shows: 'lists keys, the start key first',
    document: '{ apiKeys { id role } }',
    given: () => ({}),
    gives: () => [{ id: 'admin' }],
  },
  apiKey: {
    shows: 'finds a key, without its secret',
    document: one('ID!', 'apiKey', 'id role secret'),
    given: async (world) => ({ id: await world.key() }),
    gives: (_world, { id }) => ({ id, role: 'READER', secret: null }),
  },
  apiKeyCreate: {
    shows: 'makes a key',
    document: 'mutation($input: ApiKeyInput!) { apiKeyCreate(input: $input) { name role admin } }',
    given: (world) => ({ input: { name: world.fresh('key'), role: 'OPERATOR' } }),
    gives: (world) => ({ name: world.fresh('key'), role: 'OPERATOR', admin: false }),
  },
  apiKeyUpdate: {
    shows: 'gives a key another role',
    document: 'mutation($id: ID!, $input: ApiKeyInput!) { apiKeyUpdate(id: $id, input: $input) { id role } }',
    given: async (world) => ({ id: await world.key(), input: { name: world.fresh('renamed'), role: 'ADMIN' } }),
    gives: (_world, { id }) => ({ id, role: 'ADMIN' }),
  },
  apiKeyDelete: {
    shows: 'deletes a key',
    document: 'mutation($id: ID!) { apiKeyDelete(id: $id) { id } }',
    given: async (world) => ({ id: await world.key() }),
    gives: (_world, { id }) => ({ id }),
    then: (_world, given) => ({ ask: one('ID!', 'apiKey', 'id'), with: given, gives: { apiKey: null } }),
  },
};
