interface Entry {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** Most things that may happen without a millisecond passing: more is a loop that waits for nothing. */
const MOST_AT_ONCE = 5_000;

/** More than a second of the real processor for what follows from one thing: it waits for something outside. */
export class StuckError extends Error {
  override readonly name = 'StuckError';
}

/** The only time there is: what happens next, happens at once, and nothing happens beside it. */
export class Scheduler {
  /** Milliseconds since the beginning. */
  now = 0;
  /** Things that have happened. */
  steps = 0;
  private readonly heap: Entry[] = [];
  private order = 0;

  at(time: number, callback: () => void): () => void {
    const entry: Entry = { at: Math.max(time, this.now), order: this.order++, callback };
    this.push(entry);
    return () => (entry.callback = undefined);
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.at(this.now + Math.max(0, delayMs), callback);
  }

  /** @param afterEach called when what follows from one thing has come to rest; true ends it */
  async run(until: number, afterEach: () => boolean): Promise<void> {
    let atOnce = 0;
    for (;;) {
      const next = this.heap[0];
      if (!next || next.at > until) break;
      this.pop();
      const { callback } = next;
      if (!callback) continue;
      atOnce = next.at > this.now ? 0 : atOnce + 1;
      if (atOnce > MOST_AT_ONCE) throw new StuckError(`${MOST_AT_ONCE} things happened while no time passed`);
      this.now = next.at;
      this.steps += 1;
      callback();
      await rest();
      if (afterEach()) return;
    }
    this.now = Math.max(this.now, until);
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

const isBefore = (one: Entry, other: Entry): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

const immediately = setImmediate;

/** Until every promise that can go on has gone on. */
export function rest(): Promise<void> {
  return new Promise((resolve) => immediately(resolve));
}
