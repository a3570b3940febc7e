import { DEFAULTS } from '../api/defaults';
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
  /** Image of the `worker` container. */
  runnerImage: 'WORKER_POOLS_RUNNER_IMAGE',
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
   * Longest time without output, as a Go duration.
   *
   * @default 7m
   */
  logsTimeout: 'SPACELIFT_LAUNCHER_LOGS_TIMEOUT',
  /**
   * Names of variables whose values appear as `***` in the log, separated by commas or blanks. The names of both
   * containers count, and the values that worker, relay and stack have for them.
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
  /**
   * `true`: the values of sensitive outputs leave the Pod, too; the control plane keeps them encrypted.
   *
   * @default false - of them it gets the names alone
   */
  sensitiveOutputs: 'SPACELIFT_SENSITIVE_OUTPUT_UPLOAD_ENABLED',
} as const;

/**
 * Where `init` gets the tools that stacks name: the address of a mirror, with the folders and files of the publisher's own, or
 * `off`. They may stand in `initContainer.env` of the pool.
 */
export const TOOL_VARIABLE = {
  /** @default https://github.com/opentofu/opentofu/releases/download */
  OPENTOFU: 'WORKER_POOLS_OPENTOFU_RELEASES',
  /** @default https://releases.hashicorp.com/terraform */
  TERRAFORM: 'WORKER_POOLS_TERRAFORM_RELEASES',
} as const;

/** What applies where the pool says nothing. */
export const LAUNCHER_DEFAULTS = {
  runTimeoutMs: 4_200_000,
  logsTimeoutMs: 420_000,
  stopGraceSeconds: DEFAULTS.terminationGracePeriodSeconds,
} as const;

/** What stands between the names of a list, in any number. */
export const NAME_SEPARATORS = ', \t\r\n';

/** The names in a list, as people write one in YAML. */
export function namesIn(list: string): string[] {
  return list.split(new RegExp(`[${NAME_SEPARATORS}]+`)).filter(Boolean);
}

/** Why a stack cannot set a variable as it is. */
export interface VariableProblem {
  /**
   * `impossible`: no program can be started with it. `of-the-pool`: it would be a setting of the run Pod, which is the
   * pool's to make.
   */
  readonly kind: 'impossible' | 'of-the-pool';
  /** The variable; of all that are too large together, the largest. */
  readonly name: string;
  /** For people; holds no value. */
  readonly sentence: string;
}

/** So many problems are told at once, in one message of limited length. */
const TOLD = 5;

/** One message about a stack's environment that no run can have; undefined when there is nothing to say. */
export function environmentRefusal(environment: Readonly<Record<string, string>>): string | undefined {
  const sentences = environmentProblems(environment).map(({ sentence }) => sentence);
  const more = sentences.length > TOLD ? [`And ${sentences.length - TOLD} more variables cannot be set.`] : [];
  return [...sentences.slice(0, TOLD), ...more].join(' ') || undefined;
}

/** Linux refuses to start a program with a longer string (MAX_ARG_STRLEN): name, `=`, value and a NUL. */
export const LONGEST_VARIABLE = 128 * 1024;
/**
 * Most bytes of all variables of a stack. Linux takes some 2 MiB of arguments and environment together (a quarter of the
 * stack's limit of 8 MiB); the rest is for what the pool and the image set.
 */
export const LARGEST_ENVIRONMENT = 1536 * 1024;
/** `=`, the NUL at the end, and the pointer that the kernel counts for each string. */
const BESIDE = { string: 2, pointer: 8 };

const VARIABLE_NAME = /^[^\s=\p{C}]+$/u;
const POOLS_OWN: readonly string[] = [...Object.values(LAUNCHER_VARIABLE), INIT_VARIABLE.initializationPolicy];
const RUN_PODS_OWN = 'WORKER_POOLS_';
const INTO_THE_SOURCE = 'Put large values into a file of the source, such as terraform.tfvars.';

/**
 * What is wrong with the environment of a stack. Everything else reaches the tool as it is, whatever a shell thinks of
 * the name.
 */
export function environmentProblems(environment: Readonly<Record<string, string>>): VariableProblem[] {
  const sized = Object.entries(environment).map(([name, value]) => {
    return { name, value, bytes: Buffer.byteLength(name) + Buffer.byteLength(value) + BESIDE.string };
  });
  const problems = sized.flatMap(({ name, value, bytes }) => {
    const problem = nameProblem(name) ?? valueProblem(name, value, bytes);
    return problem === undefined ? [] : [problem];
  });
  const total = sized.reduce((sum, { bytes }) => sum + bytes + BESIDE.pointer, 0);
  const [largest] = sized.sort((a, b) => b.bytes - a.bytes);
  if (largest === undefined || total <= LARGEST_ENVIRONMENT) return problems;
  const sentence =
    `The environment variables have ${count(total)} bytes together; at most ${count(LARGEST_ENVIRONMENT)} fit. ` +
    `The largest is ${shown(largest.name)} with ${count(largest.bytes)}. ${INTO_THE_SOURCE}`;
  return [...problems, { kind: 'impossible', name: largest.name, sentence }];
}

function nameProblem(name: string): VariableProblem | undefined {
  if (!VARIABLE_NAME.test(name)) {
    const which = name === '' ? 'without a name' : shown(JSON.stringify(name));
    const sentence = `Environment variable ${which}: a name has at least one character, and no blank, '=' or control character.`;
    return { kind: 'impossible', name, sentence };
  }
  if (POOLS_OWN.includes(name)) {
    const where = name === INIT_VARIABLE.initializationPolicy ? 'initContainer' : 'workerContainer';
    const sentence = `Environment variable ${name} is a setting of the pool, not of the stack: it belongs in spec.pod.${where}.env of the WorkerPool.`;
    return { kind: 'of-the-pool', name, sentence };
  }
  if (name.startsWith(RUN_PODS_OWN)) {
    const sentence = `Environment variable ${shown(name)}: names that begin with ${RUN_PODS_OWN} are kept for what a run Pod says of itself.`;
    return { kind: 'of-the-pool', name, sentence };
  }
  return undefined;
}

function valueProblem(name: string, value: string, bytes: number): VariableProblem | undefined {
  if (value.includes('\0')) {
    const sentence = `Environment variable ${shown(name)}: its value has a NUL character, which no environment can hold.`;
    return { kind: 'impossible', name, sentence };
  }
  if (/\p{Surrogate}/u.test(value)) {
    const sentence = `Environment variable ${shown(name)}: its value has half of a character, which no environment can hold.`;
    return { kind: 'impossible', name, sentence };
  }
  if (bytes <= LONGEST_VARIABLE) return undefined;
  const sentence =
    `Environment variable ${shown(name)} has ${count(bytes)} bytes with its name; ` +
    `Linux starts no program with more than ${count(LONGEST_VARIABLE)} in one variable. ${INTO_THE_SOURCE}`;
  return { kind: 'impossible', name, sentence };
}

function count(bytes: number): string {
  return bytes.toLocaleString('en-US');
}

/** Long enough to be recognised. */
function shown(name: string): string {
  return name.length <= 64 ? name : `${name.slice(0, 63)}…`;
}
