/** Time as everything here sees it; tests move their own. */
export interface Clock {
  /** Milliseconds since the epoch: for timestamps that people read. */
  now(): number;
  /** Milliseconds that never jump, from any origin: for durations and deadlines. */
  monotonic(): number;
  /** Calls back once after delayMs, however long that is; the result cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

/** Node fires a timer that is set for longer (24.8 days) after one millisecond. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The system's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (delayMs, callback) => {
    // Who comes too late for a deadline sets a negative delay, of which Node warns on standard error.
    const dueMs = Math.max(0, delayMs);
    const dueAt = performance.now() + dueMs;
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number) => {
      timer =
        leftMs > LONGEST_TIMER_MS
          ? setTimeout(() => arm(dueAt - performance.now()), LONGEST_TIMER_MS)
          : setTimeout(callback, leftMs);
    };
    arm(dueMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after delayMs, or at once when the signal is aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = () => {
      cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.setTimer(delayMs, wake);
    signal?.addEventListener('abort', wake);
  });
}
