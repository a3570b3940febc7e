import type {
  GitCommit,
  GitRepository,
  LockInfo,
  LogStream,
  OutcomeReason,
  Stage,
  StackTool as ReleasedTool,
} from '../../protocol/messages';

/** What lies in the database, as the rest of the control plane sees it. All times are milliseconds since the epoch. */
export interface PoolRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly labels: readonly string[];
  readonly space: string;
  readonly driftDetectionRunLimit: number;
  /** PEM. */
  readonly certificate: string;
  readonly fingerprint: string;
  readonly revision: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The WorkerPool that made it, as namespace/name: nobody else may change it. Null of one that people made. */
  readonly managedBy: string | null;
}

export interface ApiKeyRecord {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** SHA-256 of the secret, in base64url; empty where tokens stand for one. */
  readonly secretHash: string;
  /** Whose tokens, as JSON; null: it has a secret. */
  readonly oidc: string | null;
  readonly createdAt: number;
  /** Some time within the hour of the last log-in; null: never. */
  readonly lastUsedAt: number | null;
}

export interface WorkerRecord {
  readonly id: string;
  readonly poolId: string;
  readonly sessionId: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly revision: number;
  readonly drained: boolean;
  /** Its owner wants it gone: no further run, removed when idle. */
  readonly retiring: boolean;
  readonly removed: boolean;
  /** Its session is silent for so long that it counts for nothing until it is registered again. */
  readonly forgotten: boolean;
  readonly createdAt: number;
  /** Since when it has no run. */
  readonly availableAt: number;
  /** The run that holds it, until released, and the fence of that assignment. */
  readonly runId: string | null;
  readonly fence: number | null;
}

/** Values may be secret. */
export type Environment = Readonly<Record<string, string>>;

/** What runs are of. A module has its own settings beside (modules.ts), and is tested in place of being applied. */
export type StackKind = 'stack' | 'module';

export interface StackRecord {
  readonly id: string;
  readonly kind: StackKind;
  /** Of a module: its space, name and provider, with slashes between. */
  readonly name: string;
  readonly poolId: string;
  readonly tool: StackTool;
  /** That `init` brings; null: the runner image's. */
  readonly toolVersion: string | null;
  /** File of the source that Ansible is given; null of other tools. */
  readonly playbook: string | null;
  readonly projectRoot: string;
  readonly runnerImage: string | null;
  readonly autoDeploy: boolean;
  /** Blob of the newest source, or a name for that it is `repository`; null before the first upload. */
  readonly source: string | null;
  /** Null: sources are uploaded. */
  readonly repository: GitRepository | null;
  /** Whether the control plane keeps its state, where its source names no backend. */
  readonly managesState: boolean;
  readonly createdAt: number;
  /** When a run last looked for drift, and since when there is some; null: never, and none. */
  readonly driftCheckedAt: number | null;
  readonly driftedSince: number | null;
}

/** That tracked runs of a stack follow those of another. */
export interface StackDependency {
  readonly id: string;
  readonly stackId: string;
  readonly dependsOnStackId: string;
  readonly createdAt: number;
}

/** That a stack takes an output of one that it depends on into its environment. */
export interface StackDependencyReference {
  readonly id: string;
  readonly dependencyId: string;
  /** That which takes it. */
  readonly stackId: string;
  readonly outputName: string;
  /** Name of the variable. */
  readonly inputName: string;
  /** Whether runs follow though the output has not changed. */
  readonly triggerAlways: boolean;
  /** When it became what it is. */
  readonly changedAt: number;
}

/** When drift of a stack is looked for. */
export interface DriftSchedule {
  readonly stackId: string;
  /** Cron expressions. */
  readonly schedule: readonly string[];
  readonly timezone: string;
  /** Whether a tracked run follows where drift was found. */
  readonly reconcile: boolean;
  /** Whether it is looked for though the newest run had no success, or the source was not applied yet. */
  readonly ignoreState: boolean;
  readonly nextAt: number;
  /** Why it was not looked for the last time; '' when it was. */
  readonly skipped: string;
}

