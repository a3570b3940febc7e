/** Exit codes of the launcher's containers; the controller reads from them what nobody could report. */
export const EXIT = {
  ok: 0,
  /** The relay handed everything on, but the stage did not succeed: the outcome says why. */
  notSucceeded: 1,
  /** A variable or an argument is missing or malformed. */
  usage: 64,
  /** Token or private key cannot be read, or do not belong together. */
  credentials: 65,
  /** What the control plane gave out (source, run state) cannot be used. */
  source: 66,
  /** The control plane could not be reached before the start deadline. */
  unreachable: 69,
  /** A later attempt holds the run. */
  fenced: 70,
  /** Another Pod has already started this attempt. */
  alreadyStarted: 71,
  /** The control plane refused the pool's credentials or the request. */
  rejected: 77,
  /** The worker container ended without a word; the controller reads the cause from the Pod. */
  workerLost: 80,
  /** The Pod is being ended from outside; the controller reads the cause from the Pod. */
  terminated: 143,
} as const;
