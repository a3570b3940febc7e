import type {
  DependencyReferenceRow,
  PlanChangesRow,
  RunDependencyRow,
  RunEnvironmentRow,
  RunInputsRow,
  StackDependencyRow,
  StackOutputsRow,
} from './schema-dependencies';
import type { Generated } from 'kysely';
import type { StackKind, StackTool } from './records';
import type { ModuleRow, ModuleTestRow, ModuleVersionRow } from './schema-modules';
import type { DriftScheduleRow } from './schema-drift';
import type { ApiKeyRow, WebSessionRow } from './schema-identities';
import type { PushDeliveryRow, PushHookRow } from './schema-push-hooks';
import type { RepositoryCredentialsRow } from './schema-repositories';
import type { VcsAgentPoolRow, VcsAgentRow, VcsReplicaRow } from './schema-vcs-agents';
import type { DeliveryRow, WebhookRow } from './schema-webhooks';

/*
 * The columns, alike in both databases: flags are 0 or 1, lists and maps are JSON, times are milliseconds since the epoch
 * except those that end in `Lease`, which are readings of the lease clock (leases.ts).
 */

export interface PoolRow {
  id: string;
  name: string;
  description: string | null;
  labels: string;
  space: string;
  driftDetectionRunLimit: number;
  certificate: string;
  fingerprint: string;
  revision: Generated<number>;
  createdAt: number;
  updatedAt: number;
  deletedAt: number | null;
  /** The WorkerPool of a cluster that made it, as namespace/name. */
  managedBy: string | null;
  /** The month in which an attempt of it ended last, as 2026-11, and how long its ended attempts worked in that month. */
  workedMonth: Generated<string>;
  workedMs: Generated<number>;
}

export interface FormerCredentialsRow {
  poolId: string;
  fingerprint: string;
  certificate: string;
  replacedAt: number;
}

export interface WorkerRow {
  id: string;
  poolId: string;
  sessionId: string;
  name: string;
  metadata: string;
  revision: number;
  drained: Generated<number>;
  retiring: Generated<number>;
  removedAt: number | null;
  /** Since when its session is silent for so long that it counts for nothing; it keeps its history until it is back. */
  forgottenAt: number | null;
  createdAt: number;
  availableAt: number;
  /** The run that holds it, and the fence of that assignment; both null while it is idle. */
  runId: string | null;
  fence: number | null;
}

export interface StackRow {
  id: string;
  kind: Generated<StackKind>;
  name: string;
  poolId: string;
  tool: StackTool;
  /** Null: what the runner image has. */
  toolVersion: Generated<string | null>;
  /** Of Ansible alone. */
  playbook: Generated<string | null>;
  projectRoot: string;
  runnerImage: string | null;
  autoDeploy: number;
  /** Encrypted (secrets.ts). */
  environment: string;
  source: string | null;
  managesState: Generated<number>;
  createdAt: number;
  deletedAt: number | null;
  /** A git repository, as JSON; null where sources are uploaded. */
  repository: Generated<string | null>;
  /** When a run last looked for drift, and since when there is some; null: never, and none. */
  driftCheckedAt: Generated<number | null>;
  driftedSince: Generated<number | null>;
  /** Resources of the stack, and those of them that were changed past it, by the newest plan that said so; null: none has. */
  resourceCount: Generated<number | null>;
  driftedCount: Generated<number | null>;
}

export interface RunRow {
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
  /** 1 while it waits for nothing but a worker. */
  ready: number;
  /** 1 while a Pod of it may be at work on the stack, whether or not it has ended. */
  holding: Generated<number>;
  /** Of those that are ready the lowest go first (queue/rank.ts). */
  rank: Generated<number>;
  idempotencyKey: Generated<string | null>;
  /** Of a task. */
  command: Generated<string | null>;
  skipInitialization: Generated<number>;
  /** What was said of the source when it was triggered. */
  commitSha: Generated<string | null>;
  commitMessage: Generated<string | null>;
  /** In place of the stack's. */
  projectRoot: Generated<string | null>;
  runnerImage: Generated<string | null>;
  /** Of the variables that this run has beside the stack's, as JSON; null: none. */
  environmentNames: Generated<string | null>;
  driftDetection: Generated<number>;
  /** Of its commit, where that is not the one that its stack tracks. */
  branch: Generated<string | null>;
  /** The commit that `init` fetched, as JSON. */
  gitCommit: Generated<string | null>;
  /** How many states it has had. */
  stateVersion: Generated<number>;
  /** As its stack had them when it began; null before, and of runs that began before this was kept. */
  tool: Generated<StackTool | null>;
  toolVersion: Generated<string | null>;
  playbook: Generated<string | null>;
  /** The least version of the queue that carries it out (queue/run-types.ts). */
  queueVersion: Generated<number>;
  /** Position of the newest record of its log. */
  logPosition: Generated<number>;
  /** What its log holds, in bytes. */
  logBytes: Generated<number>;
}

