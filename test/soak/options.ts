/** What a soak is told. */
export interface SoakOptions {
  /** How long runs are asked for and things are broken; what is under way then is waited for. */
  readonly minutes: number;
  /** The same seed asks for the same and breaks the same, as far as a real node answers as fast. */
  readonly seed: number;
}

/** Random numbers that follow from a seed (mulberry32): good enough to choose with, and of a few lines. */
export class Dice {
  constructor(private state: number) {}

  /** At least 0, less than 1. */
  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** @throws Error for an empty list */
  of<T>(choices: readonly T[]): T {
    const chosen = choices[this.between(0, choices.length - 1)];
    if (chosen === undefined) throw new Error('there is nothing to choose from');
    return chosen;
  }
}
