import type { ConnectOptions } from './options';

/** Pauses that double up to a longest one, each between half and all of it, so that many clients do not come back together. */
export class Backoff {
  private attempts = 0;
  private readonly first: number;
  private readonly longest: number;

  constructor(
    options: ConnectOptions['backoff'],
    private readonly random: () => number,
  ) {
    this.first = options?.firstMs ?? 500;
    this.longest = options?.longestMs ?? 30_000;
  }

  /** Milliseconds until the next attempt. */
  next(): number {
    const whole = Math.min(this.longest, this.first * 2 ** Math.min(this.attempts, 30));
    this.attempts += 1;
    return whole / 2 + (this.random() * whole) / 2;
  }

  reset(): void {
    this.attempts = 0;
  }
}
