import type { Generated } from 'kysely';

/**
 * The tables, alike on SQLite and PostgreSQL: truth values are 0 or 1, structures are JSON in a text, times are
 * milliseconds since the epoch.
 */
export interface Schema {
  pools: PoolsTable;
  formerCredentials: FormerCredentialsTable;
  workers: WorkersTable;
  stacks: StacksTable;
  runs: RunsTable;
  assignments: AssignmentsTable;
  logs: LogsTable;
}

export interface PoolsTable {
  id: string;
  name: string;
  description: string | null;
  labels: string;
  space: string;
  driftDetectionRunLimit: number;
  config: string;
  certificate: string;
  fingerprint: string;
  revision: Generated<number>;
  createdAt: number;
  updatedAt: number;
  deletedAt: number | null;
}

/** What a pool had before a reset: good for finishing the attempts that had started with it, and for nothing else. */
export interface FormerCredentialsTable {
  poolId: string;
  fingerprint: string;
  certificate: string;
  replacedAt: number;
}

export interface WorkersTable {
  id: string;
  poolId: string;
  sessionId: string;
  name: string;
  metadata: string;
  revision: number;
  drained: Generated<number>;
  retiring: Generated<number>;
  removedAt: number | null;
  createdAt: number;
  availableAt: number;
}

export interface StacksTable {
  id: string;
  name: string;
  poolId: string;
  tool: string;
  projectRoot: string;
  runnerImage: string | null;
  autoDeploy: number;
  environment: string;
  source: string | null;
  createdAt: number;
  deletedAt: number | null;
}

export interface RunsTable {
  position: Generated<number>;
  id: string;
  stackId: string;
  poolId: string;
  type: string;
  state: string;
  autoDeploy: number;
  source: string;
  workspace: string | null;
  attempt: Generated<number>;
  hasChanges: number | null;
  reason: string | null;
  message: Generated<string>;
  exitCode: number | null;
  stopReason: string | null;
  stopAskedAt: number | null;
  createdAt: number;
  updatedAt: number;
  finishedAt: number | null;
}

export interface AssignmentsTable {
  fence: Generated<number>;
  runId: string;
  attempt: number;
  stage: string;
  workerId: string;
  poolId: string;
  sessionId: string;
  createdAt: number;
  startDeadline: number;
  startedAt: number | null;
  podUid: string | null;
  endedAt: number | null;
  endedBy: string | null;
  releasedAt: number | null;
}

export interface LogsTable {
  id: Generated<number>;
  runId: string;
  attempt: number;
  writer: string;
  sequence: number;
  time: number;
  stream: string;
  step: string;
  text: string;
}