export interface AssignmentRow {
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
  /** Made, and started, at this reading of the lease clock. */
  madeLease: Generated<number>;
  startedLease: number | null;
  /** Its Pod was last heard of at this reading of the lease clock. */
  heardLease: number | null;
  /** The newest sync of the session that named its Pod. */
  observedSync: number | null;
  /** That it was given out with; '' where neither run nor stack named one, NULL where that is not known. */
  runnerImage: Generated<string | null>;
}

export interface SessionRow {
  poolId: string;
  sessionId: string;
  heardLease: number;
  /** Of the leader that speaks for it; null when it counts none. */
  term: number | null;
  termHeardLease: number | null;
  /** Number and lease time of its newest sync. */
  syncs: number;
  syncedLease: number | null;
}

export interface LeaseClockRow {
  id: number;
  /** The reading, in milliseconds: it goes on only while somebody sweeps. */
  reading: number;
  /** When it last went on, by the database's clock. */
  movedAt: number;
  /** Its reading when a backup was restored; null in a database that comes from none. */
  restoredLease: number | null;
}

export interface LogRow {
  runId: string;
  position: number;
  attempt: number;
  writer: string;
  sequence: number;
  time: number;
  stream: string;
  step: string;
  text: string;
}

export interface LogWriterRow {
  runId: string;
  attempt: number;
  writer: string;
  /** Up to which everything of this writer was taken. */
  sequence: number;
}

export interface StateVersionRow {
  id: string;
  stackId: string;
  /** From 1 for each stack. */
  number: number;
  /** As the state says; null where it does not. */
  serial: number | null;
  lineage: string | null;
  /** Of the state as it is, not of its blob. */
  bytes: number;
  sha256: string;
  blob: string;
  /** What the blob is encrypted with; itself encrypted (secrets.ts). */
  contentKey: string;
  createdAt: number;
  /** The run that wrote it; null for a person. */
  runId: string | null;
  /** Number of the version that was restored. */
  restoredFrom: number | null;
}

export interface StateLockRow {
  stackId: string;
  lockId: string;
  /** What the tool said of the lock, as JSON. */
  info: string;
  runId: string;
  attempt: number;
  createdAt: number;
}

export interface PoolSampleRow {
  poolId: string;
  /** For how long it stands. */
  spanMs: number;
  at: number;
  /** Runs that waited for nothing but a worker. */
  queued: number;
  /** Workers. */
  busy: number;
  idle: number;
  drained: number;
}

/** A row when all secrets are encrypted. */
export interface SealingRow {
  id: string;
  /** Encrypted. */
  value: string;
}

/** One entry of the audit trail (src/control-plane/audit). Never changed once it is there. */
export interface AuditTrailRow {
  position: Generated<number>;
  id: string;
  time: number;
  action: string;
  outcome: 'done' | 'refused';
  /** Of the refusal. */
  code: string;
  actorKind: string;
  actorId: string;
  actorName: string;
  role: string;
  address: string;
  client: string;
  objectKind: string;
  objectId: string;
  objectName: string;
  relatedKind: string | null;
  relatedId: string | null;
  relatedName: string | null;
  /** JSON: names of fields, each with what it was and what it is now. */
  changes: string;
  /** What was told to whoever was refused. */
  message: string;
  /** How many such refusals it stands for. */
  count: number;
}

export interface Schema {
  auditTrail: AuditTrailRow;
  pools: PoolRow;
  formerCredentials: FormerCredentialsRow;
  workers: WorkerRow;
  stacks: StackRow;
  runs: RunRow;
  assignments: AssignmentRow;
  sessions: SessionRow;
  leaseClock: LeaseClockRow;
  logs: LogRow;
  logWriters: LogWriterRow;
  stateVersions: StateVersionRow;
  stateLocks: StateLockRow;
  planChanges: PlanChangesRow;
  poolSamples: PoolSampleRow;
  sealing: SealingRow;
  apiKeys: ApiKeyRow;
  webSessions: WebSessionRow;
  stackOutputs: StackOutputsRow;
  stackDependencies: StackDependencyRow;
  dependencyReferences: DependencyReferenceRow;
  runDependencies: RunDependencyRow;
  driftSchedules: DriftScheduleRow;
  runEnvironments: RunEnvironmentRow;
  runInputs: RunInputsRow;
  webhooks: WebhookRow;
  webhookDeliveries: DeliveryRow;
  vcsAgentPools: VcsAgentPoolRow;
  vcsAgents: VcsAgentRow;
  vcsReplicas: VcsReplicaRow;
  repositoryCredentials: RepositoryCredentialsRow;
  pushHooks: PushHookRow;
  pushDeliveries: PushDeliveryRow;
  modules: ModuleRow;
  moduleVersions: ModuleVersionRow;
  moduleTests: ModuleTestRow;
}
