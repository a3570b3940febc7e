import { RequestError } from '../errors';

export interface TurnLimits {
  /** What is begun in one turn of the event loop. */
  readonly each: number;
  /** Most that one caller has waiting. */
  readonly most: number;
}

/**
 * Lets callers begin work in turn where more comes in at once than a turn of the event loop should hold: a caller with a
 * thousand requests waits for itself, and one with a single request for one of each other caller.
 */
export class Turns {
  private readonly waiting = new Map<string, (() => void)[]>();
  private left: number;
  private isScheduled = false;

  constructor(private readonly limits: TurnLimits) {
    this.left = limits.each;
  }

  /** @throws RequestError `too-many-requests` */
  async take(who: string, weight = 1): Promise<void> {
    const queue = this.waiting.get(who);
    if (queue && queue.length >= this.limits.most) {
      throw new RequestError('too-many-requests', 'too many requests wait already: try again in a second', 1);
    }
    this.schedule();
    if (this.waiting.size === 0 && this.left > 0) {
      this.left -= weight;
      return;
    }
    await new Promise<void>((resolve) => {
      const begin = () => {
        this.left -= weight;
        resolve();
      };
      if (queue) queue.push(begin);
      else this.waiting.set(who, [begin]);
    });
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.left = this.limits.each;
      this.beginWaiting();
    });
  }

  private beginWaiting(): void {
    while (this.left > 0 && this.waiting.size > 0) {
      const [first] = this.waiting;
      if (!first) return;
      const [who, queue] = first;
      // To the end of the line.
      this.waiting.delete(who);
      const begin = queue.shift();
      if (queue.length > 0) this.waiting.set(who, queue);
      begin?.();
    }
    if (this.waiting.size > 0) this.schedule();
  }
}
