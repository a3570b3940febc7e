import { z } from 'zod';
import { pauseAsked } from '../../time';
import { LONGEST_POLL_WAIT_SECONDS } from '../leases';
import { GitSource } from './git';
import { PolicySubject } from './policy-input';
import { Fence, list, OutcomeReason, Stage, Time, Ulid, WORKER_PATH } from './primitives';

/**
 * What a run Pod says. HTTP only, below `/worker/v1/runs/<run id>/<attempt>/`, authenticated like the controller.
 *
 *   POST start      StartRequest → RunSpec        by `init`, once a Pod: from here on the run has started
 *   GET  source     tar.gz of the stack's source  by `init`
 *   POST commit     CommitRequest → CommitResponse        by `init`, of a run whose source is a git repository
 *   GET  workspace  the sealed run state          by `init`, stage `applying`
 *   PUT  workspace  the sealed run state          by the relay, at the end of a stage `preparing` with changes; whole,
 *                                                 or a part of an upload (?upload=…&offset=…)
 *   POST upload     UploadRequest → UploadResponse        by the relay, before the first part
 *   POST uploaded   UploadedRequest → UploadedResponse    by the relay, after the last part
 *   GET  state      the state of the stack, 204 when there is none   by the relay, for the tool
 *   PUT  state      the same, with ?lock=… where the tool holds a lock; by an apply or a task only
 *   POST lock       LockRequest → LockResponse    by the relay, for the tool
 *   POST unlock     UnlockRequest → LockResponse
 *   GET, POST git/<repository>/…   what git asks of a host behind VCS agents, answered by the host   by `init`
 *   POST logs       LogsRequest → LogsResponse    by `init` and the relay
 *   POST changes    ChangesRequest → ChangesResponse   by the relay, before the outcome of a plan with changes
 *   POST outputs    OutputsRequest → OutputsResponse   by the relay, before the outcome of what may have changed them
 *   POST heartbeat  HeartbeatRequest → HeartbeatResponse, a long poll that returns at once when the run is stopped
 *   POST outcome    OutcomeRequest → OutcomeResponse, idempotent
 *
 * GET and PUT carry the fence in the header `Worker-Pools-Fence`.
 */
export const FENCE_HEADER = 'worker-pools-fence';

/** What runs a stack. */
export const StackTool = z.enum(['OPENTOFU', 'TERRAFORM']);

/** A version as its publisher names it: `1.10.6`, `1.11.0-rc1`. */
export const EXACT_VERSION =
  /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})(-[0-9a-z]{1,20}(\.[0-9a-z]{1,20}){0,3})?$/;

/** A tool that `init` is to bring, if the runner image has it not. */
export const ToolVersion = z.object({ name: StackTool, version: z.string().regex(EXACT_VERSION) });

export const StartRequest = z.object({
  fence: Fence,
  podUid: z.string().min(1).max(128),
  /** Whether this launcher can give the tool a state that the control plane keeps. */
  servesState: z.boolean().default(false),
  /** Whether the pool has an initialization policy, which is to be told of the run. */
  asksPolicy: z.boolean().default(false),
  /** Whether this launcher can bring the tool that a stack names. */
  bringsTool: z.boolean().default(false),
  /** Whether this launcher hides the values of `RunSpec.masked` in the log. */
  masksInputs: z.boolean().default(false),
  /** Whether this launcher can clone a git repository. */
  clonesGit: z.boolean().default(false),
});

/** One step of the stage, run by `sh -c` in the `worker` container, in order; the first that fails ends the stage. */
export const Step = z.object({
  /** A word for the log and the page: `init`, `plan`, `apply`. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  command: z.string().min(1),
  /** Exit codes that mean success, beside 0. `tofu plan -detailed-exitcode` uses 2 for "there are changes". */
  successExitCodes: z.array(z.number().int().min(1).max(255)).default([]),
});

/** Exit code of the plan step that says that there is something to apply. */
export const CHANGES_EXIT_CODE = 2;

