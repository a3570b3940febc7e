import { one, ofPool, FIRST, search, type Operations } from './operation';

const SETTINGS = '$name: String!, $description: String, $labels: [String!], $space: ID, $limit: Int';
const GIVE_SETTINGS =
  'name: $name, description: $description, labels: $labels, space: $space, driftDetectionRunLimit: $limit';
const SETTING_FIELDS = 'name description labels space driftDetectionRunLimit';
const settings = (name: string) => ({ name, description: 'For tests', labels: ['a'], space: 'tests', limit: 2 });
const told = ({ limit, ...rest }: ReturnType<typeof settings>) => ({ ...rest, driftDetectionRunLimit: limit });

export const POOLS: Operations = {
  workerPools: {
    shows: 'lists pools',
    document: 'query($first: Int) { workerPools(first: $first) { id name workersCount } }',
    given: () => ({ first: 1 }),
    gives: () => [{ workersCount: 0 }],
  },
  workerPool: {
    shows: 'finds a pool',
    document: one('ID!', 'workerPool', 'id config usersCount workers { id }'),
    given: ofPool,
    gives: ({ pool }) => ({ id: pool.id, usersCount: 1, workers: [] }),
  },
  searchWorkerPools: {
    shows: 'gives a page of pools',
    document: search('searchWorkerPools'),
    given: ({ pool }) => ({ input: { first: 5, fullTextSearch: pool.id } }),
    gives: ({ pool }) => ({ edges: [{ node: { id: pool.id } }], pageInfo: { hasNextPage: false } }),
  },
  publicWorkerPool: {
    shows: 'has no workers and no queue',
    document: `query($input: SearchInput!) { publicWorkerPool {
      parallelism busyWorkers pendingRuns searchSchedulableRuns(input: $input) { edges { node { stackId } } } } }`,
    given: () => FIRST,
    gives: () => ({ parallelism: 0, busyWorkers: 0, pendingRuns: 0, searchSchedulableRuns: { edges: [] } }),
  },
  spaces: {
    shows: 'has the spaces of pools',
    document: '{ spaces { id name accessLevel } }',
    given: () => ({}),
    gives: () => [{ id: 'legacy', name: 'legacy', accessLevel: 'ADMIN' }],
  },
  space: {
    shows: 'finds a space',
    document: one('ID!', 'space', 'id name'),
    given: () => ({ id: 'legacy' }),
    gives: () => ({ id: 'legacy', name: 'legacy' }),
  },
  workerPoolCreate: {
    shows: 'makes a pool of a signing request',
    document: `mutation(${SETTINGS}, $csr: String!, $by: String) {
      workerPoolCreate(${GIVE_SETTINGS}, certificateSigningRequest: $csr, managedBy: $by) { ${SETTING_FIELDS} } }`,
    given: async (world) => ({ ...settings(world.fresh('pool')), csr: await world.csr() }),
    gives: (world) => told(settings(world.fresh('pool'))),
  },
  workerPoolUpdate: {
    shows: 'changes all that people say of a pool',
    document: `mutation($id: ID!, ${SETTINGS}, $version: String) { workerPoolUpdate(id: $id, ${GIVE_SETTINGS}, version: $version) { ${SETTING_FIELDS} } }`,
    given: (world) => ({ ...ofPool(world), ...settings(world.fresh('pool')) }),
    gives: (world) => told(settings(world.fresh('pool'))),
  },
  workerPoolReset: {
    shows: 'keeps the id, and gives another token',
    document: 'mutation($id: ID!, $csr: String!) { workerPoolReset(id: $id, certificateSigningRequest: $csr) { id } }',
    given: async (world) => ({ ...ofPool(world), csr: await world.csr() }),
    gives: ({ pool }) => ({ id: pool.id }),
  },
  workerPoolUnlock: {
    shows: 'lets people change a pool that a cluster manages',
    document: 'mutation($id: ID!) { workerPoolUnlock(id: $id) { managedBy managedByK8sController } }',
    given: async (world) => ({ id: await world.managedPool() }),
    gives: () => ({ managedBy: null, managedByK8sController: false }),
  },
  workerPoolDelete: {
    shows: 'deletes a pool',
    document: 'mutation($id: ID!) { workerPoolDelete(id: $id) { id deleted } }',
    given: ofPool,
    gives: ({ pool }) => ({ id: pool.id, deleted: true }),
    then: (_world, given) => ({ ask: one('ID!', 'workerPool', 'id'), with: given, gives: { workerPool: null } }),
  },
  workerPoolCycle: {
    shows: 'lets every worker go',
    document: 'mutation($id: ID!) { workerPoolCycle(id: $id) }',
    given: async (world) => {
      await world.queue.register();
      return ofPool(world);
    },
    gives: () => true,
    then: (_world, given) => ({
      ask: one('ID!', 'workerPool', 'workersCount'),
      with: given,
      gives: { workerPool: { workersCount: 0 } },
    }),
  },
  workerDrainSet: {
    shows: 'drains a worker',
    document: `mutation($pool: ID!, $id: ID!, $drain: Boolean!) {
      workerDrainSet(workerPool: $pool, id: $id, drain: $drain) { id busy drained status } }`,
    given: async (world) => ({ pool: world.pool.id, id: await world.queue.register(), drain: true }),
    gives: (_world, { id }) => ({ id, busy: false, drained: true, status: 'DRAINED' }),
  },
};
