import { one, type Operations } from './operation';

const found = one('ID!', 'vcsAgentPool', 'id');

export const VCS_AGENT_POOLS: Operations = {
  vcsAgentPools: {
    shows: 'lists VCS agent pools by name, without their tokens, as the Terraform provider asks for them',
    document: '{ vcsAgentPools { id config description name } }',
    given: async (world) => {
      await world.vcsAgentPool('0');
      return {};
    },
    gives: (world) => [{ name: world.fresh('0'), config: null, description: null }],
  },
  vcsAgentPool: {
    shows: 'finds a VCS agent pool with the agents that are connected',
    document: one(
      'ID!',
      'vcsAgentPool',
      'id config name description stacks { name } agents { id name version address streams connectedAt lastSeenAt }',
    ),
    given: async (world) => {
      const id = await world.vcsAgentPool();
      const { context, now } = world.queue;
      const agent = {
        id: 'an-agent',
        poolId: id,
        name: 'a',
        version: '1',
        address: '::1',
        streams: 2,
        connectedAt: now,
      };
      const of = (replica: string) => ({ replica, seenAt: now, agents: [agent] });
      await context.store.transaction((tx) => tx.vcsAgents.note(of('one'), 0));
      await context.store.transaction((tx) => tx.vcsAgents.note(of('two'), 0));
      return { id };
    },
    gives: (world, { id }) => ({
      ...{ id, config: null, description: null, name: world.fresh('agents'), stacks: [] },
      agents: [{ id: 'an-agent', name: 'a', version: '1', address: '::1', streams: 4 }],
    }),
  },
  vcsAgentPoolCreate: {
    shows: 'makes a VCS agent pool and tells its token',
    document:
      'mutation($name: String!, $description: String) { vcsAgentPoolCreate(name: $name, description: $description) { name description config } }',
    given: (world) => ({ name: world.fresh('agents'), description: 'of the platform team' }),
    gives: (world) => ({ name: world.fresh('agents'), description: 'of the platform team' }),
  },
  vcsAgentPoolUpdate: {
    shows: 'gives a VCS agent pool another description',
    document:
      'mutation($id: ID!, $name: String!, $description: String) { vcsAgentPoolUpdate(id: $id, name: $name, description: $description) { id description config } }',
    given: async (world) => ({ id: await world.vcsAgentPool(), name: world.fresh('agents'), description: 'another' }),
    gives: (_world, { id }) => ({ id, description: 'another', config: null }),
  },
  vcsAgentPoolDelete: {
    shows: 'deletes a VCS agent pool',
    document: 'mutation($id: ID!) { vcsAgentPoolDelete(id: $id) { id } }',
    given: async (world) => ({ id: await world.vcsAgentPool() }),
    gives: (_world, { id }) => ({ id }),
    then: (_world, given) => ({ ask: found, with: given, gives: { vcsAgentPool: null } }),
  },
};