export const RunSpec = z.object({
  runId: Ulid,
  stack: z.string(),
  /** ULID of the stack. @default - the JSON lines of the log have its name instead */
  stackId: Ulid.optional(),
  stage: Stage,
  steps: z.array(Step).min(1),
  /** Environment of the steps. Values may be secret: never logged. */
  environment: z.record(z.string(), z.string()),
  /** Folder inside the source in which the steps run; '' is its root. */
  projectRoot: z.string(),
  /** Whether a step that exits with 2 means "changes": the stage's outcome then says `hasChanges`. */
  planStep: z.string().nullable(),
  /**
   * Run by `sh -c` after the steps, if the plan has changes: writes the plan as JSON, as `show -json` of the tool does, of which
   * a summary without values leaves the Pod (`changes`). That it fails is no failure of the run. Null: nobody asks for it.
   */
  showPlanCommand: z.string().min(1).nullable().default(null),
  /**
   * Run by `sh -c` after the steps, if all succeeded and no changes wait to be applied: writes the outputs as JSON, as `output
   * -json` of the tool does (`outputs`). That it fails is no failure of the run. Null: nobody asks for them.
   */
  showOutputsCommand: z.string().min(1).nullable().default(null),
  /** Names of variables in `environment` whose values no log is to show. */
  masked: z.array(z.string()).default([]),
  /** Whether the workspace is kept when a stage `preparing` ends with changes; of other runs nobody asks for it. */
  keepsWorkspace: z.boolean().default(true),
  /** Bytes of each part, but the last, in which the workspace is uploaded. @default - it is uploaded whole */
  workspacePartBytes: z.number().int().positive().optional(),
  /**
   * The state that the control plane keeps for the stack, where its source names no backend: its newest version, 0 before
   * the first. Null: it keeps none.
   */
  managedState: z.object({ version: z.number().int().nonnegative() }).nullable().default(null),
  /** The tool and its version, where the stack names one. Null: the steps take what the runner image has. */
  tool: ToolVersion.nullable().default(null),
  /** What is cloned in place of an uploaded source; of a stage that has a workspace already nobody asks for it. */
  git: GitSource.optional(),
  /** For the initialization policy, where it was asked for. */
  policySubject: PolicySubject.optional(),
});

/** Of a step, or ''. */
const StepName = z.string().max(64);

export const LogStream = z.enum(['system', 'stdout', 'stderr']);

/** Characters of a log entry. */
export const LONGEST_LOG_TEXT = 256 * 1024;

export const LogEntry = z.object({
  /** From 1, without gaps, for each attempt and writer. */
  sequence: z.number().int().positive(),
  time: Time,
  stream: LogStream,
  /** The step it belongs to; '' outside of steps. */
  step: StepName,
  /** One or more whole lines, each with its line feed, or a piece of a long line. */
  text: z.string().max(LONGEST_LOG_TEXT),
});

/** Who numbers the entries: each writer has its own sequence. `control-plane` is the control plane's own. */
export const LogWriter = z.enum(['init', 'relay']);

export const LogsRequest = z.object({ fence: Fence, writer: LogWriter, entries: list(LogEntry, 500, 1) });
/**
 * Everything up to and including `acknowledged` is stored; entries above a gap are not, and the next one that is wanted is
 * `acknowledged + 1`, even when more was acknowledged before: a control plane may have been restored from a backup.
 */
export const LogsResponse = z.object({ acknowledged: z.number().int().nonnegative() });

export const HeartbeatRequest = z.object({
  fence: Fence,
  /** The step that runs now; '' before the first and after the last. */
  step: StepName,
  waitSeconds: z.number().int().min(0).max(LONGEST_POLL_WAIT_SECONDS),
});
export const HeartbeatResponse = z.object({ stop: z.object({ reason: z.string() }).nullable() });

/** Characters of an outcome's message. */
export const LONGEST_MESSAGE = 2000;

