import { graphql } from './graphql';

/* What the command line asks of the API; a test holds each document against the schema. */

/* Of log-ins, API keys, webhooks and the audit trail. */
export * from './account-documents';
/* Of making, changing and deleting stacks. */
export * from './stack-documents';
/* Of how they hear of pushes. */
export * from './push-documents';

const POOL = 'id name workersCount busyWorkers drainedWorkers pendingRuns';
const POOL_SETTINGS = 'id name description labels space driftDetectionRunLimit';

export const POOLS = graphql(`{ workerPools { ${POOL} } }`);
export const POOL_NAMES = graphql('{ workerPools { id name } }');
export const POOL_TOKEN = graphql('query($id: ID!) { workerPool(id: $id) { config } }');
export const POOL_TO_CHANGE = graphql(`query($id: ID!) { workerPool(id: $id) { version ${POOL_SETTINGS} } }`);
/** With its queue as far as it is shown, runs that wait for others among the unfinished ones, the stacks that it runs, and the modules that it tests. */
export const POOL_DETAILS = graphql(`
  query($id: ID!, $predicates: [QueryPredicate!]!) {
    workerPool(id: $id) {
      ${POOL_SETTINGS} managedBy workersCount busyWorkers drainedWorkers pendingRuns usersCount createdAt
      searchSchedulableRuns(input: { first: 50 }) {
        edges { node { position run { id stackName type state isPrioritized waitsFor createdAt } } }
        pageInfo { hasNextPage }
      }
    }
    stacks(workerPool: $id, first: 50) { id name }
    modules(workerPool: $id) { id name: registryPath }
    searchRuns(input: { first: 100, predicates: $predicates, orderBy: { field: "createdAt", direction: ASC } }) {
      edges { node { id stackName type state isPrioritized waitsFor createdAt } }
    }
  }
`);
export const UPDATE_POOL = graphql(`
  mutation($id: ID!, $name: String!, $description: String, $labels: [String!], $space: ID, $limit: Int, $version: String) {
    pool: workerPoolUpdate(
      id: $id, name: $name, description: $description, labels: $labels, space: $space, driftDetectionRunLimit: $limit,
      version: $version
    ) { ${POOL_SETTINGS} }
  }
`);
export const UNLOCK_POOL = graphql('mutation($id: ID!) { workerPoolUnlock(id: $id) { id } }');
export const CYCLE_POOL = graphql('mutation($id: ID!) { workerPoolCycle(id: $id) }');
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

const WORKER_FIELDS = 'id name status busy drained run createdAt availableAt metadata';

export const WORKERS = graphql(`query($id: ID!) { workerPool(id: $id) { workers { ${WORKER_FIELDS} } } }`);
export const DRAIN_WORKER = graphql(`
  mutation($pool: ID!, $id: ID!, $drain: Boolean!) {
    worker: workerDrainSet(workerPool: $pool, id: $id, drain: $drain) { ${WORKER_FIELDS} }
  }
`);

