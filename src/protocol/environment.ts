import { INIT_VARIABLE } from '../api/names';

/**
 * The variables of a run Pod's containers. The controller sets `POD_VARIABLE` in every built-in container that lists
 * it; the pool's own `env` may set `LAUNCHER_VARIABLE` (documented by Spacelift), but never replaces one of ours.
 */

/** What one attempt of a run is. In `init` and `launcher-grpc` all of them; `worker` gets those of WORKER_VARIABLES. */
export const POD_VARIABLE = {
  /** ULID of the run, upper-case. */
  runId: 'WORKER_POOLS_RUN_ID',
  /** `preparing` or `applying`. */
  stage: 'WORKER_POOLS_STAGE',
  /** Counts the Pods of the run, from 1. */
  attempt: 'WORKER_POOLS_ATTEMPT',
  /** Fencing number of the assignment. */
  fence: 'WORKER_POOLS_FENCE',
  /** ULID of the Worker, upper-case. */
  workerId: 'WORKER_POOLS_WORKER_ID',
  /** Name of the Worker object. */
  workerName: 'WORKER_POOLS_WORKER_NAME',
  /** `metadata.uid` of the Pod, by the downward API. */
  podUid: 'WORKER_POOLS_POD_UID',
  /** `Assignment.startDeadline`, in milliseconds since the epoch: `init` tries to start until then. */
  startDeadline: 'WORKER_POOLS_START_DEADLINE',
  /**
   * Seconds between SIGTERM and SIGKILL for a step that is stopped; the Pod's `terminationGracePeriodSeconds`.
   *
   * @default 30
   */
  stopGraceSeconds: 'WORKER_POOLS_STOP_GRACE_SECONDS',
  /**
   * `spec.pod.customBinariesPath` of the pool: comes before `PATH.binaries` in the steps' PATH.
   *
   * @default - none
   */
  customBinariesPath: 'WORKER_POOLS_CUSTOM_BINARIES_PATH',
} as const;

/** Those of POD_VARIABLE that the `worker` container gets; the others say nothing to a step. */
export const WORKER_VARIABLES = [
  POD_VARIABLE.runId,
  POD_VARIABLE.stage,
  POD_VARIABLE.workerName,
  POD_VARIABLE.stopGraceSeconds,
  POD_VARIABLE.customBinariesPath,
] as const;

/**
 * The documented variable of `initContainer.env` that names a policy each run must pass before it begins. This launcher
 * cannot evaluate one yet, and refuses the run: a policy that is passed over in silence protects nobody.
 */
export const INITIALIZATION_POLICY_VARIABLE = INIT_VARIABLE.initializationPolicy;

/**
 * Variables that Spacelift documents and the launcher honours. They may stand in `workerContainer.env` (as the
 * documentation has it; the shim hands them on) or in `grpcServerContainer.env`; the worker's win.
 */
export const LAUNCHER_VARIABLE = {
  /**
   * Longest time of one stage, as a Go duration.
   *
   * @default 70m
   */
  runTimeout: 'SPACELIFT_LAUNCHER_RUN_TIMEOUT',
  /**
   * Longest time without a line of output, as a Go duration.
   *
   * @default 7m
   */
  logsTimeout: 'SPACELIFT_LAUNCHER_LOGS_TIMEOUT',
  /**
   * Names of variables, separated by commas, whose values appear as `***` in the log.
   *
   * @default - nothing is masked
   */
  maskEnvs: 'SPACELIFT_MASK_ENVS',
  /**
   * `true`: the log shows each step's command before its output.
   *
   * @default false
   */
  debug: 'SPACELIFT_DEBUG',
  /**
   * `true`: `launcher-grpc` also writes every (masked) line to its standard output once the control plane has it, as one
   * JSON object a line: `ts`, `run_ulid`, `stack_id`, `step`, `stream`, `msg`.
   *
   * @default false
   */
  logsOnStandardOutput: 'SPACELIFT_RUN_LOGS_ON_STANDARD_OUTPUT_ENABLED',
} as const;
