/**
 * The worker container's last words (`/dev/termination-log`) once the relay can see that it lives: without them it ended
 * before that, and the relay cannot tell of it.
 */
export const WORKER_BEGAN = 'The worker container has begun.';

/**
 * Exit codes of the launcher's containers; the controller reads from them what nobody could report
 * (`controller/run/outcome.ts`). Any other code, 1 included, is Node.js' or the runtime's own: nothing was handed on then.
 * The shim ends the `worker` container with some of them, as numbers in `launcher/shim/spacelift-worker.sh`.
 */
export const EXIT = {
  ok: 0,
  usage: 64,
  credentials: 65,
  source: 66,
  unreachable: 69,
  fenced: 70,
  alreadyStarted: 71,
  crashed: 75,
  denied: 76,
  rejected: 77,
  workerLost: 80,
  terminated: 143,
} as const;

export const EXIT_MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'Everything was handed on, the outcome included, whatever it is.',
  usage: 'A variable or an argument is missing or malformed.',
  credentials: 'Token or private key cannot be read, or do not belong together.',
  source: 'What the control plane gave out (source, run state) cannot be used.',
  unreachable:
    'The run could not be started in time: the control plane could not be reached or did not answer sensibly.',
  fenced: 'A later attempt holds the run.',
  alreadyStarted: 'Another Pod has already started this attempt.',
  crashed: 'The launcher itself failed: nothing is known of the outcome.',
  denied: 'The initialization policy of the pool denied the run.',
  rejected: 'The control plane refused the request.',
  workerLost: 'The worker container ended without a word; the controller reads the cause from the Pod.',
  terminated: 'The Pod is being ended from outside; the controller reads the cause from the Pod.',
};