export const OutcomeRequest = z.object({
  fence: Fence,
  reason: OutcomeReason,
  /** One plain sentence for people; never a secret. */
  message: z.string().max(LONGEST_MESSAGE),
  exitCode: z.number().int().nullable(),
  hasChanges: z.boolean(),
});
export const OutcomeResponse = z.object({ state: z.string() });

/** Begins an upload of the workspace in parts; what the attempt had begun before is given up. */
export const UploadRequest = z.object({ fence: Fence });
export const UploadResponse = z.object({ upload: z.string().min(1).max(2000) });

/** Ends an upload: what is stored must be as long and have the same SHA-256 as what was sent. May be repeated. */
export const UploadedRequest = z.object({
  fence: Fence,
  upload: UploadResponse.shape.upload,
  size: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export const UploadedResponse = z.object({});

/** Largest state that the control plane keeps. */
export const LARGEST_STATE_BYTES = 64 * 1024 * 1024;

/** What OpenTofu says of a lock, in its own words (`statemgr.LockInfo`). */
export const LockInfo = z.object({
  ID: z.string().min(1).max(200),
  Operation: z.string().max(200).default(''),
  Info: z.string().max(1000).default(''),
  Who: z.string().max(500).default(''),
  Version: z.string().max(100).default(''),
  Created: z.string().max(100).default(''),
  Path: z.string().max(1000).default(''),
});

export const LockRequest = z.object({ fence: Fence, lock: LockInfo });
export const UnlockRequest = z.object({ fence: Fence, id: LockInfo.shape.ID });
/** Who holds the lock, where that is another; null when it was done. */
export const LockResponse = z.object({ heldBy: LockInfo.nullable() });

/**
 * The body of every refusal; docs/protocol.md has the status of each code and what the client does. A code of a later
 * version counts as `internal`: the request is repeated with back-off.
 */
export const Refusal = z.object({
  code: z
    .enum([
      'malformed',
      'unauthorized',
      'not-found',
      'timeout',
      'fenced',
      'superseded',
      'already-started',
      'too-large',
      'upload-lost',
      'conflict',
      'no-space',
      'too-many-requests',
      'unavailable',
      'internal',
    ])
    .catch('internal'),
  message: z.string(),
  /** Not before that long the same request is of use; the header `Retry-After` says it, too. Who asked waits 5 minutes at most. */
  retryAfterSeconds: z.number().nonnegative().transform(pauseAsked).optional(),
});

export const runPath = (runId: string, attempt: number, operation: string): string =>
  `${WORKER_PATH}/runs/${runId}/${attempt}/${operation}`;

export type StartRequest = z.infer<typeof StartRequest>;
export type StackTool = z.infer<typeof StackTool>;
export type ToolVersion = z.infer<typeof ToolVersion>;
export type Step = z.infer<typeof Step>;
export type RunSpec = z.infer<typeof RunSpec>;
export type LogEntry = z.infer<typeof LogEntry>;
export type LogStream = z.infer<typeof LogStream>;
export type LogWriter = z.infer<typeof LogWriter>;
export type LogsRequest = z.infer<typeof LogsRequest>;
export type LogsResponse = z.infer<typeof LogsResponse>;
export type HeartbeatRequest = z.infer<typeof HeartbeatRequest>;
export type HeartbeatResponse = z.infer<typeof HeartbeatResponse>;
export type OutcomeRequest = z.infer<typeof OutcomeRequest>;
export type OutcomeResponse = z.infer<typeof OutcomeResponse>;
export type UploadRequest = z.infer<typeof UploadRequest>;
export type UploadResponse = z.infer<typeof UploadResponse>;
export type UploadedRequest = z.infer<typeof UploadedRequest>;
export type LockInfo = z.infer<typeof LockInfo>;
export type LockRequest = z.infer<typeof LockRequest>;
export type UnlockRequest = z.infer<typeof UnlockRequest>;
export type LockResponse = z.infer<typeof LockResponse>;
export type Refusal = z.infer<typeof Refusal>;
