import { one, search, type Operations } from './operation';

const SETTINGS = {
  description: 'VPCs',
  labels: ['net'],
  tool: 'TERRAFORM',
  version: '1.11.4',
  root: 'module',
  image: 'example/runner:2',
  environment: [{ name: 'TF_VAR_region', value: 'north' }],
  repository: 'https://git.example.com/team/network.git',
  branch: 'release',
  settings: { lfs: true, token: 't0ken' },
};

const GIVES = {
  description: 'VPCs',
  labels: ['net'],
  tool: 'TERRAFORM',
  toolVersion: '1.11.4',
  projectRoot: 'module',
  runnerImage: 'example/runner:2',
  environment: ['TF_VAR_region'],
  repository: SETTINGS.repository,
  branch: 'release',
  repositorySettings: { lfs: true, credentials: ['token'] },
};

const VARIABLES = `$pool: ID!, $description: String, $labels: [String!], $tool: ModuleTool, $version: String, $root: String,
  $image: String, $environment: [EnvironmentVariable!], $repository: String, $branch: String, $settings: RepositorySettingsInput`;
const ARGUMENTS = `workerPool: $pool, description: $description, labels: $labels, tool: $tool, toolVersion: $version,
  projectRoot: $root, runnerImage: $image, environment: $environment, repository: $repository, branch: $branch,
  repositorySettings: $settings`;
const SELECTION = `name terraformProvider space description labels tool toolVersion projectRoot runnerImage environment
  repository branch repositorySettings { lfs credentials } workerPool { id }`;

export const MODULES: Operations = {
  module: {
    shows: 'finds a module, with its versions and their tests',
    document: one(
      'ID!',
      'module',
      'id terraformProvider current { number } versions { number state yanked tests { projectRoot passed run { type state } } }',
    ),
    given: async (world) => {
      const id = await world.module();
      await world.moduleVersion(id);
      return { id };
    },
    gives: (_world, { id }) => ({
      id,
      terraformProvider: 'default',
      current: { number: '1.2.3' },
      versions: [
        {
          ...{ number: '1.2.3', state: 'ACTIVE', yanked: false },
          tests: [{ projectRoot: '', passed: true, run: { type: 'TESTING', state: 'FINISHED' } }],
        },
      ],
    }),
  },
  modules: {
    shows: 'lists the modules that a pool tests',
    document: 'query($pool: ID) { modules(workerPool: $pool) { id current { number } } }',
    given: async (world) => {
      await world.module();
      return { pool: world.pool.id };
    },
    gives: () => [{ current: null }],
  },
  searchModules: {
    shows: 'gives a page of modules',
    document: search('searchModules'),
    given: async (world) => {
      const id = await world.module();
      return { input: { first: 5, fullTextSearch: id } };
    },
    gives: () => ({ edges: [{ node: {} }], pageInfo: { hasPreviousPage: false } }),
  },
  moduleCreate: {
    shows: 'makes a module, and does not tell the values of its environment',
    document: `mutation($name: String!, $provider: String, $space: ID, ${VARIABLES}) {
      moduleCreate(name: $name, terraformProvider: $provider, space: $space, ${ARGUMENTS}) { ${SELECTION} } }`,
    given: (world) => ({
      name: world.fresh('network'),
      provider: 'aws',
      space: 'team',
      pool: world.pool.id,
      ...SETTINGS,
    }),
    gives: (world) => ({
      name: world.fresh('network'),
      ...{ terraformProvider: 'aws', space: 'team', ...GIVES, workerPool: { id: world.pool.id } },
    }),
  },
  moduleUpdate: {
    shows: 'changes what is given, and leaves the rest',
    document: `mutation($module: ID!, $unset: [String!], ${VARIABLES.replace('ID!', 'ID')}) {
      moduleUpdate(module: $module, unsetEnvironment: $unset, ${ARGUMENTS}) { ${SELECTION} } }`,
    given: async (world) => ({ module: await world.module(), pool: world.pool.id, unset: ['GONE'], ...SETTINGS }),
    gives: () => ({ terraformProvider: 'default', ...GIVES }),
  },
  moduleDelete: {
    shows: 'deletes a module',
    document: 'mutation($module: ID!) { moduleDelete(module: $module) { id } }',
    given: async (world) => ({ module: await world.module() }),
    gives: (_world, { module }) => ({ id: module }),
    then: (_world, { module }) => ({ ask: one('ID!', 'module', 'id'), with: { id: module }, gives: { module: null } }),
  },
  moduleVersionCreate: {
    shows: 'makes a version, and queues its tests',
    document: `mutation($module: ID!, $number: String!, $commit: String, $source: String, $tests: [String!]) {
      moduleVersionCreate(module: $module, number: $number, commitSha: $commit, source: $source, tests: $tests) {
        number state commitSha projectRoot tests { projectRoot passed run { state } } } }`,
    given: async (world) => ({
      ...{ module: await world.module(), number: '1.2.3-rc.1', commit: '', tests: ['examples/a', 'examples/b'] },
      source: null,
    }),
    gives: () => ({
      ...{ number: '1.2.3-rc.1', state: 'PENDING', commitSha: null, projectRoot: '' },
      tests: [
        { projectRoot: 'examples/a', passed: null, run: { state: 'QUEUED' } },
        { projectRoot: 'examples/b', passed: null, run: { state: 'QUEUED' } },
      ],
    }),
  },
  moduleVersionYank: {
    shows: 'offers a version no more',
    document: 'mutation($id: ID!, $note: String) { moduleVersionYank(id: $id, note: $note) { state yanked yankNote } }',
    given: async (world) => ({ id: await world.moduleVersion(await world.module()), note: 'leaks' }),
    gives: () => ({ state: 'ACTIVE', yanked: true, yankNote: 'leaks' }),
  },
};
