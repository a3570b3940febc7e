import type { Clock } from '../../src/time';

interface Timer {
  dueAt: number;
  callback: () => void;
}

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  private time = 0;
  private readonly timers = new Set<Timer>();

  /** `epochMs`: what the wall clock shows at the start. */
  constructor(private readonly epochMs = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.epochMs + this.time;
  }

  monotonic(): number {
    return this.time;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = { dueAt: this.time + delayMs, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Delays of the timers set, shortest first. */
  get pending(): number[] {
    return [...this.timers].map(({ dueAt }) => dueAt - this.time).sort((a, b) => a - b);
  }

  /** Time goes by while this process is stopped: nothing fires before it goes on. */
  async standStill(ms: number): Promise<void> {
    this.time += ms;
    await settle();
  }

  /** Moves time on, firing timers in their order; timers set meanwhile fire too when they are due. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const next = [...this.timers].filter(({ dueAt }) => dueAt <= end).sort((a, b) => a.dueAt - b.dueAt)[0];
      if (!next) break;
      this.time = Math.max(this.time, next.dueAt);
      this.timers.delete(next);
      next.callback();
    }
    this.time = end;
    await settle();
  }
}

/** Lets everything that is ready to go on do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The system's time, a thousand times as fast: for tests against a real socket, where nobody moves the time. */
export const hastyClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now() * 1000,
  setTimer: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs / 1000);
    return () => clearTimeout(timer);
  },
};
