import { graphql } from './graphql';

const VERSION = 'id number state yanked yankNote commitSha createdAt tests { projectRoot passed runId }';
const MODULE = `id name terraformProvider registryPath description labels space tool toolVersion projectRoot runnerImage environment
  hasSource repository branch repositorySettings { credentials submodules lfs } createdAt workerPool { id name }
  current { number }`;

export const MODULES = graphql(`query($pool: ID) { modules(workerPool: $pool) { ${MODULE} } }`);
export const MODULE_DETAILS = graphql(`query($id: ID!) { module(id: $id) { ${MODULE} versions { ${VERSION} } } }`);

export const CREATE_MODULE = graphql(`
  mutation (
    $name: String!
    $provider: String
    $space: ID
    $pool: ID!
    $description: String
    $labels: [String!]
    $tool: ModuleTool
    $version: String
    $root: String
    $image: String
    $env: [EnvironmentVariable!]
    $repository: String
    $branch: String
    $repositorySettings: RepositorySettingsInput
  ) {
    module: moduleCreate(
      name: $name
      terraformProvider: $provider
      space: $space
      workerPool: $pool
      description: $description
      labels: $labels
      tool: $tool
      toolVersion: $version
      projectRoot: $root
      runnerImage: $image
      environment: $env
      repository: $repository
      branch: $branch
      repositorySettings: $repositorySettings
    ) {
      id
      registryPath
    }
  }
`);
export const UPDATE_MODULE = graphql(`
  mutation (
    $module: ID!
    $pool: ID
    $description: String
    $labels: [String!]
    $tool: ModuleTool
    $version: String
    $root: String
    $image: String
    $env: [EnvironmentVariable!]
    $unset: [String!]
    $repository: String
    $branch: String
    $repositorySettings: RepositorySettingsInput
  ) {
    module: moduleUpdate(
      module: $module
      workerPool: $pool
      description: $description
      labels: $labels
      tool: $tool
      toolVersion: $version
      projectRoot: $root
      runnerImage: $image
      environment: $env
      unsetEnvironment: $unset
      repository: $repository
      branch: $branch
      repositorySettings: $repositorySettings
    ) {
      id
      registryPath
    }
  }
`);
export const DELETE_MODULE = graphql(
  'mutation($module: ID!) { module: moduleDelete(module: $module) { registryPath } }',
);

export const CREATE_MODULE_VERSION = graphql(`
  mutation($module: ID!, $number: String!, $commit: String, $source: String, $tests: [String!]) {
    version: moduleVersionCreate(
      module: $module, number: $number, commitSha: $commit, source: $source, tests: $tests
    ) { ${VERSION} }
  }
`);
export const YANK_MODULE_VERSION = graphql(`
  mutation($id: ID!, $note: String) { version: moduleVersionYank(id: $id, note: $note) { ${VERSION} } }
`);
