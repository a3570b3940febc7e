import { Backoff, sleep, systemClock } from '../../../src/time';

const PAUSES = { firstMs: 50, longestMs: 1_000 };

/** Repeats a call of either client until it succeeds, fails for good (the error says `retryable: false`) or is ended. */
export async function insist<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const backoff = new Backoff(PAUSES);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (signal.aborted || (error as { retryable?: boolean }).retryable !== true) throw error;
      await sleep(systemClock, backoff.next(), signal);
    }
  }
}
