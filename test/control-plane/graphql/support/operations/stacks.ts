import { one, ofStack, search, type Operations } from './operation';

const REPOSITORY = {
  repository: 'https://git.example.com/team/network.git',
  branch: 'release',
  settings: { submodules: true, lfs: false, sparse: false, username: 'bot', token: 't0ken' },
};

export const STACKS: Operations = {
  stacks: {
    shows: 'lists the stacks of a pool',
    document: 'query($workerPool: ID, $first: Int) { stacks(workerPool: $workerPool, first: $first) { name state } }',
    given: ({ pool }) => ({ workerPool: pool.id, first: 5 }),
    gives: ({ stack }) => [{ name: stack, state: 'NONE' }],
  },
  stack: {
    shows: 'finds a stack by its name',
    document: one('ID!', 'stack', 'name space spaceDetails { id } description labels branch hasSource'),
    given: ({ stack }) => ({ id: stack }),
    gives: ({ stack }) => ({ name: stack, space: 'legacy', spaceDetails: { id: 'legacy' }, hasSource: true }),
  },
  searchStacks: {
    shows: 'gives a page of stacks',
    document: search('searchStacks'),
    given: ({ pool }) => ({
      input: { first: 5, predicates: [{ field: 'workerPool', constraint: { stringMatches: [pool.id] } }] },
    }),
    gives: () => ({ edges: [{ node: {} }], pageInfo: { hasNextPage: false } }),
  },
  stackCreate: {
    shows: 'makes a stack, and does not tell the values of its environment',
    document: `mutation($name: String!, $pool: ID!, $tool: StackTool, $version: String, $playbook: String, $root: String, $image: String, $auto: Boolean,
      $state: Boolean, $environment: [EnvironmentVariable!], $repository: String, $branch: String,
      $settings: RepositorySettingsInput) {
      stackCreate(name: $name, workerPool: $pool, tool: $tool, toolVersion: $version, playbook: $playbook, projectRoot: $root, runnerImage: $image, autoDeploy: $auto,
        manageState: $state, environment: $environment, repository: $repository, branch: $branch,
        repositorySettings: $settings) {
        repository branch repositorySettings { submodules lfs sparse credentials }
        name tool toolVersion playbook projectRoot runnerImage autoDeploy managesStateFile environment workerPool { id } } }`,
    given: (world) => ({
      name: world.fresh('another'),
      pool: world.pool.id,
      tool: 'TERRAFORM',
      version: '1.11.4',
      playbook: '',
      root: 'network',
      image: 'example/runner:2',
      auto: true,
      state: false,
      environment: [{ name: 'REGION', value: 'north' }],
      ...REPOSITORY,
    }),
    gives: (world) => ({
      name: world.fresh('another'),
      tool: 'TERRAFORM',
      toolVersion: '1.11.4',
      playbook: null,
      projectRoot: 'network',
      runnerImage: 'example/runner:2',
      autoDeploy: true,
      managesStateFile: false,
      environment: ['REGION'],
      repository: REPOSITORY.repository,
      branch: 'release',
      repositorySettings: { submodules: true, lfs: false, sparse: false, credentials: ['token', 'username'] },
      workerPool: { id: world.pool.id },
    }),
  },
  stackUpdate: {
    shows: 'changes what is given, and leaves the rest',
    document: `mutation($stack: ID!, $pool: ID, $tool: StackTool, $version: String, $playbook: String, $root: String, $image: String, $auto: Boolean,
      $state: Boolean, $environment: [EnvironmentVariable!], $unset: [String!],
      $repository: String, $branch: String, $settings: RepositorySettingsInput) {
      stackUpdate(stack: $stack, workerPool: $pool, tool: $tool, toolVersion: $version, playbook: $playbook, projectRoot: $root, runnerImage: $image, autoDeploy: $auto,
        manageState: $state, environment: $environment, unsetEnvironment: $unset,
        repository: $repository, branch: $branch, repositorySettings: $settings) {
        branch tool toolVersion playbook projectRoot runnerImage autoDeploy environment } }`,
    given: (world) => ({
      ...ofStack(world),
      pool: world.pool.id,
      version: '1.10.6',
      playbook: '',
      root: 'network',
      image: 'example/runner:2',
      auto: true,
      state: false,
      environment: [{ name: 'REGION', value: 'north' }],
      unset: ['GONE'],
      ...REPOSITORY,
    }),
    gives: () => ({
      branch: 'release',
      tool: 'OPENTOFU',
      toolVersion: '1.10.6',
      playbook: null,
      projectRoot: 'network',
      runnerImage: 'example/runner:2',
      autoDeploy: true,
      environment: ['REGION'],
    }),
  },
  stackDelete: {
    shows: 'deletes a stack',
    document: 'mutation($stack: ID!) { stackDelete(stack: $stack) { name } }',
    given: ofStack,
    gives: ({ stack }) => ({ name: stack }),
    then: ({ stack }) => ({ ask: one('ID!', 'stack', 'id'), with: { id: stack }, gives: { stack: null } }),
  },
  stackStateRestore: {
    shows: 'makes a former version of a state the newest',
    document:
      'mutation($stack: ID!, $version: Int!) { stackStateRestore(stack: $stack, version: $version) { number restoredFrom } }',
    given: async (world) => {
      await world.states();
      return { ...ofStack(world), version: 1 };
    },
    gives: () => ({ number: 3, restoredFrom: 1 }),
  },
  stackStateUnlock: {
    shows: 'takes the lock of a state, and tells whose it was',
    document: 'mutation($stack: ID!) { stackStateUnlock(stack: $stack) { id who } }',
    given: async (world) => {
      await world.lockedState();
      return ofStack(world);
    },
    gives: () => ({ id: 'a-lock', who: 'somebody@somewhere' }),
  },
  stackDependencyCreate: {
    shows: 'lets the runs of a stack follow those of another',
    document:
      'mutation($input: StackDependencyInput!) { stackDependencyCreate(input: $input) { stack { name } dependsOnStack { name } } }',
    given: async (world) => ({ input: { stackId: world.stack, dependsOnStackId: await world.anotherStack() } }),
    gives: (world) => ({ stack: { name: world.stack }, dependsOnStack: { name: world.fresh('upstream') } }),
  },
  stackDependencyDelete: {
    shows: 'lets them follow no more',
    document: 'mutation($id: ID!) { stackDependencyDelete(id: $id) { id } }',
    given: async (world) => ({ id: await world.dependency() }),
    gives: (_world, { id }) => ({ id }),
  },
  stackDependenciesAddReference: {
    shows: 'lets a stack take an output of another',
    document:
      'mutation($id: ID!, $reference: StackDependencyReferenceInput!) { stackDependenciesAddReference(stackDependencyID: $id, reference: $reference) { outputName inputName type triggerAlways } }',
    given: async (world) => ({
      id: await world.dependency(),
      reference: { outputName: 'vpc_id', inputName: 'TF_VAR_vpc_id', type: 'ENVIRONMENT_VARIABLE' },
    }),
    gives: () => ({
      outputName: 'vpc_id',
      inputName: 'TF_VAR_vpc_id',
      type: 'ENVIRONMENT_VARIABLE',
      triggerAlways: false,
    }),
    then: (world) => ({
      ask: 'query($id: ID!) { stack(id: $id) { dependsOn { references { outputName } } } }',
      with: { id: world.stack },
      gives: { stack: { dependsOn: [{ references: [{ outputName: 'vpc_id' }] }] } },
    }),
  },
  stackDependenciesUpdateReference: {
    shows: 'lets it take another',
    document:
      'mutation($reference: StackDependencyReferenceUpdateInput!) { stackDependenciesUpdateReference(reference: $reference) { id outputName inputName triggerAlways } }',
    given: async (world) => ({
      reference: { id: await world.reference(), outputName: 'zone', inputName: 'ZONE', triggerAlways: true },
    }),
    gives: (_world, { reference }) => reference,
  },
  stackDependenciesDeleteReference: {
    shows: 'lets it take that no more',
    document: 'mutation($id: ID!) { stackDependenciesDeleteReference(id: $id) { id } }',
    given: async (world) => ({ id: await world.reference() }),
    gives: (_world, { id }) => ({ id }),
    then: (world) => ({
      ask: 'query($id: ID!) { stack(id: $id) { dependsOn { references { id } } } }',
      with: { id: world.stack },
      gives: { stack: { dependsOn: [{ references: [] }] } },
    }),
  },
};
