import { graphql } from './graphql';

export const CREATE_STACK = graphql(`
  mutation (
    $name: String!
    $pool: ID!
    $tool: StackTool
    $version: String
    $playbook: String
    $root: String
    $image: String
    $auto: Boolean
    $state: Boolean
    $env: [EnvironmentVariable!]
    $repository: String
    $branch: String
    $repositorySettings: RepositorySettingsInput
  ) {
    stackCreate(
      name: $name
      workerPool: $pool
      tool: $tool
      toolVersion: $version
      playbook: $playbook
      projectRoot: $root
      runnerImage: $image
      autoDeploy: $auto
      manageState: $state
      environment: $env
      repository: $repository
      branch: $branch
      repositorySettings: $repositorySettings
    ) {
      id
    }
  }
`);
export const UPDATE_STACK = graphql(`
  mutation (
    $stack: ID!
    $pool: ID
    $tool: StackTool
    $version: String
    $playbook: String
    $root: String
    $image: String
    $auto: Boolean
    $state: Boolean
    $env: [EnvironmentVariable!]
    $unset: [String!]
    $repository: String
    $branch: String
    $repositorySettings: RepositorySettingsInput
  ) {
    stackUpdate(
      stack: $stack
      workerPool: $pool
      tool: $tool
      toolVersion: $version
      playbook: $playbook
      projectRoot: $root
      runnerImage: $image
      autoDeploy: $auto
      manageState: $state
      environment: $env
      unsetEnvironment: $unset
      repository: $repository
      branch: $branch
      repositorySettings: $repositorySettings
    ) {
      name
    }
  }
`);
export const DELETE_STACK = graphql('mutation($stack: ID!) { stackDelete(stack: $stack) { name } }');
