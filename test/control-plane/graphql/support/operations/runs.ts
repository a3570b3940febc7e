import { one, ofStack, search, type Operations } from './operation';

const RUN = '($run: ID!, $stack: ID)';
const ON_RUN = '(run: $run, stack: $stack)';
const config = {
  environment: [{ key: 'REGION', value: 'south' }],
  projectRoot: 'network',
  runnerImage: 'example/runner:3',
};

export const RUNS: Operations = {
  run: {
    shows: 'finds a run',
    document: one('ID!', 'run', 'id state stackName'),
    given: async (world) => ({ id: await world.waitingRun() }),
    gives: ({ stack }, { id }) => ({ id, state: 'QUEUED', stackName: stack }),
  },
  runs: {
    shows: 'lists the runs of a stack',
    document:
      'query($stack: ID, $workerPool: ID, $first: Int) { runs(stack: $stack, workerPool: $workerPool, first: $first) { state } }',
    given: async (world) => {
      await world.waitingRun();
      return { stack: world.stack, workerPool: world.pool.id, first: 5 };
    },
    gives: () => [{ state: 'QUEUED' }],
  },
  searchRuns: {
    shows: 'gives a page of runs',
    document: search('searchRuns'),
    given: async (world) => {
      await world.waitingRun();
      const predicates = [{ field: 'workerPool', constraint: { stringMatches: [world.pool.id] } }];
      return { input: { first: 5, predicates } };
    },
    gives: () => ({ edges: [{ node: {} }], pageInfo: { hasNextPage: false } }),
  },
  runTrigger: {
    shows: 'queues a run',
    document: `mutation($stack: ID!, $type: RunType, $auto: Boolean, $sha: String, $message: String,
      $config: RuntimeConfigInput, $key: String) {
      runTrigger(stack: $stack, runType: $type, autoDeploy: $auto, commitSha: $sha, commitMessage: $message,
        runtimeConfig: $config, idempotencyKey: $key) { state type autoDeploy } }`,
    given: ({ stack }) => ({
      stack,
      type: 'TRACKED',
      auto: true,
      sha: 'abc1234',
      message: 'A change',
      config,
      key: 'job-1',
    }),
    gives: () => ({ state: 'QUEUED', type: 'TRACKED', autoDeploy: true }),
  },
  taskCreate: {
    shows: 'queues a run of one command',
    document: `mutation($stack: ID!, $command: String!, $skip: Boolean, $config: RuntimeConfigInput, $key: String) {
      taskCreate(stack: $stack, command: $command, skipInitialization: $skip, runtimeConfig: $config, idempotencyKey: $key) {
        state type } }`,
    given: ({ stack }) => ({ stack, command: 'tofu state list', skip: true, config, key: 'job-3' }),
    gives: () => ({ state: 'QUEUED', type: 'TASK' }),
  },
  runConfirm: {
    shows: 'lets a plan be applied',
    document: `mutation${RUN} { runConfirm${ON_RUN} { state } }`,
    given: async (world) => ({ ...ofStack(world), run: await world.plannedRun() }),
    gives: () => ({ state: 'CONFIRMED' }),
  },
  runDiscard: {
    shows: 'drops a plan',
    document: `mutation${RUN} { runDiscard${ON_RUN} { state } }`,
    given: async (world) => ({ ...ofStack(world), run: await world.plannedRun() }),
    gives: () => ({ state: 'DISCARDED' }),
  },
  runStop: {
    shows: 'ends a run that waits',
    document:
      'mutation($run: ID!, $stack: ID, $note: String) { runStop(run: $run, stack: $stack, note: $note) { state message } }',
    given: async (world) => ({ ...ofStack(world), run: await world.waitingRun(), note: 'not today' }),
    gives: () => ({ state: 'CANCELED', message: 'not today' }),
  },
  runCancel: {
    shows: 'ends a run that has not started',
    document: `mutation${RUN} { runCancel${ON_RUN} { state } }`,
    given: async (world) => ({ ...ofStack(world), run: await world.waitingRun() }),
    gives: () => ({ state: 'CANCELED' }),
  },
  runRetry: {
    shows: 'queues a run that failed again',
    document:
      'mutation($run: ID!, $stack: ID, $key: String) { runRetry(run: $run, stack: $stack, idempotencyKey: $key) { state } }',
    given: async (world) => ({ ...ofStack(world), run: await world.failedRun(), key: 'job-2' }),
    gives: () => ({ state: 'QUEUED' }),
  },
  runPrioritizeSet: {
    shows: 'lets a run go before others',
    document:
      'mutation($run: ID!, $stack: ID, $prioritize: Boolean!) { runPrioritizeSet(run: $run, stack: $stack, prioritize: $prioritize) { isPrioritized } }',
    given: async (world) => ({ ...ofStack(world), run: await world.waitingRun(), prioritize: true }),
    gives: () => ({ isPrioritized: true }),
  },
};
