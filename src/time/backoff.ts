export interface BackoffOptions {
  /** The first delay. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** From 0 up to but without 1. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/**
 * The delay after the given number of failures in a row (1 is the first): doubled each time, the upper half of it left to
 * chance, so that many who failed together do not come back together.
 */
export function backoffMs(failures: number, { firstMs, longestMs, random = Math.random }: BackoffOptions): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return full / 2 + (full / 2) * random();
}

/** Counts the failures by itself. */
export class Backoff {
  private failures = 0;

  constructor(private readonly options: BackoffOptions) {}

  /** Milliseconds until the next attempt, after one more failure. */
  next(): number {
    this.failures += 1;
    return backoffMs(this.failures, this.options);
  }

  /** After a success. */
  reset(): void {
    this.failures = 0;
  }
}

/** Nobody waits for longer on the word of another: what says so may be mended, or another one, long before. */
export const LONGEST_PAUSE_SECONDS = 300;

/** The pause in seconds that another asks for before the next try, bounded; undefined where it names none. */
export function pauseAsked(seconds: unknown): number | undefined {
  return typeof seconds === 'number' && seconds >= 0 ? Math.min(seconds, LONGEST_PAUSE_SECONDS) : undefined;
}
