/**
 * The worker container's last words (`/dev/termination-log`) once the relay can see that it lives: without them it ended
 * before that, and the relay cannot tell of it.
 */
export const WORKER_BEGAN = 'The worker container has begun.';

/**
 * Exit codes of the launcher's containers; the controller reads from them what nobody could report. Any other code, 1
 * included, is Node.js' or the runtime's own: nothing was handed on then.
 */
export const EXIT = {
  /** Everything was handed on, the outcome included, whatever it is. */
  ok: 0,
  /** A variable or an argument is missing or malformed. */
  usage: 64,
  /** Token or private key cannot be read, or do not belong together. */
  credentials: 65,
  /** What the control plane gave out (source, run state) cannot be used. */
  source: 66,
  /** The run could not be started in time: the control plane could not be reached or did not answer sensibly. */
  unreachable: 69,
  /** A later attempt holds the run. */
  fenced: 70,
  /** Another Pod has already started this attempt. */
  alreadyStarted: 71,
  /** The launcher itself failed: nothing is known of the outcome. */
  crashed: 75,
  /** The control plane refused the request. */
  rejected: 77,
  /** The worker container ended without a word; the controller reads the cause from the Pod. */
  workerLost: 80,
  /** The Pod is being ended from outside; the controller reads the cause from the Pod. */
  terminated: 143,
} as const;
