import type { Clock } from '../../time';

interface WatchdogOptions {
  clock: Clock;
  /** The longest time without feed(). */
  silenceMs: number;
  /** A moment of the monotonic clock at which to end in any case; Infinity for none. */
  until: number;
  /** Ends it from outside. */
  signal: AbortSignal;
}

/** Aborts its signal after a silence, at a set moment, or when the outer signal is aborted. */
export class Watchdog {
  /** Why the signal was aborted; undefined while it is not, or when that came from outside. */
  verdict: 'silence' | 'until' | undefined;
  private readonly controller = new AbortController();
  private fedAt: number;
  private cancelTimer: (() => void) | undefined;
  private readonly abort = () => this.controller.abort();

  constructor(private readonly options: WatchdogOptions) {
    this.fedAt = options.clock.monotonic();
    options.signal.addEventListener('abort', this.abort);
    if (options.signal.aborted) this.abort();
    this.arm();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  feed(): void {
    this.fedAt = this.options.clock.monotonic();
  }

  end(): void {
    this.cancelTimer?.();
    this.options.signal.removeEventListener('abort', this.abort);
    this.controller.abort();
  }

  // One timer for the whole watch, re-armed when it fires early, is cheaper than a new one with every event.
  private arm(): void {
    const now = this.options.clock.monotonic();
    const due = Math.min(this.fedAt + this.options.silenceMs, this.options.until);
    if (now >= due) {
      this.verdict = now >= this.options.until ? 'until' : 'silence';
      this.abort();
    } else if (due !== Infinity) {
      this.cancelTimer = this.options.clock.setTimer(due - now, () => this.arm());
    }
  }
}