export const STACKS = graphql(
  'query($pool: ID) { stacks(workerPool: $pool) { id name tool autoDeploy hasSource workerPool { id name } } }',
);
export const STACK = graphql(`
  query ($id: ID!) {
    stack(id: $id) {
      id
      name
      tool
      toolVersion
      playbook
      autoDeploy
      hasSource
      repository
      branch
      repositorySettings {
        submodules
        lfs
        sparse
        credentials
      }
      pushHook {
        path
        forks
        paths
      }
      projectRoot
      runnerImage
      environment
      workerPool {
        id
        name
      }
      managesStateFile
      stateVersion {
        number
        serial
        createdAt
      }
      stateLock {
        runId
        createdAt
      }
      driftCheckedAt
      driftedSince
      integrations {
        driftDetection {
          schedule
          timezone
          reconcile
          ignoreState
          nextSchedule
          skipped
        }
      }
    }
  }
`);
export const SEARCH_STACKS = graphql(`
  query ($input: SearchInput!) {
    searchStacks(input: $input) {
      edges {
        node {
          id
          name
          state
          tool
          autoDeploy
          hasSource
          driftedSince
          workerPool {
            id
            name
          }
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);
export const STACK_NAMES = graphql('{ stacks { id name } }');
const DEPENDENCY_FIELDS = `
  id stackId dependsOnStackId stack { name } dependsOnStack { name }
  references { id outputName inputName triggerAlways }
`;

export const STACK_DEPENDENCIES = graphql(`
  query($id: ID!) {
    stack(id: $id) { dependsOn { ${DEPENDENCY_FIELDS} } isDependedOnBy { ${DEPENDENCY_FIELDS} } }
  }`);
export const ADD_STACK_DEPENDENCY = graphql(`
  mutation($input: StackDependencyInput!) { dependency: stackDependencyCreate(input: $input) { ${DEPENDENCY_FIELDS} } }`);
export const REMOVE_STACK_DEPENDENCY = graphql('mutation($id: ID!) { stackDependencyDelete(id: $id) { id } }');

export const MAP_OUTPUT = graphql(`
  mutation ($dependency: ID!, $reference: StackDependencyReferenceInput!) {
    stackDependenciesAddReference(stackDependencyID: $dependency, reference: $reference) {
      id
    }
  }
`);
export const UNMAP_OUTPUT = graphql('mutation($id: ID!) { stackDependenciesDeleteReference(id: $id) { id } }');
export const STACK_OUTPUTS = graphql(`
  query ($id: ID!, $sensitive: Boolean!) {
    stack(id: $id) {
      name
      outputsRunId
      outputsTakenAt
      outputs {
        id
        sensitive
        value
        withheld
        sensitiveValue @include(if: $sensitive)
      }
    }
  }
`);

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

export const POOL_HISTORY = graphql(`
  query ($id: ID!, $hours: Int) {
    workerPool(id: $id) {
      history(hours: $hours) {
        at
        span
        pendingRuns
        busyWorkers
        idleWorkers
        drainedWorkers
      }
    }
  }
`);
const DELTA = `
  delta { addCount changeCount deleteCount replaceCount importCount forgetCount moveCount driftCount outputCount resources }
`;
const RUN_FIELDS = `
  id stackName type kind state reason message isPrioritized waitsFor attempt createdAt finished command driftDetection
  commit { hash message authorName timestamp } branch runtimeConfig { environment projectRoot runnerImage }
  ${DELTA}
`;

export const RUN = graphql(`query($id: ID!) { run(id: $id) { ${RUN_FIELDS} } }`);
/** Of those that somebody may mean now. */
export const RUN_IDS = graphql('{ runs(first: 50) { id } }');
export const RUN_CHANGES = graphql(`
  query($id: ID!, $types: [PlanAction!]) {
    run(id: $id) {
      id state hasChanges ${DELTA}
      changesV3(input: { types: $types }) {
        resources { address previousAddress metadata { type imported deposed reason replacedFor } }
        drift { address type }
        outputs { name type }
        isCut
      }
    }
  }`);
export const SEARCH_RUNS = graphql(`
  query($input: SearchInput!) {
    searchRuns(input: $input) { edges { node { ${RUN_FIELDS} } } pageInfo { endCursor hasNextPage } }
  }`);
export const TRIGGER_RUN = graphql(`
  mutation(
    $stack: ID!, $type: RunType, $auto: Boolean, $key: String, $sha: String, $message: String, $config: RuntimeConfigInput
  ) {
    run: runTrigger(
      stack: $stack, runType: $type, autoDeploy: $auto, idempotencyKey: $key, commitSha: $sha, commitMessage: $message,
      runtimeConfig: $config
    ) { ${RUN_FIELDS} }
  }`);
export const CREATE_TASK = graphql(`
  mutation(
    $stack: ID!, $command: String!, $skip: Boolean, $key: String, $config: RuntimeConfigInput
  ) {
    run: taskCreate(
      stack: $stack, command: $command, skipInitialization: $skip, idempotencyKey: $key, runtimeConfig: $config
    ) { ${RUN_FIELDS} }
  }`);
const DRIFT_ARGS = '$stack: ID!, $input: DriftDetectionIntegrationInput!';
export const CREATE_DRIFT = graphql(`
  mutation(${DRIFT_ARGS}) { drift: stackIntegrationDriftDetectionCreate(stack: $stack, input: $input) { nextSchedule } }`);
export const UPDATE_DRIFT = graphql(`
  mutation(${DRIFT_ARGS}) { drift: stackIntegrationDriftDetectionUpdate(stack: $stack, input: $input) { nextSchedule } }`);
export const DELETE_DRIFT = graphql(`
  mutation ($stack: ID!) {
    stackIntegrationDriftDetectionDelete(stack: $stack) {
      deleted
    }
  }
`);
export const TRIGGER_DRIFT = graphql(`
  mutation($stack: ID!) { run: stackIntegrationDriftDetectionTrigger(stack: $stack) { ${RUN_FIELDS} } }`);
export const CONFIRM_RUN = graphql(`mutation($id: ID!) { run: runConfirm(run: $id) { ${RUN_FIELDS} } }`);
export const DISCARD_RUN = graphql(`mutation($id: ID!) { run: runDiscard(run: $id) { ${RUN_FIELDS} } }`);
export const STOP_RUN = graphql(`mutation($id: ID!) { run: runStop(run: $id) { ${RUN_FIELDS} } }`);

export const CANCEL_RUN = graphql(`mutation($id: ID!) { run: runCancel(run: $id) { ${RUN_FIELDS} } }`);
export const RETRY_RUN = graphql(`
  mutation($id: ID!, $key: String) { run: runRetry(run: $id, idempotencyKey: $key) { ${RUN_FIELDS} } }`);
export const PRIORITIZE_RUN = graphql(`
  mutation($id: ID!, $prioritize: Boolean!) {
    run: runPrioritizeSet(run: $id, prioritize: $prioritize) { ${RUN_FIELDS} }
  }`);
