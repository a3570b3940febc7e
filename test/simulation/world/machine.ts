import type { Random } from '../random';
import { followSeed } from '../platform/crypto';
import { EPOCH_MS } from './process';
import type { Scheduler } from './scheduler';

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  now: Date.now,
  random: Math.random,
  stackTraceLimit: Error.stackTraceLimit,
};

/** A timer of the machine that nobody waits for: it never fires. */
class NoTimer {
  readonly where = new Error('a timer of the machine was set').stack;
  unref = (): this => this;
  ref = (): this => this;
  hasRef = (): boolean => false;
}

/**
 * The machine that a world runs on has no time and no chance of its own: both follow from the world. Whoever sets one of
 * its timers has to clear it before anything else happens; one that is still set by then is waited for by somebody.
 */
export class Machine {
  private readonly set = new Set<NoTimer>();

  constructor(scheduler: Scheduler, random: Random, isSeen: boolean) {
    followSeed(random);
    // Nobody reads them, and many errors are made on the way.
    Error.stackTraceLimit = isSeen ? 20 : 0;
    Date.now = () => EPOCH_MS + Math.floor(scheduler.now);
    const set = (): NoTimer => {
      const timer = new NoTimer();
      this.set.add(timer);
      return timer;
    };
    const clear = (timer: unknown): void => void this.set.delete(timer as NoTimer);
    Object.assign(globalThis, { setTimeout: set, setInterval: set, clearTimeout: clear, clearInterval: clear });
  }

  /** Where a timer was set that somebody waits for. */
  get waitsFor(): string | undefined {
    const [first] = this.set;
    return first && (first.where ?? 'a timer of the machine');
  }

  /** The real one is back. */
  end(): void {
    const { now, random, stackTraceLimit, ...timers } = real;
    Object.assign(globalThis, timers);
    Date.now = now;
    Math.random = random;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