/** A version of a stack's state. */
export interface StateVersion {
  readonly id: string;
  readonly stackId: string;
  /** From 1 for each stack. */
  readonly number: number;
  /** As the state says; null where it does not. */
  readonly serial: number | null;
  readonly lineage: string | null;
  readonly bytes: number;
  readonly sha256: string;
  readonly blob: string;
  readonly createdAt: number;
  /** The run that wrote it; null for a person. */
  readonly runId: string | null;
  /** Number of the version that was restored. */
  readonly restoredFrom: number | null;
}

/** A lock of a stack's state, which an attempt of a run holds. */
export interface StateLock {
  readonly stackId: string;
  readonly lockId: string;
  /** What the tool said of it. */
  readonly info: LockInfo;
  readonly runId: string;
  readonly attempt: number;
  readonly createdAt: number;
}

/** What a stack is of; `init` brings releases of all but Ansible. */
export type StackTool = ReleasedTool | 'ANSIBLE';

/** Of a version of a module: PENDING while its tests go on, ACTIVE when all of them passed. */
export type ModuleVersionState = 'PENDING' | 'ACTIVE' | 'FAILED';

export type RunType = 'TRACKED' | 'PROPOSED' | 'DESTROY' | 'TASK' | 'TESTING';

export type RunState =
  | 'QUEUED'
  | 'PREPARING'
  | 'PLANNING'
  | 'PERFORMING'
  | 'UNCONFIRMED'
  | 'CONFIRMED'
  | 'PREPARING_APPLY'
  | 'APPLYING'
  | 'FINISHED'
  | 'FAILED'
  | 'STOPPED'
  | 'CANCELED'
  | 'DISCARDED';

/** What was said of a run when it was triggered; it goes for this run alone. */
export interface RunConfig {
  /** Of a task. */
  readonly command: string | null;
  /** A task that does not initialize the workspace first. */
  readonly skipInitialization: boolean;
  readonly commitSha: string | null;
  readonly commitMessage: string | null;
  /** In place of the stack's. */
  readonly projectRoot: string | null;
  readonly runnerImage: string | null;
  /** Of the variables that it has beside the stack's. */
  readonly environmentNames: readonly string[];
  /** It looks for drift, or reconciles it. */
  readonly driftDetection: boolean;
  /** Of its commit, where that is not the one that its stack tracks. */
  readonly branch: string | null;
}

export interface RunRecord extends RunConfig {
  readonly id: string;
  /** Grows with every run. */
  readonly position: number;
  readonly stackId: string;
  readonly stackName: string;
  /** Since when its stack has drifted; null: it has not. */
  readonly stackDriftedSince: number | null;
  readonly poolId: string;
  readonly type: RunType;
  readonly state: RunState;
  readonly autoDeploy: boolean;
  readonly source: string;
  /** As its stack had them when its first stage began, so that an apply has the tool of its plan; null before. */
  readonly tool: StackTool | null;
  readonly toolVersion: string | null;
  readonly playbook: string | null;
  /** The commit that `init` fetched; null where it has not yet, or the source was uploaded. */
  readonly gitCommit: GitCommit | null;
  /** Blob of the sealed workspace between the stages. */
  readonly workspace: string | null;
  /** Number of the newest attempt; 0 before the first. */
  readonly attempt: number;
  readonly hasChanges: boolean | null;
  readonly reason: OutcomeReason | null;
  /** The sentence of the outcome. */
  readonly message: string;
  readonly exitCode: number | null;
  readonly stopReason: string | null;
  /** Since when. */
  readonly stopAskedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly finishedAt: number | null;
  /** Of those that are ready the lowest go first. */
  readonly rank: number;
  /** Whoever triggers a run of its stack by this key gets this one. */
  readonly idempotencyKey: string | null;
  /** Waits for nothing but a worker. */
  readonly ready: boolean;
  /** A Pod of it may be at work on the stack, whether or not it has ended. */
  readonly holding: boolean;
  /** How many states it has had. */
  readonly stateVersion: number;
  /** The least version of the queue that carries it out (queue/run-types.ts). */
  readonly queueVersion: number;
  /** What its log holds, in bytes. */
  readonly logBytes: number;
}

