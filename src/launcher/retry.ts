import { Backoff, sleep, type Clock } from '../time';
import { CallError } from './client';

/** Between two requests to the control plane. */
export const PAUSES = { firstMs: 500, longestMs: 15_000 };

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** No attempt begins at or after this time, in milliseconds since the epoch. @default never */
  readonly until?: number;
  /** Whether a failure is tried again that is final for others. @default - none is */
  readonly alsoRetry?: (error: CallError) => boolean;
  /** Hears of every failure that will be retried, and of the first success after one. */
  readonly onTrouble?: (error: CallError) => void;
  readonly onRecovery?: () => void;
}

/**
 * Repeats a call until it succeeds, with growing, jittered pauses.
 *
 * @throws CallError that no repetition can mend, or the last one at `until`; the abort reason when `signal` aborts.
 */
export async function retrying<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, signal } = options;
  const backoff = new Backoff(PAUSES);
  for (let troubled = false; ; troubled = true) {
    signal.throwIfAborted();
    try {
      const result = await call();
      if (troubled) options.onRecovery?.();
      return result;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CallError) || !(error.retryable || options.alsoRetry?.(error) === true)) throw error;
      const wait = Math.max(backoff.next(), error.retryAfterMs);
      if (options.until !== undefined && clock.now() + wait >= options.until) throw error;
      options.onTrouble?.(error);
      await sleep(clock, wait, signal);
    }
  }
}
