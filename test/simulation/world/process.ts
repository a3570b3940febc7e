import type { Clock } from '../../../src/time';
import type { Scheduler } from './scheduler';

/** What the wall clocks show when a simulation begins. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);

/**
 * A process of the world: what it hears, it hears through `deliver`, and what it waits for, through its clock. So it can be
 * stopped for a while, or killed, between any two things that it waits for.
 */
export class SimulatedProcess {
  readonly clock: Clock;
  /** Aborted when it dies. */
  private readonly dying = new AbortController();
  private standsStill = false;
  private wallOffsetMs = 0;
  private missed: (() => void)[] = [];
  private readonly deathListeners: (() => void)[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    readonly name: string,
  ) {
    this.clock = {
      now: () => EPOCH_MS + Math.floor(scheduler.now) + this.wallOffsetMs,
      monotonic: () => scheduler.now,
      setTimer: (delayMs, callback) => scheduler.after(delayMs, () => this.deliver(callback)),
    };
  }

  get isAlive(): boolean {
    return !this.dying.signal.aborted;
  }

  get isPaused(): boolean {
    return this.standsStill;
  }

  get signal(): AbortSignal {
    return this.dying.signal;
  }

  /** What it hears; later while it stands still, and never once it is dead. */
  deliver(callback: () => void): void {
    if (!this.isAlive) return;
    if (this.standsStill) this.missed.push(callback);
    else callback();
  }

  /** As `deliver`, for what waits for an answer: of a dead process nothing goes on. */
  hear<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      answer.then(
        (value) => this.deliver(() => resolve(value)),
        (error: Error) => this.deliver(() => reject(error)),
      );
    });
  }

  /** SIGKILL. */
  kill(): void {
    if (!this.isAlive) return;
    this.dying.abort();
    this.missed = [];
    for (const listener of this.deathListeners.splice(0)) listener();
  }

  onDeath(listener: () => void): void {
    this.deathListeners.push(listener);
  }

  /** SIGSTOP. */
  pause(): void {
    this.standsStill = true;
  }

  /** SIGCONT. What came meanwhile comes now, one after the other. */
  resume(): void {
    if (!this.standsStill) return;
    this.standsStill = false;
    const missed = this.missed;
    this.missed = [];
    for (const callback of missed) this.scheduler.after(0, () => this.deliver(callback));
  }

  /** Somebody sets the wall clock, in milliseconds ahead of the world's. */
  setWallClock(offsetMs: number): void {
    this.wallOffsetMs = offsetMs;
  }
}