export interface AssignmentRecord {
  readonly fence: number;
  readonly runId: string;
  readonly attempt: number;
  readonly stage: Stage;
  readonly workerId: string;
  readonly poolId: string;
  readonly sessionId: string;
  readonly createdAt: number;
  readonly startDeadline: number;
  readonly startedAt: number | null;
  readonly podUid: string | null;
  /** Since when its outcome is known. */
  readonly endedAt: number | null;
  /** Who ended it: the relay itself, or anybody else. */
  readonly endedBy: 'relay' | 'controller' | 'control-plane' | null;
  /** Since when the worker is free of it. */
  readonly releasedAt: number | null;
  /** Readings of the lease clock when it was made, when it started, and when its Pod was last heard of. */
  readonly madeLease: number;
  readonly startedLease: number | null;
  readonly heardLease: number | null;
}

/** What the owner of a worker is told of the run that holds it. */
export interface ViewedAssignment
  extends
    Pick<
      AssignmentRecord,
      'runId' | 'fence' | 'attempt' | 'stage' | 'startDeadline' | 'startedAt' | 'endedAt' | 'endedBy'
    >,
    Pick<RunRecord, 'stopReason' | 'stopAskedAt' | 'message'>,
    Pick<StackRecord, 'runnerImage' | 'tool'> {
  readonly runUpdatedAt: number;
  readonly runCreatedAt: number;
  readonly assignedAt: number;
}

/** What a webhook wants to hear of. */
export interface WebhookFilter {
  readonly id: string;
  /** Empty: all of them. */
  readonly runStates: readonly RunState[];
  /** Empty: all of them. */
  readonly stackIds: readonly string[];
}

/** Whom changes of runs are told to. */
export interface WebhookRecord extends WebhookFilter {
  readonly name: string;
  readonly endpoint: string;
  readonly enabled: boolean;
  readonly space: string;
  readonly labels: readonly string[];
  /** Whether what failed is tried again. */
  readonly retryOnFailure: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Of attempts, in a row. */
  readonly failures: number;
  /** Nothing is sent before that; 0 where it answers. */
  readonly pausedUntil: number;
}

/** What a webhook is told, and how that went. */
export interface DeliveryRecord {
  readonly id: string;
  readonly webhookId: string;
  /** Null for a test. */
  readonly runId: string | null;
  readonly stateVersion: number;
  /** JSON of the change, without what is the same for all of them. */
  readonly payload: string;
  readonly state: 'WAITING' | 'DELIVERED' | 'FAILED';
  readonly attempts: number;
  readonly createdAt: number;
  /** When it was asked for, or asked for again. */
  readonly dueSince: number;
  /** When it is tried next. */
  readonly dueAt: number;
  /** The last attempt. */
  readonly attemptedAt: number | null;
  readonly durationMs: number | null;
  readonly status: number | null;
  readonly error: string | null;
}

export interface LogRecord {
  /** Grows with every record of the run: the cursor of followers. */
  readonly id: number;
  readonly attempt: number;
  readonly writer: 'init' | 'relay' | 'control-plane';
  readonly sequence: number;
  readonly time: number;
  readonly stream: LogStream;
  readonly step: string;
  readonly text: string;
}

/** What a change of state sets beside the state. */
export type RunChange = Partial<
  Pick<
    RunRecord,
    | 'attempt'
    | 'hasChanges'
    | 'reason'
    | 'message'
    | 'exitCode'
    | 'stopReason'
    | 'workspace'
    | 'finishedAt'
    | 'holding'
    | 'tool'
    | 'toolVersion'
    | 'playbook'
  >
>;
