import { buildSchema } from 'graphql';

/** Names and nullability are those that the public clients of Spacelift rely on; all times are Unix seconds. */
export const schema = buildSchema(/* GraphQL */ `
  type User {
    jwt: String
    validUntil: Int
  }
  type Viewer {
    id: ID!
    name: String!
  }
  type DebugInfo {
    selfHostedVersion: String!
  }
  type Worker {
    id: ID!
    "The name of the Worker object."
    name: String!
    busy: Boolean!
    drained: Boolean!
    "DRAINED, BUSY or IDLE."
    status: String!
    createdAt: Int!
    "Since when it is idle; null while it is busy."
    availableAt: Int
    "A JSON object as text."
    metadata: String!
    "The run that it works on."
    run: ID
  }
  type WorkerPool {
    id: ID!
    name: String!
    "The pool's token. Without the private key it proves nothing."
    config: String!
    description: String
    labels: [String!]!
    space: ID!
    driftDetectionRunLimit: Int
    pendingRuns: Int!
    busyWorkers: Int!
    workersCount: Int!
    workers: [Worker!]!
    createdAt: Int!
    updatedAt: Int!
  }
  type Stack {
    id: ID!
    name: String!
    workerPool: WorkerPool
    tool: StackTool!
    projectRoot: String!
    runnerImage: String
    autoDeploy: Boolean!
    "Names of its environment's variables; their values are not told."
    environment: [String!]!
    "Whether a source was uploaded; without one it cannot run."
    hasSource: Boolean!
    createdAt: Int!
  }
  enum StackTool {
    OPENTOFU
    TERRAFORM
  }
  enum RunType {
    TRACKED
    PROPOSED
  }
  enum RunState {
    QUEUED
    PREPARING
    PLANNING
    UNCONFIRMED
    CONFIRMED
    PREPARING_APPLY
    APPLYING
    FINISHED
    FAILED
    STOPPED
    CANCELED
    DISCARDED
  }
  type Run {
    id: ID!
    stackId: ID!
    stackName: String!
    workerPool: ID!
    type: RunType!
    state: RunState!
    title: String!
    "Whether nothing more will happen."
    finished: Boolean!
    autoDeploy: Boolean!
    "Attempts so far, over both stages."
    attempt: Int!
    hasChanges: Boolean
    "One of the outcome reasons of docs/protocol.md, once the run is over."
    reason: String
    message: String!
    "What it waits for, as the end of 'waits for ...'; null while it does not wait."
    waitsFor: String
    exitCode: Int
    createdAt: Int!
    updatedAt: Int!
    finishedAt: Int
  }
  input EnvironmentVariable {
    name: String!
    value: String!
  }
  type Query {
    viewer: Viewer
    debugInfo: DebugInfo!
    workerPools: [WorkerPool!]!
    workerPool(id: ID!): WorkerPool
    stacks: [Stack!]!
    stack(id: ID!): Stack
    run(id: ID!): Run
    "Newest first."
    runs(stack: ID, workerPool: ID, first: Int): [Run!]!
  }
  type Mutation {
    apiKeyUser(id: ID!, secret: String!): User
    workerPoolCreate(
      name: String!
      certificateSigningRequest: String!
      description: String
      labels: [String!]
      space: ID
      driftDetectionRunLimit: Int
    ): WorkerPool!
    workerPoolReset(id: ID!, certificateSigningRequest: String!): WorkerPool!
    workerPoolDelete(id: ID!): WorkerPool
    workerDrainSet(workerPool: ID!, id: ID!, drain: Boolean!): Worker!
    "Pool and stack are given by name or id."
    stackCreate(
      name: String!
      workerPool: ID!
      tool: StackTool
      projectRoot: String
      runnerImage: String
      autoDeploy: Boolean
      environment: [EnvironmentVariable!]
    ): Stack!
    "Counts for runs that start from now on. What is left out stays; an empty runnerImage means the pool's again."
    stackUpdate(
      stack: ID!
      workerPool: ID
      tool: StackTool
      projectRoot: String
      runnerImage: String
      autoDeploy: Boolean
      environment: [EnvironmentVariable!]
      unsetEnvironment: [String!]
    ): Stack!
    "Refused while it has unfinished runs; the others stay."
    stackDelete(stack: ID!): Stack
    runTrigger(stack: ID!, runType: RunType, autoDeploy: Boolean): Run!
    "Where a stack is given, too, the run must be one of its runs."
    runConfirm(stack: ID, run: ID!): Run!
    runDiscard(stack: ID, run: ID!): Run!
    runStop(stack: ID, run: ID!, note: String): Run!
    runCancel(stack: ID, run: ID!): Run!
  }
`);
