import { RequestError } from '../errors';

/** What is under way, counted by whom it is for. */
export class InFlight {
  private readonly counts = new Map<string, number>();

  /**
   * Takes a part of what is allowed, until the returned function gives it back.
   * @throws RequestError `too-many-requests` with the sentence
   */
  enter(who: string, most: number, sentence: string, amount = 1): () => void {
    const count = this.counts.get(who) ?? 0;
    if (count + amount > most) throw new RequestError('too-many-requests', `${sentence}: try again in a second`, 1);
    this.counts.set(who, count + amount);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = (this.counts.get(who) ?? 0) - amount;
      if (left > 0) this.counts.set(who, left);
      else this.counts.delete(who);
    };
  }

  /** Takes it while the work lasts. */
  async during<T>(who: string, most: number, sentence: string, work: () => Promise<T>): Promise<T> {
    const leave = this.enter(who, most, sentence);
    try {
      return await work();
    } finally {
      leave();
    }
  }
}
