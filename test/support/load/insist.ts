import { Backoff, sleep, systemClock } from '../../../src/time';

const PAUSES = { firstMs: 50, longestMs: 1_000 };

interface CallFailure {
  readonly retryable?: boolean;
  readonly kind?: string;
}

/** Of a run that has started: a control plane that was restored from a backup may not know it yet. */
export const isUnknown = ({ kind }: CallFailure): boolean => kind === 'not-found';

/** Repeats a call of either client until it succeeds, fails for good (the error says `retryable: false`) or is ended. */
export async function insist<T>(
  call: () => Promise<T>,
  signal: AbortSignal,
  alsoRetry: (error: CallFailure) => boolean = () => false,
): Promise<T> {
  const backoff = new Backoff(PAUSES);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const failure = error as CallFailure;
      if (signal.aborted || !(failure.retryable === true || alsoRetry(failure))) throw error;
      await sleep(systemClock, backoff.next(), signal);
    }
  }
}
