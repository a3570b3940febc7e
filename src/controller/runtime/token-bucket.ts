import type { Clock } from '../../time';
import { sleep } from '../../time';

/** Lets `qps` callers a second through on average and `burst` at once after a quiet time, first come first served. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  constructor(
    private readonly qps: number,
    private readonly burst: number,
    private readonly clock: Clock,
  ) {
    this.tokens = burst;
    this.filledAt = clock.monotonic();
  }

  /** Takes a token if there is one now. */
  tryTake(): boolean {
    this.fill();
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Takes a token, waiting for it if need be; resolves to the ms waited. An aborted wait gives its token back. */
  async take(signal?: AbortSignal): Promise<number> {
    this.fill();
    // Going below zero is what keeps the order: each waiter owes one token and waits for its own.
    this.tokens -= 1;
    if (this.tokens >= 0) return 0;
    const waitMs = (-this.tokens / this.qps) * 1000;
    await sleep(this.clock, waitMs, signal);
    if (signal?.aborted) this.tokens += 1;
    return waitMs;
  }

  private fill(): void {
    const now = this.clock.monotonic();
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.filledAt) / 1000) * this.qps);
    this.filledAt = now;
  }
}
