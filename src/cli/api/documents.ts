import { initGraphQLTada } from 'gql.tada';
import type { Introspection } from './introspection.generated';

/* What the command line asks of the API; a test holds each document against the schema. */

/** Reads the types of a document from its text while the program is compiled. */
const graphql = initGraphQLTada<{ introspection: Introspection }>();

export const LOG_IN = graphql('mutation($id: ID!, $secret: String!) { apiKeyUser(id: $id, secret: $secret) { jwt } }');

const POOL = 'id name workersCount busyWorkers pendingRuns';

export const POOLS = graphql(`{ workerPools { ${POOL} } }`);
export const POOLS_WITH_TOKENS = graphql(`{ workerPools { ${POOL} config } }`);
export const CREATE_POOL = graphql(`
  mutation ($name: String!, $csr: String!, $description: String) {
    workerPoolCreate(name: $name, certificateSigningRequest: $csr, description: $description) {
      id
      config
    }
  }
`);
export const RESET_POOL = graphql(`
  mutation ($id: ID!, $csr: String!) {
    workerPoolReset(id: $id, certificateSigningRequest: $csr) {
      config
    }
  }
`);
export const DELETE_POOL = graphql('mutation($id: ID!) { workerPoolDelete(id: $id) { id } }');

export const STACKS = graphql('{ stacks { id name tool autoDeploy hasSource workerPool { id name } } }');
export const STACK = graphql(`
  query ($id: ID!) {
    stack(id: $id) {
      id
      name
      tool
      autoDeploy
      hasSource
      projectRoot
      runnerImage
      environment
      workerPool {
        id
        name
      }
      managesStateFile
      state {
        number
        serial
        createdAt
      }
      stateLock {
        runId
        createdAt
      }
    }
  }
`);
export const CREATE_STACK = graphql(`
  mutation (
    $name: String!
    $pool: ID!
    $tool: StackTool
    $root: String
    $image: String
    $auto: Boolean
    $state: Boolean
    $env: [EnvironmentVariable!]
  ) {
    stackCreate(
      name: $name
      workerPool: $pool
      tool: $tool
      projectRoot: $root
      runnerImage: $image
      autoDeploy: $auto
      manageState: $state
      environment: $env
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
    $root: String
    $image: String
    $auto: Boolean
    $state: Boolean
    $env: [EnvironmentVariable!]
    $unset: [String!]
  ) {
    stackUpdate(
      stack: $stack
      workerPool: $pool
      tool: $tool
      projectRoot: $root
      runnerImage: $image
      autoDeploy: $auto
      manageState: $state
      environment: $env
      unsetEnvironment: $unset
    ) {
      name
    }
  }
`);
export const DELETE_STACK = graphql('mutation($stack: ID!) { stackDelete(stack: $stack) { name } }');

export const STATE_VERSIONS = graphql(`
  query ($id: ID!) {
    stack(id: $id) {
      stateVersions {
        number
        serial
        lineage
        bytes
        createdAt
        runId
        restoredFrom
      }
    }
  }
`);
export const RESTORE_STATE = graphql(`
  mutation ($stack: ID!, $version: Int!) {
    stackStateRestore(stack: $stack, version: $version) {
      number
      serial
    }
  }
`);
export const UNLOCK_STATE = graphql(`
  mutation ($stack: ID!) {
    stackStateUnlock(stack: $stack) {
      runId
      operation
      who
      createdAt
    }
  }
`);

const RUN_FIELDS = 'id stackName type state reason message waitsFor attempt createdAt finished';

export const RUN = graphql(`query($id: ID!) { run(id: $id) { ${RUN_FIELDS} } }`);
export const RUNS = graphql(`query($stack: ID) { runs(stack: $stack) { ${RUN_FIELDS} } }`);
export const TRIGGER_RUN = graphql(`
  mutation($stack: ID!, $type: RunType, $auto: Boolean) {
    run: runTrigger(stack: $stack, runType: $type, autoDeploy: $auto) { ${RUN_FIELDS} }
  }`);
export const CONFIRM_RUN = graphql(`mutation($id: ID!) { run: runConfirm(run: $id) { ${RUN_FIELDS} } }`);
export const DISCARD_RUN = graphql(`mutation($id: ID!) { run: runDiscard(run: $id) { ${RUN_FIELDS} } }`);
export const STOP_RUN = graphql(`mutation($id: ID!) { run: runStop(run: $id) { ${RUN_FIELDS} } }`);

const KEY_FIELDS = 'id name role createdAt lastUsedAt';

export const API_KEYS = graphql(`{ apiKeys { ${KEY_FIELDS} } }`);
export const CREATE_API_KEY = graphql(`
  mutation($input: ApiKeyInput!) { key: apiKeyCreate(input: $input) { ${KEY_FIELDS} secret } }`);
export const UPDATE_API_KEY = graphql(`
  mutation($id: ID!, $input: ApiKeyInput!) { key: apiKeyUpdate(id: $id, input: $input) { ${KEY_FIELDS} } }`);
export const DELETE_API_KEY = graphql('mutation($id: ID!) { apiKeyDelete(id: $id) { id } }');
