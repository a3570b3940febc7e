import type { Clock } from '../../time';

/** Resolves when the signal is aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/**
 * Does `work` with a signal that is aborted after ms, or with the given one, and then waits for it no longer, whether or
 * not it heeds the signal.
 * @throws what `work` throws; an Error that says how long was waited.
 */
export async function bounded<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const bound = new AbortController();
  const abort = () => bound.abort();
  const cancel = clock.setTimer(Math.max(0, ms), abort);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  try {
    const working = work(bound.signal);
    // Nobody waits for what comes too late.
    working.catch(() => undefined);
    return await Promise.race([
      working,
      whenAborted(bound.signal).then(() => {
        throw new Error(signal?.aborted ? 'it was ended from outside' : `it did not end within ${Math.round(ms)} ms`);
      }),
    ]);
  } finally {
    cancel();
    signal?.removeEventListener('abort', abort);
  }
}
